import { describe, expect, it } from 'vitest';

import { createLogger } from './logger.js';

const MARKER = 'marker-7f3a';

function logged(log: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  log(createLogger('trace', { write: (line) => void lines.push(line) }));
  return lines;
}

describe('a line of the log', () => {
  it.each([
    'authorization',
    'body',
    'completion',
    'cookie',
    'set-cookie',
    'deviceToken',
    'email',
    'fv',
    'headers',
    'password',
    'secret',
    'ticket',
    'token',
    'url',
    'vector',
    'verification_token',
  ])('does not say what stands under "%s"', (name) => {
    const [line = ''] = logged((logger) => {
      logger.info({ [name]: MARKER, inside: { [name]: [MARKER] }, kept: 'yes' }, 'said');
    });
    expect(line).not.toContain(MARKER);
    expect(JSON.parse(line)).toMatchObject({ kept: 'yes', msg: 'said' });
  });

  it('says of an error what happened and where, and nothing that hangs on to it', () => {
    const error = Object.assign(new TypeError('broken', { cause: new Error('the cause') }), {
      code: 'ERR_BROKEN',
      input: MARKER,
      keyValue: { email: MARKER },
    });
    const [line = ''] = logged((logger) => {
      logger.error({ err: error }, 'request failed');
    });
    expect(line).not.toContain(MARKER);
    const { err } = JSON.parse(line) as { err: Record<string, unknown> };
    expect(err).toMatchObject({ type: 'TypeError', message: 'broken: the cause', code: 'ERR_BROKEN' });
    expect(err['stack']).toContain('logger.test');
    expect(Object.keys(err).sort()).toEqual(['code', 'message', 'stack', 'type']);
  });

  it('says of a thrown value that is no error only what kind of value', () => {
    const [line = ''] = logged((logger) => {
      logger.error({ err: { password: MARKER, note: MARKER } }, 'request failed');
    });
    expect(line).not.toContain(MARKER);
  });

  it.each(['a\nb', 'a\r\n{"level":60,"msg":"forged"}', '\u001B[31mred', 'a\u2028b', '"},{"level":60'])(
    'is one line, whatever is put into it: %j',
    (text) => {
      const lines = logged((logger) => {
        logger.warn({ given: text }, text);
      });
      expect(lines).toHaveLength(1);
      expect(lines[0]!.trimEnd()).not.toMatch(/\p{Cc}/u);
      expect(JSON.parse(lines[0]!)).toMatchObject({ level: 40, msg: text, given: text });
    },
  );
});
