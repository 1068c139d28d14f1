import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FaceCapturer } from '../../src/face/capture.js';
import { DIGEST_BYTES } from '../../src/face/frame-digest.js';
import type { LiveEvidence } from '../../src/face/live/judgement.js';
import type { AuthenticatedCaller } from '../../src/auth/sessions.js';
import type { Storage } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { type UseCases, createUseCases } from '../support/use-cases.js';

const CREDENTIALS = { email: 'ada@example.org', password: 'correct horse battery' };
const MODEL = 'model@1';
const MAX_FAILURES = 3;

/** What a passed session is worth, and what an attempt at one costs. The judge is not in it; its evidence is written. */
describe('the use cases of live sessions', () => {
  let storage: Storage;
  let now: number;
  let caller: AuthenticatedCaller;
  let useCases: UseCases;

  beforeEach(async () => {
    storage = openSqliteStorage(':memory:');
    now = 1_900_000_000_000;
    const capturer: FaceCapturer = {
      modelId: MODEL,
      capture: () => Promise.reject(new Error('not asked for')),
    };
    useCases = await createUseCases({
      storage,
      capturer,
      liveness: 'active',
      maxFaceFailures: MAX_FAILURES,
      now: () => now,
    });
    caller = await useCases.sessions.authenticate((await useCases.signUp.run(CREDENTIALS)).token);
  });
  afterEach(() => storage.close());

  const evidence = (changes: Partial<LiveEvidence> = {}): LiveEvidence => ({
    template: { modelId: MODEL, vector: Float32Array.of(1, 0) },
    qualityScore: 1,
    presentation: 'bona_fide',
    witnesses: [Float32Array.of(0.8, 0.6)],
    traces: Array.from({ length: 40 }, () => ({
      digest: new Uint8Array(randomBytes(DIGEST_BYTES)),
      measures: new Int16Array(8),
    })),
    ...changes,
  });
  const stranger = { modelId: MODEL, vector: Float32Array.of(0, 1) };

  const enrolLive = async (what = evidence()) => {
    const { ticket } = await useCases.liveEnrolment.issueTicket(caller, null);
    const subject = await useCases.liveEnrolment.subjectOf(await useCases.tickets.read(ticket, 'enrolment'));
    await subject.reserveAttempt();
    return subject.settle(what);
  };
  const verificationToken = async () => {
    const result = await useCases.signIn.run(CREDENTIALS);
    if (result.outcome !== 'face_required') throw new Error('no face is enrolled');
    return result.verificationToken;
  };
  const openFor = async (token: string) => {
    const { ticket } = await useCases.liveVerification.issueTicket(token, false);
    return useCases.liveVerification.subjectOf(await useCases.tickets.read(ticket, 'verification'));
  };
  const openVerification = async () => openFor(await verificationToken());

  it('enrol a face and sign in with it', async () => {
    expect(await enrolLive()).toMatchObject({ outcome: 'enrolled' });
    const subject = await openVerification();
    await subject.reserveAttempt();
    const verified = await subject.settle(evidence());
    if (verified.outcome !== 'verified') throw new Error(verified.outcome);
    expect((await useCases.sessions.authenticate(verified.token)).session.methods).toEqual(['pwd', 'face']);
  });

  describe('an attempt', () => {
    beforeEach(() => enrolLive());

    it('counts from the moment the challenge is shown: breaking off to draw another one uses them up', async () => {
      const token = await verificationToken();
      for (let i = 0; i < MAX_FAILURES; i++) await (await openFor(token)).reserveAttempt();
      await expect(openFor(token)).rejects.toMatchObject({ code: 'too_many_attempts' });
    });

    it('costs nothing while no challenge has been shown', async () => {
      const token = await verificationToken();
      for (let i = 0; i < 3 * MAX_FAILURES; i++) await openFor(token);
      await (await openFor(token)).reserveAttempt();
    });

    it('may succeed although it is the last one', async () => {
      const token = await verificationToken();
      for (let i = 1; i < MAX_FAILURES; i++) await (await openFor(token)).reserveAttempt();
      const last = await openFor(token);
      await last.reserveAttempt();
      await last.requireAlive();
      expect(await last.settle(evidence())).toMatchObject({ outcome: 'verified' });
    });

    it('cannot be had more often than the limit by a concurrent burst', async () => {
      const token = await verificationToken();
      const burst = await Promise.all(Array.from({ length: 20 }, () => openFor(token)));
      const reserved = await Promise.allSettled(burst.map((subject) => subject.reserveAttempt()));
      expect(reserved.filter(({ status }) => status === 'fulfilled')).toHaveLength(MAX_FAILURES);
      for (const result of reserved) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'too_many_attempts' });
      }
    });

    it('passes a sign-in once, however many succeed', async () => {
      const token = await verificationToken();
      const subjects = await Promise.all(Array.from({ length: MAX_FAILURES }, () => openFor(token)));
      for (const subject of subjects) await subject.reserveAttempt();
      const settled = await Promise.allSettled(subjects.map((subject) => subject.settle(evidence())));
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('is not counted any more when it is taken back, wherever it was counted', async () => {
      const token = await verificationToken();
      for (let i = 0; i < 200; i++) await (await (await openFor(token)).reserveAttempt())();
      for (let i = 0; i < MAX_FAILURES; i++) await (await openFor(token)).reserveAttempt();
      await expect(openFor(token)).rejects.toMatchObject({ code: 'too_many_attempts' });
    });

    it('is not counted twice when it fails', async () => {
      const token = await verificationToken();
      const subject = await openFor(token);
      await subject.reserveAttempt();
      await expect(subject.settle(evidence({ template: stranger }))).rejects.toMatchObject({
        code: 'face_mismatch',
      });
      for (let i = 1; i < MAX_FAILURES; i++) await (await openFor(token)).reserveAttempt();
    });
  });

  describe('a session that was answered', () => {
    it.each([
      ['a presentation attack', { presentation: 'attack' }],
      ['unchecked', { presentation: 'not_checked' }],
      ['a stranger', { template: stranger }],
      [
        'somebody else who made the movements',
        { witnesses: [Float32Array.of(0.8, 0.6), Float32Array.of(0.1, 1)] },
      ],
    ] as const)('is refused as a face that does not match: %s', async (_, changes) => {
      await enrolLive();
      const subject = await openVerification();
      await subject.reserveAttempt();
      await expect(subject.settle(evidence(changes))).rejects.toMatchObject({ code: 'face_mismatch' });
    });

    it('is refused as a recording of the one that enrolled, or of an earlier sign-in', async () => {
      const first = evidence();
      await enrolLive(first);
      const earlier = evidence();
      const passed = await openVerification();
      await passed.reserveAttempt();
      await passed.settle(earlier);
      for (const recorded of [first, earlier]) {
        const subject = await openVerification();
        await subject.reserveAttempt();
        await expect(subject.settle(recorded)).rejects.toMatchObject({ code: 'face_mismatch' });
      }
    });

    it('is forgotten with the face: whoever enrols anew is not refused for the past', async () => {
      const film = evidence();
      await enrolLive(film);
      await useCases.enrolment.disable(caller);
      caller = await useCases.sessions.find(caller.account.id, caller.session.id);
      expect(await enrolLive(film)).toMatchObject({ outcome: 'enrolled' });
    });

    it('enrols no attack', async () => {
      await expect(enrolLive(evidence({ presentation: 'attack' }))).rejects.toMatchObject({
        code: 'presentation_attack',
      });
      expect((await storage.accounts.findById(caller.account.id))?.reference).toBeNull();
    });
  });

  describe('for a client that keeps its tokens in cookies', () => {
    const passed = async () => {
      await enrolLive();
      const token = await verificationToken();
      const { ticket } = await useCases.liveVerification.issueTicket(token, true);
      const subject = await useCases.liveVerification.subjectOf(
        await useCases.tickets.read(ticket, 'verification'),
      );
      await subject.reserveAttempt();
      const result = await subject.settle(evidence());
      if (result.outcome !== 'passed') throw new Error(result.outcome);
      return { token, result };
    };
    const collect = (token: string, completion: string) =>
      useCases.liveVerification.collect(token, completion);

    it('there is no token in the result, but what the sign-in behind it is collected with, once', async () => {
      const { token, result } = await passed();
      expect(result).not.toHaveProperty('token');
      const collected = await Promise.allSettled(
        Array.from({ length: 5 }, () => collect(token, result.completion)),
      );
      const signedIn = collected.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
      expect(signedIn).toHaveLength(1);
      const { session } = await useCases.sessions.authenticate(signedIn[0]!.token);
      expect(session.methods).toEqual(['pwd', 'face']);
    });

    it('it is worth nothing beside the verification token of another sign-in, or as one', async () => {
      const { token, result } = await passed();
      const other = await verificationToken();
      await expect(collect(other, result.completion)).rejects.toMatchObject({ code: 'invalid_token' });
      await expect(collect(token, token)).rejects.toMatchObject({ code: 'invalid_token' });
      await expect(useCases.sessions.authenticate(result.completion)).rejects.toMatchObject({
        code: 'invalid_token',
      });
      expect((await collect(token, result.completion)).outcome).toBe('verified');
    });

    it('it lives for half a minute', async () => {
      const { token, result } = await passed();
      now += 31_000;
      await expect(collect(token, result.completion)).rejects.toMatchObject({ code: 'invalid_token' });
    });
  });

  describe('a session dies with what stands behind it', () => {
    it('a sign-in that another call has passed, that has expired, or whose face is gone', async () => {
      await enrolLive();
      const passed = await openVerification();
      const other = await openVerification();
      await other.reserveAttempt();
      await other.settle(evidence());
      await passed.requireAlive();
      await useCases.enrolment.disable(caller);
      await expect(passed.requireAlive()).rejects.toMatchObject({ code: 'invalid_token' });
    });

    it('a sign-in that has expired', async () => {
      await enrolLive();
      const subject = await openVerification();
      now += 121_000;
      await expect(subject.requireAlive()).rejects.toMatchObject({ code: 'invalid_token' });
      await expect(subject.reserveAttempt()).rejects.toMatchObject({ code: 'invalid_token' });
    });

    it('a session that was revoked while its enrolment ran', async () => {
      const { ticket } = await useCases.liveEnrolment.issueTicket(caller, null);
      const subject = await useCases.liveEnrolment.subjectOf(
        await useCases.tickets.read(ticket, 'enrolment'),
      );
      await useCases.sessions.revoke(caller.session);
      await expect(subject.requireAlive()).rejects.toMatchObject({ code: 'invalid_token' });
      await expect(subject.settle(evidence())).rejects.toMatchObject({ code: 'enrolment_superseded' });
    });
  });

  it('ask for a recent sign-in before an enrolment', async () => {
    now += 900_001;
    await expect(useCases.liveEnrolment.issueTicket(caller, null)).rejects.toMatchObject({
      code: 'reauthentication_required',
    });
  });

  it('are the only way where the policy is active', async () => {
    await enrolLive();
    await expect(useCases.verification.claimForStill(await verificationToken())).rejects.toMatchObject({
      code: 'live_verification_required',
    });
    expect(() => {
      useCases.enrolment.requireStillsAllowed(caller);
    }).toThrow(expect.objectContaining({ code: 'live_verification_required' }));
  });
});
