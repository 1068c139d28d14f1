import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RecoveryCodes } from '../../src/auth/recovery-codes.js';
import type { AuthenticatedCaller } from '../../src/auth/sessions.js';
import type { Storage } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { outcomeOf } from '../support/outcome.js';
import { type UseCases, createUseCases } from '../support/use-cases.js';

const ADA = { email: 'ada@example.org', password: 'correct horse battery' };
const BOB = { email: 'bob@example.org', password: 'correct horse battery' };
const REFUSED = { code: 'invalid_recovery_code' };
const INVALID_TOKEN = { code: 'invalid_token' };

let storage: Storage;
let now: number;
let useCases: UseCases;
let codes: RecoveryCodes;
beforeEach(async () => {
  storage = openSqliteStorage(':memory:');
  now = 1_900_000_000_000;
  const capturer = { modelId: 'model@1', capture: () => Promise.reject(new Error('no face is looked at')) };
  const attempts = { beforeDelay: 3, beforeSuspension: 100 };
  useCases = await createUseCases({ storage, capturer, now: () => now, attempts });
  codes = useCases.recoveryCodes;
});
afterEach(() => storage.close());

/** An account that does not sign in with its password alone. */
async function signedUp(credentials = ADA): Promise<AuthenticatedCaller> {
  const { token } = await useCases.signUp.run(credentials);
  const caller = await useCases.sessions.authenticate(token);
  await storage.accounts.eraseReference(caller.account.id, true);
  return caller;
}

async function verificationToken(credentials = ADA): Promise<string> {
  const result = await useCases.signIn.run(credentials);
  if (result.outcome !== 'face_required') throw new Error('the password alone signed in');
  return result.verificationToken;
}

describe('recovery codes', () => {
  it('are ten of 80 random bits, for eyes and fingers', async () => {
    const made = await codes.issue(await signedUp());
    expect(new Set(made).size).toBe(10);
    for (const code of made) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    // Of 32 letters, 160 draws may miss one or two.
    expect(new Set(made.join('').replaceAll('-', '')).size).toBeGreaterThan(26);
  });

  it('are nowhere in the store', async () => {
    const caller = await signedUp();
    const made = await codes.issue(caller);
    const record = JSON.stringify(await storage.accounts.findRecord(caller.account.id));
    for (const code of made) {
      expect(record).not.toContain(code);
      expect(record).not.toContain(code.replaceAll('-', ''));
    }
  });

  it('complete a sign-in, each once', async () => {
    const caller = await signedUp();
    const [first, second] = await codes.issue(caller);
    const signedIn = await codes.signIn(await verificationToken(), first!);
    expect(signedIn.account.id).toBe(caller.account.id);
    expect(signedIn.session.methods).toEqual(['pwd', 'otp']);
    expect(await codes.remaining(caller.account.id)).toBe(9);
    const token = await verificationToken();
    await expect(codes.signIn(token, first!)).rejects.toMatchObject(REFUSED);
    await expect(codes.signIn(token, second!)).resolves.toMatchObject({
      session: { methods: ['pwd', 'otp'] },
    });
    expect(await codes.remaining(caller.account.id)).toBe(8);
  });

  it.each<[string, (code: string) => string]>([
    ['in small letters', (code) => code.toLowerCase()],
    ['without dashes', (code) => code.replaceAll('-', '')],
    ['with spaces around and inside', (code) => `  ${code.replaceAll('-', ' - ')}\n`],
    ['with the letters that look like 0 and 1', (code) => code.replaceAll('0', 'o').replaceAll('1', 'l')],
    ['with those in capitals', (code) => code.replaceAll('0', 'O').replaceAll('1', 'I')],
  ])('are understood %s', async (_, typed) => {
    const made = await codes.issue(await signedUp());
    const code = made.find((one) => /[01]/.test(one)) ?? made[0]!;
    await expect(codes.signIn(await verificationToken(), typed(code))).resolves.toBeDefined();
  });

  it.each<[string, (code: string) => string]>([
    ['nothing', () => ''],
    ['dashes only', () => '----'],
    ['one letter too few', (code) => code.slice(0, -1)],
    ['one letter too many', (code) => `${code}0`],
    ['another last letter', (code) => code.slice(0, -1) + (code.endsWith('7') ? '8' : '7')],
  ])('are not: %s', async (_, typed) => {
    const caller = await signedUp();
    const [code] = await codes.issue(caller);
    await expect(codes.signIn(await verificationToken(), typed(code!))).rejects.toMatchObject(REFUSED);
    expect(await codes.remaining(caller.account.id)).toBe(10);
  });

  it('are spent by one of two sign-ins at the same moment', async () => {
    const caller = await signedUp();
    const [code] = await codes.issue(caller);
    const tokens = [await verificationToken(), await verificationToken()];
    const outcomes = await Promise.all(tokens.map((token) => outcomeOf(codes.signIn(token, code!))));
    expect(outcomes.sort()).toEqual(['done', 'invalid_recovery_code']);
    expect(await codes.remaining(caller.account.id)).toBe(9);
  });

  it('open one session for one sign-in, however many of them are shown', async () => {
    const caller = await signedUp();
    const [first, second, third] = await codes.issue(caller);
    const token = await verificationToken();
    const outcomes = await Promise.all([first, second].map((code) => outcomeOf(codes.signIn(token, code!))));
    expect(outcomes.sort()).toEqual(['done', 'invalid_token']);
    const remaining = await codes.remaining(caller.account.id);
    // The sign-in is over: a further code is not even looked at.
    await expect(codes.signIn(token, third!)).rejects.toMatchObject(INVALID_TOKEN);
    expect(await codes.remaining(caller.account.id)).toBe(remaining);
  });

  it('are replaced by newer ones', async () => {
    const caller = await signedUp();
    const [old] = await codes.issue(caller);
    const [fresh] = await codes.issue(caller);
    expect(await codes.remaining(caller.account.id)).toBe(10);
    const token = await verificationToken();
    await expect(codes.signIn(token, old!)).rejects.toMatchObject(REFUSED);
    await expect(codes.signIn(token, fresh!)).resolves.toBeDefined();
  });

  it('of one account are worth nothing at another, also when its database is copied there', async () => {
    const ada = await signedUp(ADA);
    const bob = await signedUp(BOB);
    const [code] = await codes.issue(ada);
    await codes.issue(bob);
    const token = await verificationToken(BOB);
    await expect(codes.signIn(token, code!)).rejects.toMatchObject(REFUSED);
    const { recoveryCodes } = (await storage.accounts.findRecord(ada.account.id))!;
    await storage.recoveryCodes.replace(bob.account.id, recoveryCodes);
    await expect(codes.signIn(token, code!)).rejects.toMatchObject(REFUSED);
    expect(await codes.remaining(ada.account.id)).toBe(10);
  });

  it('are made for somebody who has just signed in only', async () => {
    const caller = await signedUp();
    const [old] = await codes.issue(caller);
    now += 900_001;
    await expect(codes.issue(caller)).rejects.toMatchObject({ code: 'reauthentication_required' });
    await expect(codes.signIn(await verificationToken(), old!)).resolves.toBeDefined();
  });

  it('are not made for an account that is gone', async () => {
    const caller = await signedUp();
    await storage.accounts.erase(caller.account.id);
    await expect(codes.issue(caller)).rejects.toMatchObject(INVALID_TOKEN);
    await expect(codes.issueOne(caller.account.id)).rejects.toMatchObject(INVALID_TOKEN);
  });

  it('are not looked at any more after too many failures, and a right one is kept', async () => {
    const caller = await signedUp();
    const [code] = await codes.issue(caller);
    const token = await verificationToken();
    for (let failure = 0; failure < 3; failure++) {
      await expect(codes.signIn(token, 'AAAA-AAAA-AAAA-AAAA')).rejects.toMatchObject(REFUSED);
    }
    await expect(codes.signIn(token, code!)).rejects.toMatchObject({
      code: 'too_many_attempts',
      retryAfterSeconds: 30,
    });
    expect(await codes.remaining(caller.account.id)).toBe(10);
    now += 30_000;
    await expect(codes.signIn(token, code!)).resolves.toBeDefined();
  });

  it('need a sign-in that has passed the password, and not too long ago', async () => {
    const caller = await signedUp();
    const [code] = await codes.issue(caller);
    await expect(codes.signIn('no token', code!)).rejects.toMatchObject(INVALID_TOKEN);
    const token = await verificationToken();
    now += 121_000;
    await expect(codes.signIn(token, code!)).rejects.toMatchObject(INVALID_TOKEN);
    expect(await codes.remaining(caller.account.id)).toBe(10);
  });
});

describe('the one code of an operator', () => {
  it('takes the place of all others', async () => {
    const caller = await signedUp();
    const [old] = await codes.issue(caller);
    const code = await codes.issueOne(caller.account.id);
    expect(await codes.remaining(caller.account.id)).toBe(1);
    const token = await verificationToken();
    await expect(codes.signIn(token, old!)).rejects.toMatchObject(REFUSED);
    await expect(codes.signIn(token, code)).resolves.toBeDefined();
    expect(await codes.remaining(caller.account.id)).toBe(0);
  });
});

describe('what is noted down', () => {
  it('is who made codes, and what was tried with them, but no code', async () => {
    const { account } = await signedUp();
    const caller = { account, session: (await useCases.sessions.list(account.id))[0]! };
    useCases.recorded.length = 0;
    const [code] = await codes.issue(caller);
    const single = await codes.issueOne(account.id);
    const token = await verificationToken();
    await expect(codes.signIn(token, code!)).rejects.toMatchObject(REFUSED);
    await codes.signIn(token, single);
    const noted = useCases.recorded.filter(({ action }) => action !== 'sign_in_password');
    expect(noted).toMatchObject([
      { action: 'recovery_codes_issued', outcome: 'success', accountId: account.id, by: 'account' },
      { action: 'recovery_codes_issued', outcome: 'success', accountId: account.id, by: 'operator' },
      { action: 'sign_in_recovery_code', outcome: 'failure', reason: 'invalid_recovery_code' },
      { action: 'sign_in_recovery_code', outcome: 'success', accountId: account.id },
    ]);
    // Both are of one sign-in: its owner is not told of a failure that they put right themselves.
    expect(noted[2]!.flow!.id).toBe(noted[3]!.flow!.id);
    for (const secret of [code!, single]) expect(JSON.stringify(useCases.recorded)).not.toContain(secret);
  });
});
