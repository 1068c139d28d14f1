import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { MAX_PASSKEYS } from '../../src/storage/port.js';
import { Authenticator, type Ceremony } from '../support/authenticator.js';
import { outcomeOf } from '../support/outcome.js';
import { ADA, BOB, ORIGIN, RP_ID, preparePasskeys } from '../support/passkey-ceremonies.js';

const REJECTED = { code: 'passkey_rejected' };
const INVALID_TOKEN = { code: 'invalid_token' };

type Prepared = Awaited<ReturnType<typeof preparePasskeys>>;
let clock: Prepared['clock'];
let useCases: Prepared['useCases'];
let passkeys: Prepared['passkeys'];
let signedUp: Prepared['signedUp'];
let ada: Prepared['ada'];
let verificationToken: Prepared['verificationToken'];
let bind: Prepared['bind'];
let signIn: Prepared['signIn'];
let close: () => Promise<void>;
beforeEach(async () => {
  const prepared = await preparePasskeys();
  ({ clock, useCases, passkeys, signedUp, ada, verificationToken, bind, signIn } = prepared);
  close = () => prepared.storage.close();
});
afterEach(() => close());

describe('binding a passkey', () => {
  it('makes it a second factor, under the name that its owner gave', async () => {
    const authenticator = await bind();
    expect(await passkeys.list(ada.account.id)).toMatchObject([
      {
        id: authenticator.id,
        name: 'Blue key',
        counter: 0,
        createdAt: clock.now,
        lastUsedAt: null,
        backedUp: false,
      },
    ]);
    await expect(useCases.signIn.run(ADA)).resolves.toMatchObject({ outcome: 'face_required' });
    expect(useCases.recorded).toContainEqual({
      action: 'passkey_added',
      outcome: 'success',
      accountId: ada.account.id,
      by: 'account',
      subject: authenticator.id,
    });
  });

  it('asks for no key that is bound already, and names the account by its id', async () => {
    const authenticator = await bind();
    const options = await passkeys.registrationOptions(ada);
    expect(options.excludeCredentials?.map(({ id }) => id)).toEqual([authenticator.id]);
    expect(Buffer.from(options.user.id, 'base64url').toString()).toBe(ada.account.id);
  });

  it.each<[string, Ceremony]>([
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a passkey for another host', { rpId: 'evil.example' }],
    ['a challenge that nobody gave', { challenge: Buffer.alloc(54).toString('base64url') }],
    ['a person who was not there', { isUserPresent: false }],
  ])('is refused for %s', async (_, ceremony) => {
    await expect(bind(ada, new Authenticator(RP_ID, ORIGIN), ceremony)).rejects.toMatchObject(REJECTED);
    expect(await passkeys.list(ada.account.id)).toEqual([]);
    await expect(useCases.signIn.run(ADA)).resolves.toMatchObject({ outcome: 'signed_in' });
  });

  it('takes a challenge once', async () => {
    const options = await passkeys.registrationOptions(ada);
    const answers = [1, 2].map(() => new Authenticator(RP_ID, ORIGIN).create(options));
    const outcomes = await Promise.all(
      answers.map((answer) => outcomeOf(passkeys.register(ada, 'key', answer))),
    );
    expect(outcomes.sort()).toEqual(['done', 'passkey_rejected']);
    expect(await passkeys.list(ada.account.id)).toHaveLength(1);
  });

  it('takes no challenge of another session, of another account, or of five minutes ago', async () => {
    const bob = await signedUp(BOB);
    const otherSession = await useCases.sessions.authenticate(
      (await useCases.sessions.open(ada.account.id, ['pwd'])).token,
    );
    for (const other of [bob, otherSession]) {
      const options = await passkeys.registrationOptions(other);
      const answer = new Authenticator(RP_ID, ORIGIN).create(options);
      await expect(passkeys.register(ada, 'key', answer)).rejects.toMatchObject(REJECTED);
    }
    const options = await passkeys.registrationOptions(ada);
    clock.now += 300_000;
    const late = passkeys.register(ada, 'key', new Authenticator(RP_ID, ORIGIN).create(options));
    await expect(late).rejects.toMatchObject(REJECTED);
  });

  it('takes no challenge of a sign-in', async () => {
    await bind();
    const options = await passkeys.signInOptions(await verificationToken());
    const answer = new Authenticator(RP_ID, ORIGIN).create(options);
    await expect(passkeys.register(ada, 'key', answer)).rejects.toMatchObject(REJECTED);
  });

  it('does not take a passkey over that is bound to any account', async () => {
    const authenticator = await bind();
    const bob = await signedUp(BOB);
    for (const caller of [ada, bob]) {
      await expect(bind(caller, authenticator)).rejects.toMatchObject({ code: 'passkey_in_use' });
    }
    await expect(signIn(authenticator, await verificationToken())).resolves.toBeDefined();
  });

  it('ends at so many', async () => {
    for (let count = 0; count < MAX_PASSKEYS; count++) await bind();
    await expect(bind()).rejects.toMatchObject({ code: 'too_many_passkeys' });
    const [first] = await passkeys.list(ada.account.id);
    await passkeys.remove(ada, first!.id);
    await expect(bind()).resolves.toBeDefined();
  });

  it('is for somebody who has just signed in, in a session that lives', async () => {
    const options = await passkeys.registrationOptions(ada);
    const answer = new Authenticator(RP_ID, ORIGIN).create(options);
    const stale = { ...ada, session: { ...ada.session, createdAt: clock.now - 900_001 } };
    const needed = { code: 'reauthentication_required' };
    await expect(passkeys.registrationOptions(stale)).rejects.toMatchObject(needed);
    await expect(passkeys.register(stale, 'key', answer)).rejects.toMatchObject(needed);
    await useCases.sessions.revoke(ada.session);
    await expect(passkeys.register(ada, 'key', answer)).rejects.toMatchObject(INVALID_TOKEN);
    expect(await passkeys.list(ada.account.id)).toEqual([]);
  });
});

describe('removing a passkey', () => {
  it('ends it', async () => {
    const kept = await bind();
    const removed = await bind();
    const token = await verificationToken();
    const { challenge } = await passkeys.signInOptions(token);
    await passkeys.remove(ada, removed.id);
    await expect(passkeys.signIn(token, removed.get({ challenge }))).rejects.toMatchObject(REJECTED);
    expect((await passkeys.list(ada.account.id)).map(({ id }) => id)).toEqual([kept.id]);
    expect(useCases.recorded).toContainEqual({
      action: 'passkey_removed',
      outcome: 'success',
      accountId: ada.account.id,
      by: 'account',
      subject: removed.id,
    });
    await expect(passkeys.remove(ada, removed.id)).rejects.toMatchObject({ code: 'passkey_not_found' });
  });

  it('is for its owner, who has just signed in', async () => {
    const { id } = await bind();
    const bob = await signedUp(BOB);
    await expect(passkeys.remove(bob, id)).rejects.toMatchObject({ code: 'passkey_not_found' });
    const stale = { ...ada, session: { ...ada.session, createdAt: clock.now - 900_001 } };
    await expect(passkeys.remove(stale, id)).rejects.toMatchObject({ code: 'reauthentication_required' });
    expect(await passkeys.list(ada.account.id)).toHaveLength(1);
  });
});
