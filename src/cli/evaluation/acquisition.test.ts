import { describe, expect, it } from 'vitest';

import type { CaptureOutcome, EngineBusy, FaceCapturer } from '../../face/capture.js';
import { acquire, countReasons } from './acquisition.js';

const images = Array.from({ length: 20 }, (_, i) => `p/${String(i).padStart(2, '0')}.jpg`);
const captured: CaptureOutcome = {
  outcome: 'captured',
  template: { modelId: 'm', vector: Float32Array.of(1, 0) },
  presentation: 'not_checked',
  qualityScore: 1,
};

function capturer(answer: (call: number) => CaptureOutcome | EngineBusy | Promise<CaptureOutcome>) {
  const seen = { calls: 0, active: 0, most: 0 };
  const fake: FaceCapturer = {
    modelId: 'm',
    capture: async () => {
      seen.most = Math.max(seen.most, ++seen.active);
      const call = seen.calls++;
      await new Promise((resolve) => setImmediate(resolve));
      seen.active--;
      return answer(call);
    },
  };
  return { fake, seen };
}

const options = { read: () => Promise.resolve(new Uint8Array(1)), inFlight: 4, onCaptured: () => undefined };

describe('acquire', () => {
  it('captures every image once, never more at a time than allowed', async () => {
    const { fake, seen } = capturer(() => captured);
    let progress = 0;
    const { templates, failures } = await acquire(fake, images, {
      ...options,
      onCaptured: () => {
        progress++;
      },
    });
    expect([...templates.keys()].sort()).toEqual(images);
    expect(failures).toEqual([]);
    expect(seen).toMatchObject({ calls: 20, most: 4 });
    expect(progress).toBe(20);
  });

  it('keeps failures to acquire with their reasons, in the order of the names', async () => {
    const { fake } = capturer((call) =>
      call % 2 ? { outcome: 'poor_quality', reasons: ['blurred', 'too_dark'] } : { outcome: 'no_face' },
    );
    const { templates, failures } = await acquire(fake, images, options);
    expect(templates.size).toBe(0);
    expect(failures.map(({ image }) => image)).toEqual(images);
    expect(countReasons(failures)).toEqual([
      { reason: 'no_face', count: 10 },
      { reason: 'poor_quality: blurred, too_dark', count: 10 },
    ]);
  });

  it('names the image at which the engine failed, and stops there', async () => {
    const { fake, seen } = capturer((call) => {
      if (call === 2) throw new Error('worker lost');
      return captured;
    });
    await expect(acquire(fake, images, options)).rejects.toThrow('p/02.jpg could not be captured');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen.calls).toBeLessThan(10);
  });
});
