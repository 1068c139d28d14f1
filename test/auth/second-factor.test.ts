import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Authenticator } from '../support/authenticator.js';
import { outcomeOf } from '../support/outcome.js';
import { ADA } from '../support/passkey-ceremonies.js';
import {
  ANOTHER_FACE,
  BEFORE_DELAY,
  BEFORE_SUSPENSION,
  type SecondFactors,
  prepareSecondFactors,
} from '../support/second-factors.js';

const WAIT = { code: 'too_many_attempts', retryAfterSeconds: 30 };
const SUSPENDED = { code: 'face_suspended' };

let her: SecondFactors;
beforeEach(async () => {
  her = await prepareSecondFactors();
});
afterEach(() => her.storage.close());

/** In one sign-in after another, and waiting as long as it takes. */
async function suspendFace(): Promise<void> {
  for (let i = 0; i < BEFORE_SUSPENSION; i++) {
    await expect(her.showFace(await her.verificationToken(), ANOTHER_FACE)).rejects.toMatchObject({
      code: 'face_mismatch',
    });
  }
}

describe('a sign-in that has passed the password', () => {
  let passkey: Authenticator;
  let code: string;
  beforeEach(async () => {
    await her.enrol();
    passkey = await her.bind(await her.signedIn());
    [code] = (await her.issueCodes()) as [string];
  });

  it('is completed by any one of face, passkey and recovery code', async () => {
    expect(await her.methods()).toEqual(['face', 'passkey', 'recovery_code']);
    const completed = [
      await her.showFace(await her.verificationToken()),
      await her.signIn(passkey, await her.verificationToken()),
      await her.useCases.recoveryCodes.signIn(await her.verificationToken(), code),
    ];
    expect(completed.map(({ session }) => session.methods)).toEqual([
      ['pwd', 'face'],
      ['pwd', 'pop'],
      ['pwd', 'otp'],
    ]);
  });

  it('is completed once, when all come at the same moment', async () => {
    const { signInFlows } = her.storage;
    const pass = signInFlows.pass.bind(signInFlows);
    // All are found to be right before the first of them has passed.
    signInFlows.pass = async (...which) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return pass(...which);
    };
    const token = await her.verificationToken();
    const answer = passkey.get(await her.passkeys.signInOptions(token));
    const outcomes = await Promise.all(
      [
        her.showFace(token),
        her.passkeys.signIn(token, answer),
        her.useCases.recoveryCodes.signIn(token, code),
        her.showFace(token),
      ].map(outcomeOf),
    );
    expect(outcomes.sort()).toEqual(['done', 'invalid_token', 'invalid_token', 'invalid_token']);
  });

  it('has one counter for whatever fails', async () => {
    const token = await her.verificationToken();
    const answer = passkey.get(await her.passkeys.signInOptions(token));
    expect(await outcomeOf(her.useCases.signIn.run({ ...ADA, password: 'a wrong one' }))).toBe(
      'invalid_credentials',
    );
    expect(await outcomeOf(her.showFace(token, ANOTHER_FACE))).toBe('face_mismatch');
    expect(await outcomeOf(her.useCases.recoveryCodes.signIn(token, 'AAAA-AAAA-AAAA-AAAA'))).toBe(
      'invalid_recovery_code',
    );
    expect(await outcomeOf(her.signIn(passkey, token, { rpId: 'evil.example' }))).toBe('passkey_rejected');
    // Now everything has to wait, also what is right.
    for (const attempt of [
      () => her.useCases.signIn.run(ADA),
      () => her.showFace(token),
      () => her.reserveLiveSession(token),
      () => her.useCases.recoveryCodes.signIn(token, code),
      () => her.passkeys.signIn(token, answer),
    ]) {
      await expect(attempt()).rejects.toMatchObject(WAIT);
    }
    her.clock.now += 30_000;
    await expect(her.passkeys.signIn(token, answer)).resolves.toMatchObject({
      session: { methods: ['pwd', 'pop'] },
    });
    for (let i = 0; i < BEFORE_DELAY - 1; i++) {
      expect(await outcomeOf(her.useCases.signIn.run({ ...ADA, password: 'a wrong one' }))).toBe(
        'invalid_credentials',
      );
    }
    expect(await her.withPassword()).toBe('face_required');
  });

  it('is not counted against its owner for pictures that came after another one had passed it', async () => {
    const token = await her.verificationToken();
    const flow = await her.useCases.verification.claim(token);
    await her.showFace(token);
    for (let i = 0; i < BEFORE_DELAY + BEFORE_SUSPENSION; i++) {
      await expect(her.useCases.verification.verify(flow, ANOTHER_FACE)).rejects.toMatchObject({
        code: 'invalid_token',
      });
    }
    await expect(her.showFace(await her.verificationToken())).resolves.toBeDefined();
  });

  describe('whose face was suspended', () => {
    beforeEach(suspendFace);

    it('goes on with everything else, and never with the face again', async () => {
      expect(await her.methods()).toEqual(['passkey', 'recovery_code']);
      for (const complete of [
        async () => her.signIn(passkey, await her.verificationToken()),
        async () => her.useCases.recoveryCodes.signIn(await her.verificationToken(), code),
      ]) {
        await complete();
        her.clock.now += 90 * 86_400_000;
        const token = await her.verificationToken();
        await expect(her.showFace(token)).rejects.toMatchObject(SUSPENDED);
        await expect(her.reserveLiveSession(token)).rejects.toMatchObject(SUSPENDED);
      }
    });

    it('goes on with the face that is enrolled anew', async () => {
      await her.enrol();
      expect(await her.methods()).toEqual(['face', 'passkey', 'recovery_code']);
      await expect(her.showFace(await her.verificationToken())).resolves.toBeDefined();
    });
  });

  it('has its face suspended by pictures and live sessions together', async () => {
    await her.reserveLiveSession(await her.verificationToken());
    expect(await outcomeOf(her.showFace(await her.verificationToken(), ANOTHER_FACE))).toBe('face_mismatch');
    expect(await her.methods()).toContain('face');
    await her.reserveLiveSession(await her.verificationToken());
    expect(await her.methods()).not.toContain('face');
    await expect(her.showFace(await her.verificationToken())).rejects.toMatchObject(SUSPENDED);
  });

  it('offers no face that cannot be compared any more', async () => {
    her.model.id = 'model@2';
    expect(await her.methods()).toEqual(['passkey', 'recovery_code']);
  });
});
