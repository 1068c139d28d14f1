import { randomUUID } from 'node:crypto';

import { expect, it } from 'vitest';

import { UploadGate } from './upload-gate.js';

it('lets in as many as it holds, refuses the next, and lets go of whoever leaves or fails', async () => {
  const gate = new UploadGate(2);
  const anybody = randomUUID;
  let leave: () => void = () => undefined;
  const stay = new Promise<void>((resolve) => (leave = resolve));
  const inside = [gate.admit(anybody(), () => stay), gate.admit(anybody(), () => stay)];
  await expect(gate.admit(anybody(), () => stay)).rejects.toMatchObject({
    code: 'busy',
    options: { retryAfterSeconds: 1 },
  });
  leave();
  await Promise.all(inside);
  await expect(gate.admit(anybody(), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await Promise.all([gate.admit(anybody(), () => stay), gate.admit(anybody(), () => stay)]);
});

it('gives all of its places to one owner where it is told so', async () => {
  const gate = new UploadGate(8, 8);
  const inside = Array.from({ length: 8 }, () => gate.admit('one', async () => gate.inUse));
  await expect(gate.admit('one', async () => undefined)).rejects.toMatchObject({ code: 'busy' });
  expect(await Promise.all(inside)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

it('keeps places for others: one account has a quarter of them', async () => {
  const gate = new UploadGate(40);
  let leave: () => void = () => undefined;
  const stay = new Promise<void>((resolve) => (leave = resolve));
  const inside = Array.from({ length: 10 }, () => gate.admit('greedy', () => stay));
  await expect(gate.admit('greedy', () => stay)).rejects.toMatchObject({ code: 'busy' });
  await gate.admit('another', async () => undefined);
  leave();
  await Promise.all(inside);
  await gate.admit('greedy', async () => undefined);
});
