import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { type ChallengePurpose, PasskeyChallenges } from './passkey-challenges.js';

const NOW = 1_900_000_000_000;
const FIVE_MINUTES = 300_000;
const SIGN_IN: ChallengePurpose = { ceremony: 'sign_in', boundTo: 'flow-1' };
const KEY = randomBytes(32);

/** Servers that share a store. */
function replicas(keys: readonly Uint8Array[] = [KEY, KEY]) {
  const clock = { now: NOW };
  const spent = new Map<string, number>();
  const tickets = {
    spend: async (id: string, expiresAt: number) => {
      if (spent.has(id)) return false;
      spent.set(id, expiresAt);
      return true;
    },
  };
  const [one, other] = keys.map((key) => new PasskeyChallenges(key, tickets, () => clock.now));
  return { clock, spent, one: one!, other: other! };
}

const text = (challenge: Uint8Array) => Buffer.from(challenge).toString('base64url');

describe('PasskeyChallenges', () => {
  it('accepts a challenge once, whichever server it is brought to', async () => {
    const { one, other } = replicas();
    const challenge = text(one.issue(SIGN_IN));
    expect(await other.accept(challenge, SIGN_IN)).toBe(true);
    expect(await one.accept(challenge, SIGN_IN)).toBe(false);
  });

  it('tells exactly one of many at once that it is accepted', async () => {
    const { one, other } = replicas();
    const challenge = text(one.issue(SIGN_IN));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other).accept(challenge, SIGN_IN)),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });

  it('never makes the same one twice', () => {
    const { one } = replicas();
    const made = Array.from({ length: 50 }, () => text(one.issue(SIGN_IN)));
    expect(new Set(made).size).toBe(50);
  });

  it.each<[string, ChallengePurpose]>([
    ['another sign-in', { ceremony: 'sign_in', boundTo: 'flow-2' }],
    ['another ceremony', { ceremony: 'register', boundTo: 'flow-1' }],
    ['no sign-in', { ceremony: 'sign_in', boundTo: '' }],
  ])('is of no use for %s, and is not spent by trying', async (_, purpose) => {
    const { one } = replicas();
    const challenge = text(one.issue(SIGN_IN));
    expect(await one.accept(challenge, purpose)).toBe(false);
    expect(await one.accept(challenge, SIGN_IN)).toBe(true);
  });

  it('ends after five minutes, and is remembered as spent for just as long', async () => {
    const { clock, one, spent } = replicas();
    const [early, late] = [text(one.issue(SIGN_IN)), text(one.issue(SIGN_IN))];
    clock.now = NOW + FIVE_MINUTES - 1;
    expect(await one.accept(early, SIGN_IN)).toBe(true);
    expect([...spent.values()]).toEqual([NOW + FIVE_MINUTES]);
    clock.now = NOW + FIVE_MINUTES;
    expect(await one.accept(late, SIGN_IN)).toBe(false);
    expect(spent.size).toBe(1);
  });

  it('refuses those of another installation', async () => {
    const { one, other } = replicas([KEY, randomBytes(32)]);
    expect(await other.accept(text(one.issue(SIGN_IN)), SIGN_IN)).toBe(false);
  });

  it('refuses one that was altered anywhere, above all to live longer', async () => {
    const { one, spent } = replicas();
    const challenge = one.issue(SIGN_IN);
    for (let index = 0; index < challenge.length; index++) {
      const altered = Uint8Array.from(challenge);
      altered[index]! ^= 1;
      expect(await one.accept(text(altered), SIGN_IN), `byte ${index}`).toBe(false);
    }
    expect(spent.size).toBe(0);
  });

  it.each(['', 'A', 'not base64url at all!', text(new Uint8Array(54)), text(new Uint8Array(10_000))])(
    'refuses what is no challenge (%#)',
    async (garbage) => {
      const { one } = replicas();
      expect(await one.accept(garbage, SIGN_IN)).toBe(false);
    },
  );

  it('is spent once, also when it is spelled in another way', async () => {
    const { one } = replicas();
    const challenge = text(one.issue(SIGN_IN));
    expect(await one.accept(challenge, SIGN_IN)).toBe(true);
    for (const spelled of [`${challenge}==`, ` ${challenge}`, challenge.replaceAll('-', '+')]) {
      expect(await one.accept(spelled, SIGN_IN)).toBe(false);
    }
  });
});
