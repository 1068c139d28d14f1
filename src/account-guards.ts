import { AccountErasure } from './auth/account-erasure.js';
import { AttemptLimits } from './auth/attempt-limits.js';
import { deriveKey } from './auth/derived-key.js';
import { KnownDevices } from './auth/known-devices.js';
import { RecoveryCodes } from './auth/recovery-codes.js';
import type { RequestOrigins } from './auth/request-origin.js';
import { SecondFactor } from './auth/second-factor.js';
import type { SecurityEvents } from './auth/security-event.js';
import { Sessions } from './auth/sessions.js';
import { SignInCompletion } from './auth/sign-in-completion.js';
import { TokenSigner } from './auth/tokens.js';
import type { Config } from './config/config.js';
import type { Secrets } from './config/secrets.js';
import type { Storage } from './storage/port.js';

const now = () => Date.now();

/**
 * What guards accounts, the same for the server and for the operator's commands: both have to find the counters, codes
 * and sessions of the other, so that the keys behind them are derived here and nowhere else.
 */
export function createAccountGuards(
  parts: { readonly config: Config; readonly secrets: Secrets; readonly storage: Storage },
  origins: RequestOrigins,
  events: SecurityEvents,
) {
  const { config, secrets, storage } = parts;
  const { accounts, signInFlows: flows } = storage;
  const { reauthenticationSeconds } = config;
  const verificationTokens = new TokenSigner('verification', secrets.faceAuthSecret);
  const devices = new KnownDevices({
    tokens: new TokenSigner('device', secrets.jwtSecret),
    accounts,
    origins,
    now,
  });
  const limits = new AttemptLimits({
    attempts: storage.attempts,
    devices,
    events,
    subjectKey: deriveKey(secrets.jwtSecret, 'attempt-subjects'),
    ...config.attempts,
    now,
  });
  const sessions = new Sessions({
    sessions: storage.sessions,
    tokens: new TokenSigner('authorization', secrets.jwtSecret),
    lifetimeSeconds: config.sessionSeconds,
    idleSeconds: config.sessionIdleSeconds,
    origins,
    events,
    now,
  });
  const completion = new SignInCompletion({ sessions, limits, devices, events });
  const secondFactor = new SecondFactor({
    accounts,
    flows,
    recoveryCodes: storage.recoveryCodes,
    verificationTokens,
    limits,
    completion,
    events,
    maxFaceFailures: config.face.maxFailures,
    now,
  });
  const recoveryCodes = new RecoveryCodes({
    codes: storage.recoveryCodes,
    secondFactor,
    events,
    reauthenticationSeconds,
    now,
  });
  const erasure = new AccountErasure({
    accounts,
    keys: storage.accountKeys,
    limits,
    events,
    receiptKey: deriveKey(secrets.jwtSecret, 'receipts'),
    reauthenticationSeconds,
    now,
  });
  return {
    verificationTokens,
    devices,
    limits,
    sessions,
    completion,
    secondFactor,
    recoveryCodes,
    erasure,
  };
}
