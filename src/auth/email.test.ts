import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { normaliseEmail } from './email.js';

describe('normaliseEmail', () => {
  it.each([
    ['Ada@Example.ORG', 'ada@example.org'],
    ['  ada@example.org ', 'ada@example.org'],
    ['ada+face@sub.example.co.uk', 'ada+face@sub.example.co.uk'],
    // The same letters, composed and decomposed.
    ['gru\u0308ße@example.org', 'grüße@example.org'],
    ['用户@例子.世界', '用户@xn--fsqu00a.xn--rhqv96g'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
  ])('brings %j to one form', (typed, normalised) => {
    expect(normaliseEmail(typed)).toBe(normalised);
  });

  it.each([
    '',
    'ada',
    '@example.org',
    'ada@',
    'ada@localhost',
    'ada@@example.org',
    'a b@example.org',
    'ada\u0000@example.org',
    'ada\n@example.org',
    '.ada@example.org',
    'a..da@example.org',
    'ada@-example.org',
    'ada@exa mple.org',
    'ada@example..org',
    `${'a'.repeat(65)}@example.org`,
    `ada@${'a.'.repeat(130)}org`,
    '"ada"@example.org',
    'ada@[127.0.0.1]',
    'ada@1.2.3.44',
    'ada@example.org/evil',
    'ada@example.org?x',
    'ada@example.org#x',
    'ada@example.org:25',
    'ada@ex%61mple.org',
    'ada@example.org\\x',
  ])('refuses %j', (typed) => {
    expect(normaliseEmail(typed)).toBeNull();
  });

  it('changes a normalised address no further, so that a person finds the account again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string()), (typed) => {
        const once = normaliseEmail(typed);
        if (once !== null) expect(normaliseEmail(once)).toBe(once);
      }),
    );
  });
});
