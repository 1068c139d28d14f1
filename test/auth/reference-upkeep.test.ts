import { randomFillSync } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AuthenticatedCaller } from '../../src/auth/sessions.js';
import type { FaceCapturer } from '../../src/face/capture.js';
import { cosineSimilarity } from '../../src/face/comparison.js';
import type { BiometricReference, Storage } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { ADA } from '../support/passkey-ceremonies.js';
import { type UseCases, createUseCases } from '../support/use-cases.js';

const MODEL = 'model@1';
const NOTHING_TO_SEE = new Uint8Array(0);
const DAY_MS = 86_400_000;
/** Of the use cases: a match begins at 0.5, a renewal at 0.7. */
const BARELY_MATCHING = 0.6;
const GOOD = 0.8;
const REFERENCE_QUALITY = 0.9;

let storage: Storage;
let now: number;
let useCases: UseCases;
let caller: AuthenticatedCaller;
let face: Float32Array;
/** What the capturer sees next. */
let seen: { vector: Float32Array; quality: number };
beforeEach(async () => {
  storage = openSqliteStorage(':memory:');
  now = 1_900_000_000_000;
  const capturer: FaceCapturer = {
    modelId: MODEL,
    capture: async () => ({
      outcome: 'captured',
      qualityScore: seen.quality,
      presentation: 'bona_fide',
      template: { modelId: MODEL, vector: seen.vector },
    }),
  };
  useCases = await createUseCases({ storage, capturer, now: () => now });
  caller = await useCases.sessions.authenticate((await useCases.signUp.run(ADA)).token);
  face = randomDirection();
  seen = { vector: face, quality: REFERENCE_QUALITY };
  await useCases.enrolment.enrol(caller, NOTHING_TO_SEE, null);
  useCases.recorded.length = 0;
});
afterEach(() => storage.close());

const accountId = () => caller.account.id;
const stored = async (): Promise<BiometricReference> => {
  const account = await storage.accounts.findById(accountId());
  if (!account?.reference) throw new Error('no face is enrolled');
  return account.reference;
};
/** What leaves the server as `fv`. */
const protectedTemplate = async () =>
  (await useCases.vault.open(accountId(), await stored())).template.vector;
const revoke = () => storage.accounts.markReferenceForRenewal(accountId());
const flow = async () => {
  const begun = await useCases.signIn.run(ADA);
  if (begun.outcome !== 'face_required') throw new Error(begun.outcome);
  return useCases.verification.claim(begun.verificationToken);
};
/** A sign-in with a face of this similarity to the enrolled one, and a picture of this quality. */
async function signIn(similarity: number, quality = REFERENCE_QUALITY) {
  seen = { vector: atSimilarity(face, similarity), quality };
  const verified = await useCases.verification.verify(await flow(), NOTHING_TO_SEE);
  if (verified.outcome !== 'verified') throw new Error(verified.outcome);
  return verified;
}
const renewals = () => useCases.recorded.filter(({ action }) => action === 'face_renewed');

describe('a reference that was revoked', () => {
  beforeEach(revoke);

  it('gives way to the next good probe, under a transform with which the old one has nothing in common', async () => {
    const before = await stored();
    const leaked = await protectedTemplate();
    now += DAY_MS;
    const verified = await signIn(GOOD);
    const after = await stored();
    expect(after).toMatchObject({ renewalDue: false, createdAt: now, lastUsedAt: now, modelId: MODEL });
    expect(after.ciphertext).not.toEqual(before.ciphertext);
    const renewed = await protectedTemplate();
    // Of the same person, and less alike than strangers are: nothing that leaked tells whose it is, or signs in.
    expect(cosineSimilarity(leaked, renewed)).toBeLessThan(0.25);
    expect(
      cosineSimilarity(leaked, (await useCases.vault.open(accountId(), after)).protectProbe(face)),
    ).toBeLessThan(0.25);
    // The answer of the sign-in shows the new one already.
    expect([...verified.reference.vector]).toEqual([...renewed]);
    expect(renewals()).toEqual([
      { action: 'face_renewed', outcome: 'success', accountId: accountId(), by: 'system' },
    ]);
  });

  it('is the probe from then on', async () => {
    await signIn(GOOD);
    face = seen.vector;
    expect((await signIn(1)).score).toBeCloseTo(1, 4);
    expect(renewals()).toHaveLength(1);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['that matches, but not well enough to be compared with for years', () => signIn(BARELY_MATCHING)],
    ['of a picture that is much worse', () => signIn(GOOD, 0.79 * REFERENCE_QUALITY)],
  ])('waits on after a probe %s', async (_, attempt) => {
    const { ciphertext } = await stored();
    await attempt();
    expect(await stored()).toMatchObject({ ciphertext, renewalDue: true });
    expect(renewals()).toEqual([]);
    await signIn(GOOD, 0.81 * REFERENCE_QUALITY);
    expect(await stored()).toMatchObject({ renewalDue: false, qualityScore: 0.81 * REFERENCE_QUALITY });
  });

  it('is not renewed by a face that does not match', async () => {
    const before = await stored();
    await expect(signIn(0.4)).rejects.toMatchObject({ code: 'face_mismatch' });
    expect(await stored()).toEqual(before);
  });

  it('is not renewed by a match whose sign-in another call has ended', async () => {
    const before = await stored();
    seen = { vector: face, quality: 1 };
    const claimed = await flow();
    await storage.signInFlows.pass(claimed.id, now);
    await expect(useCases.verification.verify(claimed, NOTHING_TO_SEE)).rejects.toMatchObject({
      code: 'invalid_token',
    });
    expect(await stored()).toEqual(before);
  });

  it('is renewed once by two sign-ins at the same moment', async () => {
    seen = { vector: atSimilarity(face, GOOD), quality: 1 };
    const flows = [await flow(), await flow()];
    const outcomes = await Promise.all(
      flows.map((claimed) => useCases.verification.verify(claimed, NOTHING_TO_SEE)),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['verified', 'verified']);
    expect(renewals()).toHaveLength(1);
  });

  it('does not come back in the place of one that was enrolled meanwhile', async () => {
    const { accounts } = storage;
    const replaceReference = accounts.replaceReference.bind(accounts);
    accounts.replaceReference = async (...replacement) => {
      seen = { vector: face, quality: 1 };
      await useCases.enrolment.enrol(caller, NOTHING_TO_SEE, null);
      return replaceReference(...replacement);
    };
    await signIn(GOOD);
    expect(await stored()).toMatchObject({ qualityScore: 1, renewalDue: false });
    expect(renewals()).toEqual([]);
  });
});

describe('a reference that was not', () => {
  it('stays as it is, however good the probe', async () => {
    const { ciphertext } = await stored();
    await signIn(1, 1);
    expect((await stored()).ciphertext).toEqual(ciphertext);
  });

  it('notes that it was used, once a day at most', async () => {
    const first = (await stored()).lastUsedAt;
    now += DAY_MS - 1;
    await signIn(GOOD);
    expect((await stored()).lastUsedAt).toBe(first);
    now += 1;
    await signIn(GOOD);
    expect((await stored()).lastUsedAt).toBe(first + DAY_MS);
  });
});

const DIMENSIONS = 512;

function randomDirection(): Float32Array {
  const bytes = randomFillSync(new Int32Array(DIMENSIONS));
  return normalised(Float32Array.from(bytes, (value) => value / 2 ** 31));
}

/** @returns a direction of this cosine similarity to `vector` */
function atSimilarity(vector: Float32Array, similarity: number): Float32Array {
  const other = randomDirection();
  const shared = cosineSimilarity(vector, other);
  const across = normalised(other.map((value, i) => value - shared * vector[i]!));
  const weight = Math.sqrt(1 - similarity ** 2);
  return vector.map((value, i) => similarity * value + weight * across[i]!);
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
