import { expect, it } from 'vitest';

import { UploadGate } from './upload-gate.js';

it('lets in as many as it holds, refuses the next, and lets go of whoever leaves or fails', async () => {
  const gate = new UploadGate(2);
  let leave: () => void = () => undefined;
  const stay = new Promise<void>((resolve) => (leave = resolve));
  const inside = [gate.admit(() => stay), gate.admit(() => stay)];
  await expect(gate.admit(() => stay)).rejects.toMatchObject({
    code: 'busy',
    options: { retryAfterSeconds: 1 },
  });
  leave();
  await Promise.all(inside);
  await expect(gate.admit(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await Promise.all([gate.admit(() => stay), gate.admit(() => stay)]);
});
