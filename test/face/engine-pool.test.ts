import { readFile, readdir } from 'node:fs/promises';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FaceEnginePool } from '../../src/face/engine-pool.js';
import { ENGINE_WORKER } from '../../src/installation.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { still } from '../support/faces.js';

describe('the pool of engines', () => {
  let pool: FaceEnginePool;
  let franck: Buffer;
  beforeAll(async () => {
    const options = { ...ENGINE_OPTIONS, workers: 2, maxQueue: 3, workerFile: ENGINE_WORKER };
    pool = await FaceEnginePool.start(await shippedModels(), options);
    franck = await still('franck_02159.jpg');
  });
  afterAll(() => pool.close());

  it('answers from its workers', async () => {
    expect(await pool.capture(franck, 'verification')).toMatchObject({
      outcome: 'captured',
      template: { modelId: pool.modelId },
    });
  });

  it('examines a picture for itself, as error rates are measured', async () => {
    expect(await pool.examine(franck)).toMatchObject({ outcome: 'examined', reasons: [] });
  });

  it('takes over the memory of a large picture, unless others have theirs in it', async () => {
    const large = await sharp(franck).resize(1600).png().toBuffer();
    const shared = Buffer.concat([Buffer.of(0), large]).subarray(1);
    const whole = Buffer.from(shared);
    for (const picture of [shared, whole]) {
      expect((await pool.capture(picture, 'verification')).outcome).toBe('captured');
    }
    expect([shared.byteLength, whole.byteLength]).toEqual([large.byteLength, 0]);
  });

  it('answers busy beyond its queue, at once, and is well again afterwards', async () => {
    const burst = await Promise.all(Array.from({ length: 12 }, () => pool.capture(franck, 'verification')));
    const outcomes = burst.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'captured')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(7);
    expect((await pool.capture(franck, 'verification')).outcome).toBe('captured');
  });

  it('serves in the order of arrival, and whatever waits before it closes', async () => {
    const options = { ...ENGINE_OPTIONS, workers: 2, maxQueue: 20, workerFile: ENGINE_WORKER };
    const closing = await FaceEnginePool.start(await shippedModels(), options);
    const order: number[] = [];
    const pictures = Array.from({ length: 12 }, async (_, i) => {
      // While some wait already, as they come from people.
      await sleep(20 * i);
      const { outcome } = await closing.capture(franck, 'verification');
      order.push(i);
      return outcome;
    });
    await sleep(20 * 12);
    await closing.close();
    expect(await Promise.all(pictures)).toEqual(pictures.map(() => 'captured'));
    // Of two workers either may be the quicker one.
    for (const [place, i] of order.entries()) expect(Math.abs(place - i)).toBeLessThanOrEqual(1);
  });

  it('answers busy also where it has room, when that would mean to wait for long', async () => {
    const options = { ...ENGINE_OPTIONS, workers: 2, maxQueue: 10_000, workerFile: ENGINE_WORKER };
    const roomy = await FaceEnginePool.start(await shippedModels(), options);
    try {
      // Only what has been looked at tells how long it takes.
      for (let i = 0; i < 3; i++) await roomy.capture(franck, 'verification');
      const burst = await Promise.all(
        Array.from({ length: 600 }, () => roomy.capture(franck, 'verification')),
      );
      const refused = burst.filter((answer) => answer.outcome === 'busy');
      expect(refused.length).toBeGreaterThan(0);
      expect(burst.filter(({ outcome }) => outcome === 'captured')).toHaveLength(600 - refused.length);
      expect(refused.map(({ retryAfterSeconds }) => retryAfterSeconds)).toEqual(refused.map(() => 3));
    } finally {
      await roomy.close();
    }
  });

  it.runIf(process.platform === 'linux')('has its workers give way to the thread that answers', async () => {
    const tasks = await readdir('/proc/self/task');
    const stats = await Promise.all(tasks.map((task) => readFile(`/proc/self/task/${task}/stat`, 'utf8')));
    // The 19th field; the second one, a name in brackets, may contain anything.
    const steps = stats.map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]));
    const here = os.getPriority();
    expect(steps.filter((step) => step > here)).toHaveLength(2);
  });

  it('leaves the event loop free while it works', async () => {
    let turns = 0;
    const counter = setInterval(() => turns++, 1);
    await Promise.all(Array.from({ length: 5 }, () => pool.capture(franck, 'verification')));
    clearInterval(counter);
    // Inference on this thread would let the timer run between captures only.
    expect(turns).toBeGreaterThan(10);
  });
});
