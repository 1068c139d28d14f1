import type { AuthenticatedCaller } from '../../src/auth/sessions.js';
import type { FaceCapturer } from '../../src/face/capture.js';
import { ADA, preparePasskeys } from './passkey-ceremonies.js';

export const BEFORE_DELAY = 4;
export const BEFORE_SUSPENSION = 3;
/** Pictures are what is seen on them: the capturer takes their bytes for features. */
export const HER_FACE = Uint8Array.of(1, 0);
export const ANOTHER_FACE = Uint8Array.of(0, 1);

/** Ada with whatever second factors a test gives her. */
export async function prepareSecondFactors() {
  const model = { id: 'model@1' };
  const capturer: FaceCapturer = {
    get modelId() {
      return model.id;
    },
    capture: async (picture) => ({
      outcome: 'captured',
      qualityScore: 1,
      presentation: 'bona_fide',
      template: { modelId: model.id, vector: Float32Array.from(picture) },
    }),
  };
  const attempts = { beforeDelay: BEFORE_DELAY, beforeSuspension: BEFORE_SUSPENSION };
  const prepared = await preparePasskeys({ capturer, attempts });
  const { ada, storage, useCases } = prepared;
  const { enrolment, recoveryCodes, secondFactor, sessions, verification } = useCases;
  /** Ada as she is by now, in a session that has just been opened. */
  const signedIn = async (): Promise<AuthenticatedCaller> =>
    sessions.authenticate((await sessions.open(ada.account.id, ['pwd', 'face'])).token);
  return {
    ...prepared,
    model,
    signedIn,
    enrol: async () => enrolment.enrol(await signedIn(), HER_FACE, null),
    disable: async () => enrolment.disable(await signedIn()),
    issueCodes: async () => recoveryCodes.issue(await signedIn()),
    /** As an operator does. */
    takeFaceAway: () => storage.accounts.eraseReference(ada.account.id, true),
    withPassword: async () => (await useCases.signIn.run(ADA)).outcome,
    /** What a new sign-in can be completed with. */
    methods: async () => {
      const flow = await secondFactor.claim(await prepared.verificationToken());
      return secondFactor.kindsOf(flow, model.id);
    },
    showFace: async (token: string, picture = HER_FACE) => {
      const verified = await verification.verify(await verification.claim(token), picture);
      if (verified.outcome !== 'verified') throw new Error(verified.outcome);
      return verified;
    },
    reserveLiveSession: async (token: string) => verification.reserveAttempt(await verification.claim(token)),
  };
}

export type SecondFactors = Awaited<ReturnType<typeof prepareSecondFactors>>;
