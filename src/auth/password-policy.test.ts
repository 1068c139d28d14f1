import { describe, expect, it } from 'vitest';

import { PasswordPolicy } from './password-policy.js';

const policy = new PasswordPolicy(8);
const codeOf = (password: string, email = 'ada@example.org') => policy.check(password, email)?.code ?? null;

describe('PasswordPolicy', () => {
  it.each([
    'correct horse battery',
    '        x',
    'ünïcødé-✓-密碼密碼',
    'aaaaaaaaaaaaaaaaaaaaaab',
    'x'.repeat(256),
  ])('accepts %j without demanding kinds of characters', (password) => {
    expect(codeOf(password)).toBeNull();
  });

  it('counts characters, not code units: eight emoji are eight', () => {
    expect(codeOf('😀😁😂🤣😃😄😅😆')).toBeNull();
    expect(codeOf('😀😁😂🤣')).toBe('too_short');
  });

  it.each(['password1', 'PASSWORD1', '12345678', 'qwertyuiop', 'iloveyou1'])(
    'refuses %j, which is on every list',
    (p) => {
      expect(codeOf(p)).toBe('too_common');
    },
  );

  it('refuses what is too short or too long', () => {
    expect(codeOf('1234567')).toBe('too_short');
    expect(codeOf('x'.repeat(257))).toBe('too_long');
  });

  it('refuses the address itself and its name', () => {
    expect(codeOf('Ada.Lovelace@example.org', 'ada.lovelace@example.org')).toBe('same_as_email');
    expect(codeOf('ada.lovelace', 'ada.lovelace@example.org')).toBe('same_as_email');
  });

  it('takes the deployment’s own minimum', () => {
    expect(new PasswordPolicy(15).check('correct horse', 'a@example.org')?.code).toBe('too_short');
  });
});
