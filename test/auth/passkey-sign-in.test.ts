import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Authenticator, type Ceremony } from '../support/authenticator.js';
import { outcomeOf } from '../support/outcome.js';
import { ADA, BOB, ORIGIN, RP_ID, preparePasskeys } from '../support/passkey-ceremonies.js';

const REJECTED = { code: 'passkey_rejected' };
const INVALID_TOKEN = { code: 'invalid_token' };

type Prepared = Awaited<ReturnType<typeof preparePasskeys>>;
let storage: Prepared['storage'];
let clock: Prepared['clock'];
let useCases: Prepared['useCases'];
let devices: Prepared['devices'];
let passkeys: Prepared['passkeys'];
let signedUp: Prepared['signedUp'];
let ada: Prepared['ada'];
let verificationToken: Prepared['verificationToken'];
let bind: Prepared['bind'];
let signIn: Prepared['signIn'];
let close: () => Promise<void>;
beforeEach(async () => {
  const prepared = await preparePasskeys();
  ({ storage, clock, useCases, devices, passkeys, signedUp, ada, verificationToken, bind, signIn } =
    prepared);
  close = () => prepared.storage.close();
});
afterEach(() => close());

describe('signing in with a passkey', () => {
  it('opens a session, and notes when it was used', async () => {
    const authenticator = await bind();
    clock.now += 60_000;
    const token = await verificationToken();
    const options = await passkeys.signInOptions(token);
    expect(options.allowCredentials?.map(({ id }) => id)).toEqual([authenticator.id]);
    const signedIn = await passkeys.signIn(token, authenticator.get(options));
    expect(signedIn.session.methods).toEqual(['pwd', 'pop']);
    expect(signedIn.account.id).toBe(ada.account.id);
    expect(await passkeys.list(ada.account.id)).toMatchObject([{ counter: 1, lastUsedAt: clock.now }]);
    expect(useCases.recorded).toContainEqual(
      expect.objectContaining({ action: 'sign_in_passkey', outcome: 'success', accountId: ada.account.id }),
    );
  });

  it('goes on with passkeys that do not count', async () => {
    const authenticator = await bind(ada, new Authenticator(RP_ID, ORIGIN, 'copied'));
    for (let time = 0; time < 2; time++) {
      await expect(signIn(authenticator, await verificationToken())).resolves.toBeDefined();
    }
    expect(await passkeys.list(ada.account.id)).toMatchObject([{ counter: 0, backedUp: true }]);
  });

  it('needs its owner to be there, not to be verified: the password has done that', async () => {
    const authenticator = await bind();
    const token = await verificationToken();
    await expect(signIn(authenticator, token, { isUserPresent: false })).rejects.toMatchObject(REJECTED);
    await expect(signIn(authenticator, token, { isUserVerified: false })).resolves.toBeDefined();
  });

  it.each<[string, Ceremony]>([
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a passkey for another host', { rpId: 'evil.example' }],
    ['a challenge that nobody gave', { challenge: Buffer.alloc(54).toString('base64url') }],
    ['no challenge', { challenge: null }],
  ])('is refused for %s, and the sign-in may go on', async (_, ceremony) => {
    const authenticator = await bind();
    const token = await verificationToken();
    await expect(signIn(authenticator, token, ceremony)).rejects.toMatchObject(REJECTED);
    expect(await passkeys.list(ada.account.id)).toMatchObject([{ counter: 0, lastUsedAt: null }]);
    await expect(signIn(authenticator, token)).resolves.toBeDefined();
  });

  it('is refused with the passkey of another account, and with an unknown one', async () => {
    await bind();
    const bobs = await bind(await signedUp(BOB));
    const token = await verificationToken();
    await expect(signIn(bobs, token)).rejects.toMatchObject(REJECTED);
    await expect(signIn(new Authenticator(RP_ID, ORIGIN), token)).rejects.toMatchObject(REJECTED);
    expect(useCases.recorded.at(-1)).toMatchObject({
      action: 'sign_in_passkey',
      outcome: 'failure',
      accountId: ada.account.id,
      reason: 'passkey_rejected',
    });
  });

  it('is refused with a challenge of another sign-in, of the device, of a registration, or of before', async () => {
    const authenticator = await bind();
    const tokens = [await verificationToken(), await verificationToken()] as const;
    const others = [
      await passkeys.signInOptions(tokens[1]),
      await passkeys.deviceOptions(),
      await passkeys.registrationOptions(ada),
    ];
    for (const { challenge } of others.slice(0, 2)) {
      await expect(passkeys.signIn(tokens[0], authenticator.get({ challenge }))).rejects.toMatchObject(
        REJECTED,
      );
    }
    // The third failure of the sign-ins would be the last one before a delay.
    await signIn(authenticator, tokens[1]);
    await expect(passkeys.signIn(tokens[0], authenticator.get(others[2]!))).rejects.toMatchObject(REJECTED);
    const old = await passkeys.signInOptions(tokens[0]);
    await expect(passkeys.signIn(tokens[0], authenticator.get(old))).resolves.toBeDefined();
    const replayed = passkeys.signIn(await verificationToken(), authenticator.get(old));
    await expect(replayed).rejects.toMatchObject(REJECTED);
  });

  it('takes a challenge once: what was overheard is worth nothing', async () => {
    const authenticator = await bind(ada, new Authenticator(RP_ID, ORIGIN, 'copied'));
    const token = await verificationToken();
    const answer = authenticator.get(await passkeys.signInOptions(token), { isUserPresent: false });
    await expect(passkeys.signIn(token, answer)).rejects.toMatchObject(REJECTED);
    // Refused for another reason, the challenge is spent all the same.
    const { challenge } = JSON.parse(Buffer.from(answer.response.clientDataJSON, 'base64url').toString()) as {
      challenge: string;
    };
    const again = passkeys.signIn(token, authenticator.get({ challenge }));
    await expect(again).rejects.toMatchObject(REJECTED);
  });

  it('opens one session for many answers at once', async () => {
    const authenticator = await bind(ada, new Authenticator(RP_ID, ORIGIN, 'copied'));
    const token = await verificationToken();
    const options = await passkeys.signInOptions(token);
    const before = (await useCases.sessions.list(ada.account.id)).length;
    const answers = Array.from({ length: 2 }, () => authenticator.get(options));
    const outcomes = await Promise.all(answers.map((answer) => outcomeOf(passkeys.signIn(token, answer))));
    expect(outcomes.sort()).toEqual(['done', 'passkey_rejected']);
    expect(await useCases.sessions.list(ada.account.id)).toHaveLength(before + 1);
    await expect(passkeys.signInOptions(token)).rejects.toMatchObject(INVALID_TOKEN);
  });

  it('lets one of two devices with the same key and count in', async () => {
    const authenticator = await bind();
    const tokens = [await verificationToken(), await verificationToken()];
    const attempts = tokens.map((token) => outcomeOf(signIn(authenticator, token, { counter: 7 })));
    expect((await Promise.all(attempts)).sort()).toEqual(['done', 'passkey_rejected']);
    const token = await verificationToken();
    await expect(signIn(authenticator, token, { counter: 7 })).rejects.toMatchObject(REJECTED);
    await expect(signIn(authenticator, token, { counter: 6 })).rejects.toMatchObject(REJECTED);
    expect(await passkeys.list(ada.account.id)).toMatchObject([{ counter: 7 }]);
    await expect(signIn(authenticator, token, { counter: 8 })).resolves.toBeDefined();
  });

  it('is not looked at after too many failures, over all that was tried', async () => {
    const authenticator = await bind();
    const token = await verificationToken();
    const answer = authenticator.get(await passkeys.signInOptions(token));
    await expect(useCases.signIn.run({ ...ADA, password: 'a wrong one' })).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
    await expect(useCases.recoveryCodes.signIn(token, 'AAAA')).rejects.toMatchObject({
      code: 'invalid_recovery_code',
    });
    await expect(signIn(authenticator, token, { rpId: 'evil.example' })).rejects.toMatchObject(REJECTED);
    await expect(passkeys.signIn(token, answer)).rejects.toMatchObject({ code: 'too_many_attempts' });
    clock.now += 30_000;
    await expect(passkeys.signIn(token, answer)).resolves.toBeDefined();
  });

  it('is refused for an account that is gone', async () => {
    const authenticator = await bind();
    const token = await verificationToken();
    const answer = authenticator.get(await passkeys.signInOptions(token));
    await storage.accounts.erase(ada.account.id);
    await expect(passkeys.signIn(token, answer)).rejects.toMatchObject(INVALID_TOKEN);
  });
});

describe('a device that shows a passkey', () => {
  it('is known to the account of the passkey from then on, and told of no account before', async () => {
    const authenticator = await bind();
    const options = await passkeys.deviceOptions();
    expect(options.allowCredentials ?? []).toEqual([]);
    expect(JSON.stringify(options)).not.toContain(authenticator.id);
    const deviceToken = await passkeys.recogniseDevice(authenticator.get(options));
    await useCases.as({ deviceToken }, async () => {
      expect(await devices.current(ada.account.id)).not.toBeNull();
      expect(await devices.current('somebody else')).toBeNull();
    });
    expect(useCases.recorded.at(-1)).toEqual({
      action: 'device_recognised',
      outcome: 'success',
      accountId: ada.account.id,
      by: 'account',
      subject: authenticator.id,
    });
  });

  it('lets its owner in while strangers lock everybody else out', async () => {
    const authenticator = await bind();
    for (let failure = 0; failure < 3; failure++) {
      await expect(useCases.signIn.run({ ...ADA, password: 'a wrong one' })).rejects.toMatchObject({
        code: 'invalid_credentials',
      });
    }
    await expect(useCases.signIn.run(ADA)).rejects.toMatchObject({ code: 'too_many_attempts' });
    const deviceToken = await passkeys.recogniseDevice(authenticator.get(await passkeys.deviceOptions()));
    await useCases.as({ deviceToken }, async () => {
      await expect(signIn(authenticator, await verificationToken())).resolves.toBeDefined();
    });
    await expect(useCases.signIn.run(ADA)).rejects.toMatchObject({ code: 'too_many_attempts' });
  });

  it('is refused for an unknown passkey, a challenge that is spent, old, or of something else', async () => {
    const authenticator = await bind();
    const stranger = new Authenticator(RP_ID, ORIGIN).get(await passkeys.deviceOptions());
    await expect(passkeys.recogniseDevice(stranger)).rejects.toMatchObject(REJECTED);
    const options = await passkeys.deviceOptions();
    await passkeys.recogniseDevice(authenticator.get(options));
    await expect(passkeys.recogniseDevice(authenticator.get(options))).rejects.toMatchObject(REJECTED);
    const ofSignIn = authenticator.get(await passkeys.signInOptions(await verificationToken()));
    await expect(passkeys.recogniseDevice(ofSignIn)).rejects.toMatchObject(REJECTED);
    const late = await passkeys.deviceOptions();
    clock.now += 300_000;
    await expect(passkeys.recogniseDevice(authenticator.get(late))).rejects.toMatchObject(REJECTED);
  });
});
