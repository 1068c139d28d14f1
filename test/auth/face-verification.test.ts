import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FaceEnrolment } from '../../src/auth/face-enrolment.js';
import type { FaceVerification } from '../../src/auth/face-verification.js';
import type { AuthenticatedCaller } from '../../src/auth/sessions.js';
import type { FaceCapturer } from '../../src/face/capture.js';
import type { Account, Storage } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { type UseCases, createUseCases } from '../support/use-cases.js';

const CREDENTIALS = { email: 'ada@example.org', password: 'correct horse battery' };
const SAMPLE = new Uint8Array(0);

/**
 * What happens between two steps of a sign-in, which no client can time: the capturer is scripted, so that
 * the world can change while it looks at a picture. Everything else is real.
 */
describe('a face verification', () => {
  let storage: Storage;
  let account: Account;
  let caller: AuthenticatedCaller;
  let useCases: UseCases;
  let now: number;
  let model: string;
  let whileLooking: () => Promise<unknown>;
  let enrolment: FaceEnrolment;
  let verification: FaceVerification;

  beforeEach(async () => {
    storage = openSqliteStorage(':memory:');
    now = 1_900_000_000_000;
    model = 'model@1';
    whileLooking = async () => undefined;
    const capturer: FaceCapturer = {
      get modelId() {
        return model;
      },
      capture: async () => {
        await whileLooking();
        return {
          outcome: 'captured',
          qualityScore: 1,
          presentation: 'bona_fide',
          template: { modelId: model, vector: Float32Array.of(1, 0) },
        };
      },
    };
    useCases = await createUseCases({ storage, capturer, now: () => now });
    ({ enrolment, verification } = useCases);
    const { token } = await useCases.signUp.run(CREDENTIALS);
    caller = await useCases.sessions.authenticate(token);
    ({ account } = caller);
    await enrolment.enrol(caller, SAMPLE, null);
  });
  afterEach(() => storage.close());

  const claim = async () => {
    const result = await useCases.signIn.run(CREDENTIALS);
    if (result.outcome !== 'face_required') throw new Error('no face is enrolled');
    return { token: result.verificationToken, flow: await verification.claim(result.verificationToken) };
  };

  it('succeeds when nothing happens', async () => {
    const { flow } = await claim();
    const verified = await verification.verify(flow, SAMPLE);
    if (verified.outcome !== 'verified') throw new Error(verified.outcome);
    expect(verified.score).toBeCloseTo(1);
  });

  it('fails when the face is disabled while the picture is looked at', async () => {
    const { flow } = await claim();
    whileLooking = () => enrolment.disable(caller);
    await expect(verification.verify(flow, SAMPLE)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('compares with the face that is enrolled now, not with the one of the moment the picture was sent', async () => {
    const { flow } = await claim();
    const { ciphertext } = await useCases.vault.protect(account.id, {
      modelId: model,
      vector: Float32Array.of(0, 1),
    });
    whileLooking = () =>
      storage.accounts.putReference(
        account.id,
        {
          modelId: model,
          ciphertext,
          qualityScore: 1,
          createdAt: now,
          lastUsedAt: now,
          renewalDue: false,
        },
        { sessionId: caller.session.id, referenceErasures: 0, now },
      );
    await expect(verification.verify(flow, SAMPLE)).rejects.toMatchObject({ code: 'face_mismatch' });
  });

  it('fails when the sign-in expires while the picture is looked at, and counts nothing', async () => {
    const { flow } = await claim();
    whileLooking = async () => (now = flow.expiresAt);
    await expect(verification.verify(flow, SAMPLE)).rejects.toMatchObject({ code: 'invalid_token' });
    expect(await storage.signInFlows.find(flow.id)).toMatchObject({
      state: 'awaiting_face',
      faceFailures: 0,
    });
  });

  it('makes no session after another call has passed the sign-in meanwhile', async () => {
    const { flow } = await claim();
    whileLooking = () => storage.signInFlows.pass(flow.id, now);
    await expect(verification.verify(flow, SAMPLE)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('does not match after other calls have used up the attempts meanwhile', async () => {
    const { flow } = await claim();
    whileLooking = async () => {
      for (let i = 0; i < 5; i++) await storage.signInFlows.countFaceFailure(flow.id, now, 5);
    };
    await expect(verification.verify(flow, SAMPLE)).rejects.toMatchObject({ code: 'too_many_attempts' });
  });

  it('says so when the face was enrolled with another model', async () => {
    const { token } = await claim();
    model = 'model@2';
    await expect(verification.claim(token)).rejects.toMatchObject({ code: 'reference_incompatible' });
  });

  it('ends with the account', async () => {
    const { flow } = await claim();
    const gone = { ...flow, accountId: 'gone' };
    await expect(verification.verify(gone, SAMPLE)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  describe('an enrolment', () => {
    it('that was held back until its session was revoked puts no face on the account', async () => {
      const before = (await storage.accounts.findById(account.id))?.reference;
      whileLooking = () => useCases.sessions.revoke(caller.session);
      await expect(enrolment.enrol(caller, SAMPLE, null)).rejects.toMatchObject({
        code: 'enrolment_superseded',
      });
      expect((await storage.accounts.findById(account.id))?.reference).toEqual(before);
    });

    it('does not bring back a face that was withdrawn meanwhile', async () => {
      const current = await useCases.sessions.authenticate(
        (await useCases.sessions.open(account.id, ['pwd', 'face'])).token,
      );
      whileLooking = () => enrolment.disable(caller);
      await expect(enrolment.enrol(current, SAMPLE, null)).rejects.toMatchObject({
        code: 'enrolment_superseded',
      });
      expect((await storage.accounts.findById(account.id))?.reference).toBeNull();
    });
  });

  it('is asked for when the face was enrolled while the password was being hashed', async () => {
    await enrolment.disable(caller);
    const withoutFace = (await storage.accounts.findById(account.id))!;
    const signingIn = useCases.signIn.run(CREDENTIALS);
    // The hash takes milliseconds; the enrolment is there before it is done.
    await enrolment.enrol({ ...caller, account: withoutFace }, SAMPLE, null);
    expect((await signingIn).outcome).toBe('face_required');
  });
});
