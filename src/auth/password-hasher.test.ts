import * as argon2 from '@node-rs/argon2';
import bcrypt from 'bcrypt';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { PasswordHasher, bcryptCostOf } from './password-hasher.js';

// Both run as they are; the work of a verification is counted where it is done.
vi.mock('@node-rs/argon2', { spy: true });
vi.mock('bcrypt', { spy: true });

const COST = 6;

describe('PasswordHasher', async () => {
  const hasher = await PasswordHasher.create({ bcryptCost: null });

  it('writes Argon2id with the parameters of the standard, never the same twice', async () => {
    const [first, second] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
  });

  it('accepts the password and nothing else', async () => {
    const stored = await hasher.hash('correct horse');
    expect(await hasher.verify('correct horse', stored)).toBe(true);
    expect(await hasher.verify('correct horsf', stored)).toBe(false);
  });

  it('takes a composed and a decomposed accent for the same letter', async () => {
    expect(await hasher.verify('cafe\u0301 au lait', await hasher.hash('caf\u00e9 au lait'))).toBe(true);
  });

  it('refuses every password of an unknown account, the decoy’s own included', async () => {
    expect(await hasher.verify('no account has this password', null)).toBe(false);
  });

  it('hashes again what it would not have made like that itself, and nothing else', async () => {
    expect(hasher.needsRehash(await hasher.hash('correct horse'))).toBe(false);
    expect(hasher.needsRehash(await bcrypt.hash('correct horse', 4))).toBe(true);
    expect(hasher.needsRehash('$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA')).toBe(true);
  });

  it('has so many wait, refuses whoever comes then, and takes everybody again when they are done', async () => {
    const stored = await hasher.hash('correct horse');
    const burst = Array.from({ length: 60 }, () => hasher.verify('correct horse', stored));
    const outcomes = await Promise.allSettled(burst);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ name: 'AuthError', code: 'busy', retryAfterSeconds: 1 });
    const taken = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(taken.length).toBeGreaterThan(32);
    for (const { value } of taken) expect(value).toBe(true);
    expect(await hasher.verify('correct horse', stored)).toBe(true);
  });

  describe('a bcrypt hash of an earlier system', async () => {
    const stored = await bcrypt.hash('correct horse', COST);

    it.each(['$2a$', '$2b$', '$2y$'])('is verified as %s', async (prefix) => {
      const renamed = prefix + stored.slice(4);
      expect(await hasher.verify('correct horse', renamed)).toBe(true);
      expect(await hasher.verify('correct horsf', renamed)).toBe(false);
    });

    it('is tried with the password as it was typed, then in the one form it has here', async () => {
      const [composed, decomposed] = ['caf\u00e9 au lait', 'cafe\u0301 au lait'];
      expect(await hasher.verify(decomposed, await bcrypt.hash(decomposed, 4))).toBe(true);
      expect(await hasher.verify(decomposed, await bcrypt.hash(composed, 4))).toBe(true);
      expect(await hasher.verify(composed, await bcrypt.hash(composed, 4))).toBe(true);
    });

    it('holds the first 72 bytes of a password only', async () => {
      const long = await bcrypt.hash('x'.repeat(80), 4);
      expect(await hasher.verify('x'.repeat(80), long)).toBe(true);
      expect(await hasher.verify('x'.repeat(72), long)).toBe(true);
      expect(await hasher.verify('x'.repeat(71), long)).toBe(false);
    });
  });

  describe('a refusal', async () => {
    const guarded = await PasswordHasher.create({ bcryptCost: COST });
    const argonAccount = await guarded.hash('correct horse');
    const [bcryptAccount, cheaperAccount] = await Promise.all([
      bcrypt.hash('correct horse', COST),
      bcrypt.hash('correct horse', COST - 2),
    ]);
    beforeEach(() => vi.clearAllMocks());

    /** Argon2id verifications, and rounds of bcrypt. */
    const work = () => ({
      argon2: vi.mocked(argon2.verify).mock.calls.length,
      rounds: vi
        .mocked(bcrypt.compare)
        .mock.calls.reduce((sum, [, tried]) => sum + 2 ** (bcryptCostOf(tried) ?? NaN), 0),
    });

    it.each([
      ['an unknown account', null],
      ['an account of ours', argonAccount],
      ['an account with a bcrypt hash', bcryptAccount],
      ['an account with a bcrypt hash of a lower cost', cheaperAccount],
      ['an account with a hash of PHP', bcryptAccount.replace('$2b', () => '$2y')],
    ])('of %s is the same work: its time tells nobody who has an account, or whence', async (_, stored) => {
      expect(await guarded.verify('wrong', stored)).toBe(false);
      expect(work()).toEqual({ argon2: 1, rounds: 2 ** COST });
    });

    it.each([
      ['an unknown account', null],
      ['an account of ours', argonAccount],
      ['an account with a bcrypt hash', bcryptAccount],
      ['an account with a bcrypt hash of a lower cost', cheaperAccount],
    ])('of %s is the same work for a password of two forms', async (_, stored) => {
      expect(await guarded.verify('cafe\u0301', stored)).toBe(false);
      expect(work()).toEqual({ argon2: 1, rounds: 2 * 2 ** COST });
    });

    it('costs Argon2id alone where no account has ever had another hash', async () => {
      expect(await hasher.verify('wrong', argonAccount)).toBe(false);
      expect(work()).toEqual({ argon2: 1, rounds: 0 });
    });

    it('costs the time that its rounds say: the library does not skip the decoy', async () => {
      const slow = await PasswordHasher.create({ bcryptCost: 8 });
      const stored = await bcrypt.hash('correct horse', 8);
      const [unknown, wrong] = await mediansOf(15, [
        () => slow.verify('wrong', null),
        () => slow.verify('wrong', stored),
      ]);
      expect(unknown! / wrong!).toBeGreaterThan(0.5);
      expect(unknown! / wrong!).toBeLessThan(2);
    });
  });

  it('does for a match what the account’s own hash needs, and no more', async () => {
    const guarded = await PasswordHasher.create({ bcryptCost: COST });
    const [argonAccount, bcryptAccount] = [
      await guarded.hash('correct horse'),
      await bcrypt.hash('correct horse', 4),
    ];
    vi.clearAllMocks();
    expect(await guarded.verify('correct horse', argonAccount)).toBe(true);
    expect(bcrypt.compare).not.toHaveBeenCalled();
    expect(argon2.verify).toHaveBeenCalledTimes(1);
    expect(await guarded.verify('correct horse', bcryptAccount)).toBe(true);
    expect(bcrypt.compare).toHaveBeenCalledTimes(1);
    expect(argon2.verify).toHaveBeenCalledTimes(1);
  });
});

describe('bcryptCostOf', () => {
  const tail = `$${'a'.repeat(53)}`;

  it('reads the cost', () => {
    expect(bcryptCostOf(`$2b$04${tail}`)).toBe(4);
    expect(bcryptCostOf(`$2a$10${tail}`)).toBe(10);
    expect(bcryptCostOf(`$2y$31${tail}`)).toBe(31);
  });

  it.each([
    '',
    `$2x$10${tail}`,
    `$2$10${tail}`,
    `$2b$03${tail}`,
    `$2b$32${tail}`,
    `$2b$1${tail}`,
    `$2b$10${tail}a`,
    `$2b$10${tail}\n`,
    `$2b$10${tail.slice(1)}`,
    `$2b$10$${'+'.repeat(53)}`,
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
  ])('knows %j for none', (text) => {
    expect(bcryptCostOf(text)).toBeNull();
  });
});

/** Milliseconds, of runs that take turns: what else the machine does meets all of them alike. */
async function mediansOf(runs: number, actions: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const times = actions.map((): number[] => []);
  for (let run = 0; run < runs; run++) {
    for (const [i, action] of actions.entries()) {
      const start = performance.now();
      await action();
      times[i]!.push(performance.now() - start);
    }
  }
  return times.map((of) => of.sort((a, b) => a - b)[Math.floor(runs / 2)]!);
}
