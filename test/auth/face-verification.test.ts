import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FaceEnrolment } from '../../src/auth/face-enrolment.js';
import { FaceVerification } from '../../src/auth/face-verification.js';
import { PasswordHasher } from '../../src/auth/password-hasher.js';
import { PasswordPolicy } from '../../src/auth/password-policy.js';
import { type AuthenticatedCaller, Sessions } from '../../src/auth/sessions.js';
import { SignIn } from '../../src/auth/sign-in.js';
import { SignUp } from '../../src/auth/sign-up.js';
import { TemplateVault } from '../../src/auth/template-vault.js';
import { TokenSigner } from '../../src/auth/tokens.js';
import type { FaceCapturer } from '../../src/face/capture.js';
import type { Account, Storage } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';

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
  let openSessions: Sessions;
  let now: number;
  let model: string;
  let whileLooking: () => Promise<unknown>;
  let enrolment: FaceEnrolment;
  let verification: FaceVerification;
  let signIn: SignIn;

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
    const clock = () => now;
    const { accounts, signInFlows: flows } = storage;
    const vault = new TemplateVault(randomBytes(32));
    const hasher = await PasswordHasher.create({ bcryptCost: null });
    const verificationTokens = new TokenSigner('verification', 'v'.repeat(32));
    const sessions = new Sessions({
      sessions: storage.sessions,
      tokens: new TokenSigner('authorization', 'a'.repeat(32)),
      lifetimeSeconds: 3600,
      now: clock,
    });
    const limits = { maxFaceFailures: 5, now: clock };
    enrolment = new FaceEnrolment({ accounts, capturer, vault, liveness: 'passive', now: clock });
    signIn = new SignIn({
      accounts,
      flows,
      sessions,
      hasher,
      verificationTokens,
      verificationSeconds: 120,
      ...limits,
    });
    verification = new FaceVerification({
      accounts,
      flows,
      sessions,
      verificationTokens,
      capturer,
      vault,
      threshold: { cosine: 0.5, falseMatchRate: 1e-4 },
      witnessThreshold: { cosine: 0.3, falseMatchRate: 1e-2 },
      liveness: 'passive',
      ...limits,
    });
    const passwords = new PasswordPolicy(8);
    const signUp = new SignUp({ accounts, sessions, hasher, passwords, now: clock });
    const { token } = await signUp.run(CREDENTIALS);
    caller = await sessions.authenticate(token);
    ({ account } = caller);
    await enrolment.enrol(caller, SAMPLE);
    openSessions = sessions;
  });
  afterEach(() => storage.close());

  const claim = async () => {
    const result = await signIn.run(CREDENTIALS);
    if (result.outcome !== 'face_required') throw new Error('no face is enrolled');
    return { token: result.verificationToken, flow: await verification.claim(result.verificationToken) };
  };

  it('succeeds when nothing happens', async () => {
    const { flow } = await claim();
    expect(await verification.verify(flow, SAMPLE)).toMatchObject({ outcome: 'verified', score: 1 });
  });

  it('fails when the face is disabled while the picture is looked at', async () => {
    const { flow } = await claim();
    whileLooking = () => enrolment.disable(account);
    await expect(verification.verify(flow, SAMPLE)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('compares with the face that is enrolled now, not with the one of the moment the picture was sent', async () => {
    const { flow } = await claim();
    const other = new TemplateVault(randomBytes(32));
    whileLooking = () =>
      storage.accounts.putReference(
        account.id,
        {
          modelId: model,
          ciphertext: other.seal(account.id, { modelId: model, vector: Float32Array.of(0, 1) }),
          qualityScore: 1,
          createdAt: now,
        },
        { sessionId: caller.session.id, referenceErasures: 0, now },
      );
    await expect(verification.verify(flow, SAMPLE)).rejects.toThrow(/does not decrypt/);
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
      whileLooking = () => openSessions.revoke(caller.session);
      await expect(enrolment.enrol(caller, SAMPLE)).rejects.toMatchObject({ code: 'enrolment_superseded' });
      expect((await storage.accounts.findById(account.id))?.reference).toEqual(before);
    });

    it('does not bring back a face that was withdrawn meanwhile', async () => {
      const current = await openSessions.authenticate(await openSessions.open(account.id, ['pwd', 'face']));
      whileLooking = () => enrolment.disable(account);
      await expect(enrolment.enrol(current, SAMPLE)).rejects.toMatchObject({ code: 'enrolment_superseded' });
      expect((await storage.accounts.findById(account.id))?.reference).toBeNull();
    });
  });

  it('is asked for when the face was enrolled while the password was being hashed', async () => {
    await enrolment.disable(account);
    const withoutFace = (await storage.accounts.findById(account.id))!;
    const signingIn = signIn.run(CREDENTIALS);
    // The hash takes milliseconds; the enrolment is there before it is done.
    await enrolment.enrol({ ...caller, account: withoutFace }, SAMPLE);
    expect((await signingIn).outcome).toBe('face_required');
  });
});
