import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AuthenticatedCaller } from '../../src/auth/sessions.js';
import type { Storage } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { outcomeOf } from '../support/outcome.js';
import { ADA } from '../support/passkey-ceremonies.js';
import { type UseCases, createUseCases } from '../support/use-cases.js';

const BEFORE_DELAY = 3;
const REPLACEMENT = 'a walk along the river';
const RIGHT = { current: ADA.password, replacement: REPLACEMENT };
const WRONG = { current: 'not the password', replacement: REPLACEMENT };
const CHANGED = { ...ADA, password: REPLACEMENT };
const REFUSED = { code: 'invalid_credentials' };

let storage: Storage;
let now: number;
let useCases: UseCases;
let caller: AuthenticatedCaller;
let token: string;
beforeEach(async () => {
  storage = openSqliteStorage(':memory:');
  now = 1_900_000_000_000;
  const capturer = { modelId: 'model@1', capture: () => Promise.reject(new Error('no face is looked at')) };
  const attempts = { beforeDelay: BEFORE_DELAY, beforeSuspension: 100 };
  useCases = await createUseCases({ storage, capturer, now: () => now, attempts });
  ({ token } = await useCases.signUp.run(ADA));
  caller = await useCases.sessions.authenticate(token);
});
afterEach(() => storage.close());

const change = (passwords: typeof RIGHT, by = caller) => useCases.passwordChange.run(by, passwords);
const isAlive = async (of: string) => (await outcomeOf(useCases.sessions.authenticate(of))) === 'done';
const withPassword = (credentials: typeof ADA) => outcomeOf(useCases.signIn.run(credentials));
/** From now on the account asks for more than a password. */
const owe = () => storage.accounts.eraseReference(caller.account.id, true);
const changeNotes = () => useCases.recorded.filter(({ action }) => action === 'password_changed');

describe('a password', () => {
  it('is replaced by another one, and the caller goes on in a session in the place of theirs', async () => {
    now += 600_000;
    const { methods, createdAt, expiresAt } = caller.session;
    const renewed = await change(RIGHT);
    // It is not a new sign-in: how, when and until when stay as they were.
    const { session } = await useCases.sessions.authenticate(renewed.token);
    expect(session).toMatchObject({ methods, createdAt, expiresAt });
    expect(session.id).not.toBe(caller.session.id);
    expect(await isAlive(token)).toBe(false);
    expect(await isAlive(renewed.token)).toBe(true);
    expect(await withPassword(ADA)).toBe('invalid_credentials');
    expect(await withPassword(CHANGED)).toBe('done');
    expect(changeNotes()).toEqual([
      { action: 'password_changed', accountId: caller.account.id, by: 'account', outcome: 'success' },
    ]);
  });

  it('ends all other sessions of the account, and those of nobody else', async () => {
    const others = await Promise.all([1, 2].map(() => useCases.sessions.open(caller.account.id, ['pwd'])));
    const bobs = await useCases.signUp.run({ ...ADA, email: 'bob@example.org' });
    const { token: renewed } = await change(RIGHT);
    for (const other of others) expect(await isAlive(other.token)).toBe(false);
    expect(await isAlive(renewed)).toBe(true);
    expect(await isAlive(bobs.token)).toBe(true);
  });

  it('ends sign-ins that were begun with the old one', async () => {
    await owe();
    const begun = await useCases.signIn.run(ADA);
    if (begun.outcome !== 'face_required') throw new Error(begun.outcome);
    await change(RIGHT);
    expect(await outcomeOf(useCases.secondFactor.claim(begun.verificationToken))).toBe('invalid_token');
  });

  it.each([
    ['a session', async () => undefined],
    ['a verification token', owe],
  ])('is changed by the time its old one would give %s, which it then does not', async (_, prepare) => {
    await prepare();
    const { sessions, signInFlows } = storage;
    const insertByPasswordAlone = sessions.insertByPasswordAlone.bind(sessions);
    const insertFlow = signInFlows.insert.bind(signInFlows);
    let kept = '';
    const changeOnce = async () => {
      // Only the sign-in of the test, and not the ones that look at what it has done.
      sessions.insertByPasswordAlone = insertByPasswordAlone;
      signInFlows.insert = insertFlow;
      kept = (await change(RIGHT)).session.id;
    };
    sessions.insertByPasswordAlone = async (session) => {
      await changeOnce();
      return insertByPasswordAlone(session);
    };
    const flows: string[] = [];
    signInFlows.insert = async (flow) => {
      flows.push(flow.id);
      await changeOnce();
      return insertFlow(flow);
    };
    expect(await withPassword(ADA)).toBe('invalid_credentials');
    const living = await useCases.sessions.list(caller.account.id);
    expect(living.map(({ id }) => id)).toEqual([kept]);
    for (const id of flows) expect(await signInFlows.find(id)).toBeNull();
  });

  it('is not changed by who does not know it, nor for one that is too weak', async () => {
    const other = await useCases.sessions.open(caller.account.id, ['pwd']);
    await expect(change(WRONG)).rejects.toMatchObject(REFUSED);
    await expect(change({ ...RIGHT, replacement: 'short' })).rejects.toMatchObject({
      code: 'validation_failed',
      fields: [{ field: 'password' }],
    });
    expect(await isAlive(token)).toBe(true);
    expect(await isAlive(other.token)).toBe(true);
    expect(await withPassword(ADA)).toBe('done');
    expect(changeNotes()).toMatchObject([{ outcome: 'failure', reason: 'invalid_credentials' }]);
  });

  it('is not changed from a session that was opened a while ago', async () => {
    now += 900_000;
    const { session } = await change({ current: ADA.password, replacement: ADA.password });
    now += 1;
    // The session in the place of the old one is no younger than that.
    const later = await useCases.sessions.find(caller.account.id, session.id);
    for (const passwords of [RIGHT, WRONG]) {
      await expect(change(passwords, later)).rejects.toMatchObject({ code: 'reauthentication_required' });
    }
  });

  it('is changed by one of several at once', async () => {
    const outcomes = await Promise.all(
      ['first new password', 'second new password'].map((replacement) =>
        outcomeOf(change({ ...RIGHT, replacement })),
      ),
    );
    expect(outcomes.sort()).toEqual(['done', 'invalid_credentials']);
  });
});

describe('guessing at it in somebody’s session', () => {
  it('is counted as guessing at sign-in is', async () => {
    for (let i = 1; i < BEFORE_DELAY; i++) await expect(change(WRONG)).rejects.toMatchObject(REFUSED);
    expect(await withPassword({ ...ADA, password: 'not the password' })).toBe('invalid_credentials');
    await expect(change(RIGHT)).rejects.toMatchObject({ code: 'too_many_attempts', retryAfterSeconds: 30 });
    expect(await withPassword(ADA)).toBe('too_many_attempts');
    now += 30_000;
    await expect(change(RIGHT)).resolves.toBeDefined();
  });

  it('is not what a weak replacement, or the right password, counts for', async () => {
    for (let i = 0; i < BEFORE_DELAY; i++) {
      expect(await outcomeOf(change({ ...RIGHT, replacement: 'short' }))).toBe('validation_failed');
      const { session } = await change({ current: ADA.password, replacement: ADA.password });
      caller = await useCases.sessions.find(caller.account.id, session.id);
    }
    expect(await withPassword(ADA)).toBe('done');
  });
});
