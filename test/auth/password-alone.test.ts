import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type SecondFactors, prepareSecondFactors } from '../support/second-factors.js';

let her: SecondFactors;
beforeEach(async () => {
  her = await prepareSecondFactors();
});
afterEach(() => her.storage.close());

describe('a password alone', () => {
  it('signs in where there is nothing else, and recovery codes are nothing else', async () => {
    expect(await her.withPassword()).toBe('signed_in');
    await her.issueCodes();
    expect(await her.withPassword()).toBe('signed_in');
  });

  it('does not while there is a face or a passkey, and does again when the last of both is gone', async () => {
    const { id } = await her.bind(await her.signedIn());
    expect(await her.withPassword()).toBe('face_required');
    await her.enrol();
    await her.passkeys.remove(await her.signedIn(), id);
    expect(await her.withPassword()).toBe('face_required');
    const another = await her.bind(await her.signedIn());
    await her.disable();
    expect(await her.withPassword()).toBe('face_required');
    await her.passkeys.remove(await her.signedIn(), another.id);
    expect(await her.withPassword()).toBe('signed_in');
  });

  it('does not when a passkey is bound while it is being looked at', async () => {
    const { accounts, sessions } = her.storage;
    const insertByPasswordAlone = sessions.insertByPasswordAlone.bind(sessions);
    // The last moment: all that was asked before has found no second factor.
    sessions.insertByPasswordAlone = async (session) => {
      await her.bind(await her.signedIn());
      return insertByPasswordAlone(session);
    };
    expect(await her.withPassword()).toBe('face_required');
    expect((await accounts.findById(her.ada.account.id))?.hasPasskeys).toBe(true);
    const opened = await her.useCases.sessions.list(her.ada.account.id);
    expect(opened.map(({ methods }) => methods)).toEqual([['pwd', 'face']]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['face', () => her.enrol()],
    ['passkey', async () => her.bind(await her.signedIn())],
  ])(
    'has opened nothing that outlives the first %s, and a second factor ends no session',
    async (_, bind) => {
      const { sessions } = her.useCases;
      expect(await her.withPassword()).toBe('signed_in');
      await bind();
      const living = await sessions.list(her.ada.account.id);
      for (const { methods } of living) expect(methods).toEqual(['pwd', 'face']);
      await bind();
      expect(await sessions.list(her.ada.account.id)).toEqual([expect.anything(), ...living]);
    },
  );

  describe('of an account whose face an operator has taken away', () => {
    beforeEach(async () => {
      await her.enrol();
      await her.takeFaceAway();
    });

    it('never signs in, and without a code nothing else does', async () => {
      expect(await her.withPassword()).toBe('face_required');
      expect(await her.methods()).toEqual([]);
      await expect(her.showFace(await her.verificationToken())).rejects.toMatchObject({
        code: 'invalid_token',
      });
    });

    it('does not either after a recovery code has, or after its owner has taken off the face that is gone', async () => {
      const [code] = await her.issueCodes();
      expect(await her.methods()).toEqual(['recovery_code']);
      const { token } = await her.useCases.recoveryCodes.signIn(await her.verificationToken(), code!);
      expect(await her.withPassword()).toBe('face_required');
      const caller = await her.useCases.sessions.authenticate(token);
      await her.useCases.enrolment.disable(caller);
      expect(await her.withPassword()).toBe('face_required');
    });

    it('signs in after a passkey was bound and removed again', async () => {
      const { id } = await her.bind(await her.signedIn());
      expect(await her.methods()).toEqual(['passkey']);
      await her.passkeys.remove(await her.signedIn(), id);
      expect(await her.withPassword()).toBe('signed_in');
    });

    it('signs in after a face was enrolled and disabled again', async () => {
      await her.enrol();
      expect(await her.methods()).toEqual(['face']);
      await her.disable();
      expect(await her.withPassword()).toBe('signed_in');
    });
  });
});
