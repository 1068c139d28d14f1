import { randomBytes } from 'node:crypto';

import { AccountErasure } from '../../src/auth/account-erasure.js';
import { AccountKeys } from '../../src/auth/account-keys.js';
import { AttemptLimits } from '../../src/auth/attempt-limits.js';
import { Consents } from '../../src/auth/consent.js';
import { FaceEnrolment } from '../../src/auth/face-enrolment.js';
import { FaceVerification } from '../../src/auth/face-verification.js';
import { KnownDevices } from '../../src/auth/known-devices.js';
import { LiveCompletions } from '../../src/auth/live-completions.js';
import { LiveEnrolment } from '../../src/auth/live-enrolment.js';
import { LiveRecords } from '../../src/auth/live-records.js';
import { LiveTickets } from '../../src/auth/live-tickets.js';
import { LiveVerification } from '../../src/auth/live-verification.js';
import type { LivenessPolicy } from '../../src/auth/liveness-policy.js';
import { PasswordChange } from '../../src/auth/password-change.js';
import { PasswordHasher } from '../../src/auth/password-hasher.js';
import { PasswordPolicy } from '../../src/auth/password-policy.js';
import { RecoveryCodes } from '../../src/auth/recovery-codes.js';
import { ReferenceUpkeep } from '../../src/auth/reference-upkeep.js';
import { type RequestOrigin, RequestOrigins } from '../../src/auth/request-origin.js';
import { SecondFactor } from '../../src/auth/second-factor.js';
import type { SecurityEvent, SecurityEvents } from '../../src/auth/security-event.js';
import { Sessions } from '../../src/auth/sessions.js';
import { SignIn } from '../../src/auth/sign-in.js';
import { SignInCompletion } from '../../src/auth/sign-in-completion.js';
import { SignUp } from '../../src/auth/sign-up.js';
import { TemplateKeys } from '../../src/auth/template-keys.js';
import { TemplateVault } from '../../src/auth/template-vault.js';
import { TokenSigner } from '../../src/auth/tokens.js';
import type { FaceCapturer } from '../../src/face/capture.js';
import type { Storage } from '../../src/storage/port.js';

/** What a test may decide; everything else is as in a server. */
export interface UseCaseSettings {
  readonly storage: Storage;
  readonly now: () => number;
  readonly capturer: FaceCapturer;
  readonly liveness?: LivenessPolicy;
  readonly maxFaceFailures?: number;
  readonly attempts?: { readonly beforeDelay: number; readonly beforeSuspension: number };
  readonly consentRequired?: boolean;
}

/** The use cases over a real store, for what no client can time or script. Events are kept in a list. */
export async function createUseCases(settings: UseCaseSettings) {
  const { storage, now, capturer, liveness = 'passive', maxFaceFailures = 5 } = settings;
  const { beforeDelay, beforeSuspension } = settings.attempts ?? {
    beforeDelay: 1000,
    beforeSuspension: 1000,
  };
  const { accounts, signInFlows: flows } = storage;
  const reauthenticationSeconds = 900;
  const recorded: SecurityEvent[] = [];
  const events: SecurityEvents = { record: async (event) => void recorded.push(event) };
  const origins = new RequestOrigins();
  const devices = new KnownDevices({
    tokens: new TokenSigner('device', 'd'.repeat(32)),
    accounts,
    origins,
    now,
  });
  const limits = new AttemptLimits({
    attempts: storage.attempts,
    devices,
    events,
    subjectKey: randomBytes(32),
    beforeDelay,
    beforeSuspension,
    now,
  });
  const sessions = new Sessions({
    sessions: storage.sessions,
    tokens: new TokenSigner('authorization', 'a'.repeat(32)),
    lifetimeSeconds: 86_400,
    idleSeconds: 3600,
    origins,
    events,
    now,
  });
  const completion = new SignInCompletion({ sessions, limits, devices, events });
  const hasher = await PasswordHasher.create({ bcryptCost: null });
  const passwords = new PasswordPolicy(8);
  const verificationTokens = new TokenSigner('verification', 'v'.repeat(32));
  const signUp = new SignUp({ accounts, completion, hasher, passwords, now });
  const signIn = new SignIn({
    accounts,
    flows,
    sessions,
    completion,
    limits,
    events,
    hasher,
    verificationTokens,
    verificationSeconds: 120,
    maxFaceFailures,
    now,
  });
  const passwordChange = new PasswordChange({
    accounts,
    flows,
    sessions,
    limits,
    hasher,
    passwords,
    events,
    reauthenticationSeconds,
    now,
  });
  const secondFactor = new SecondFactor({
    accounts,
    flows,
    recoveryCodes: storage.recoveryCodes,
    verificationTokens,
    limits,
    completion,
    events,
    maxFaceFailures,
    now,
  });
  const recoveryCodes = new RecoveryCodes({
    codes: storage.recoveryCodes,
    secondFactor,
    events,
    reauthenticationSeconds,
    now,
  });
  const templateKeys = new TemplateKeys([randomBytes(32)], null);
  const keys = new AccountKeys({ store: storage.accountKeys, templateKeys });
  const vault = new TemplateVault({ keys, templateKeys });
  const consents = new Consents({
    consents: storage.consents,
    accounts,
    keys,
    terms: { required: settings.consentRequired ?? false, version: '1', text: 'the text' },
    reauthenticationSeconds,
    events,
    now,
  });
  const enrolment = new FaceEnrolment({
    accounts,
    keys,
    capturer,
    vault,
    limits,
    sessions,
    consents,
    events,
    liveness,
    reauthenticationSeconds,
    now,
  });
  const upkeep = new ReferenceUpkeep({
    accounts,
    vault,
    events,
    renewalThreshold: { cosine: 0.7, falseMatchRate: 1e-5 },
    now,
  });
  const verification = new FaceVerification({
    accounts,
    flows,
    secondFactor,
    completion,
    limits,
    events,
    upkeep,
    capturer,
    vault,
    threshold: { cosine: 0.5, falseMatchRate: 1e-4 },
    witnessThreshold: { cosine: 0.3, falseMatchRate: 1e-2 },
    maxFaceFailures,
    liveness,
    now,
  });
  const tickets = new LiveTickets('t'.repeat(32), storage.tickets, origins, devices, now);
  const records = new LiveRecords({ accounts, vault, now });
  const completions = new LiveCompletions({
    completions: new TokenSigner('live_completion', 'c'.repeat(32)),
    verificationTokens,
    tickets: storage.tickets,
    flows,
    secondFactor,
    enrolment,
    now,
  });
  const liveVerification = new LiveVerification({ verification, tickets, completions, records });
  const liveEnrolment = new LiveEnrolment({ enrolment, sessions, tickets, records });
  const erasure = new AccountErasure({
    accounts,
    keys,
    limits,
    events,
    receiptKey: randomBytes(32),
    reauthenticationSeconds,
    now,
  });
  return {
    recorded,
    origins,
    limits,
    sessions,
    signUp,
    signIn,
    passwordChange,
    secondFactor,
    recoveryCodes,
    vault,
    keys,
    consents,
    enrolment,
    verification,
    tickets,
    liveVerification,
    liveEnrolment,
    erasure,
    /** Does something as a request of this origin would. */
    as: <T>(origin: Partial<RequestOrigin>, work: () => T): T =>
      origins.run({ requestId: 'test', device: null, deviceToken: null, ...origin }, work),
  };
}

export type UseCases = Awaited<ReturnType<typeof createUseCases>>;
