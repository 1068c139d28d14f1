import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { parseFrame } from '../../src/api/live/frame-message.js';
import { MAX_FRAME_BYTES } from '../../src/api/live/live-conversation.js';
import { errorMessageSchema } from '../../src/api/live/live-messages.js';
import { CLOSE } from '../../src/api/live/live-socket-server.js';
import { PROBLEMS } from '../../src/api/problems.js';
import { LIGHT_COLOURS, MOVEMENTS } from '../../src/face/live/challenge.js';
import { HINTS, LIVE_FAILURES } from '../../src/face/live/live-event.js';

const page = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

describe('docs/live-protocol.md', () => {
  it('names every movement, colour, hint, error and close code', async () => {
    const text = await page('live-protocol.md');
    const names = [...MOVEMENTS, ...HINTS, ...errorMessageSchema.shape.code.options];
    for (const name of names) expect(text).toContain(`\`${name}\``);
    for (const colour of LIGHT_COLOURS) expect(text).toMatch(new RegExp(`\\| ${colour} \\|`));
    for (const code of Object.values(CLOSE)) expect(text).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
    expect(text).toContain(`"max_frame_bytes": ${MAX_FRAME_BYTES}`);
  });

  it('has an example of a frame that is one', async () => {
    const [, hex = ''] = /^(01 [ 0-9a-f]+ ff d8 ff e0) …$/m.exec(await page('live-protocol.md')) ?? [];
    const frame = parseFrame(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    expect(frame).toMatchObject({ sequence: 7, capturedAt: 12_345, nonce: 'uVxpAYJ59dM' });
    expect(Buffer.from(frame!.image).toString('hex')).toBe('ffd8ffe0');
  });
});

describe('docs/errors.md', () => {
  it('has every code with its status, and every reason of a live check', async () => {
    const text = await page('errors.md');
    for (const [code, { status }] of Object.entries(PROBLEMS)) {
      expect(text).toContain(`\n| \`${code}\` | ${status} | `);
    }
    for (const reason of LIVE_FAILURES) expect(text).toContain(`\n| \`${reason}\` | `);
  });
});
