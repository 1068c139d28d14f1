import { mkdir } from 'node:fs/promises';

import type { ConsentTerms } from './auth/consent.js';
import { PasswordHasher } from './auth/password-hasher.js';
import { NOBODY, RequestOrigins } from './auth/request-origin.js';
import type { Config } from './config/config.js';
import { type Secrets, loadSecrets } from './config/secrets.js';
import { readConsentTerms } from './consent-terms.js';
import { EngineReports } from './face/engine-report.js';
import { type ChallengeSource, RandomChallenges } from './face/live/challenge.js';
import { type CalibratedEngine, type FaceEngineOptions, openFaceEngine } from './open-face-engine.js';
import { openStorage } from './open-storage.js';
import type { Storage } from './storage/port.js';
import { type TemplateProtection, protectTemplates } from './template-protection.js';
import { CurrentTrace } from './tracing/current-trace.js';

/** What the use cases stand on: without any one of these there is nothing to serve. */
export interface Parts extends CalibratedEngine {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly storage: Storage;
  readonly protection: TemplateProtection;
  readonly consentTerms: ConsentTerms;
  readonly hasher: PasswordHasher;
  readonly challenges: ChallengeSource;
  /** Of every picture, for whoever watches. */
  readonly engineReports: EngineReports;
  readonly currentTrace: CurrentTrace;
  readonly origins: RequestOrigins;
}

/** @throws ConfigError, ModelPackError, CalibrationError with a sentence for the operator */
export async function loadParts(config: Config, engineOptions: FaceEngineOptions = {}): Promise<Parts> {
  const engineReports = new EngineReports();
  const currentTrace = new CurrentTrace();
  const origins = new RequestOrigins();
  // Not side by side: a process that ends, for want of a store, while its workers load their models, may crash.
  const stores = await openStores(config);
  const calibratedEngine = await openFaceEngine(config, {
    onReport: engineReports.publish,
    callHeaders: () => callHeaders(origins, currentTrace),
    ...engineOptions,
  });
  return {
    config,
    ...calibratedEngine,
    ...stores,
    challenges: new RandomChallenges(),
    engineReports,
    currentTrace,
    origins,
  };
}

/** So that the logs of a face recognition service can be read together with ours. */
function callHeaders(origins: RequestOrigins, trace: CurrentTrace): Record<string, string> {
  const traceparent = trace.traceparent();
  const { current } = origins;
  return {
    ...(current === NOBODY ? {} : { 'x-request-id': current.requestId }),
    ...(traceparent === null ? {} : { traceparent }),
  };
}

async function openStores(config: Config) {
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  const consentTerms = await readConsentTerms(config.consent);
  const secrets = await loadSecrets(config);
  const storage = await openStorage(config.storage);
  const bcryptCost = await storage.facts.read('bcrypt_cost');
  const hasher = await PasswordHasher.create({ bcryptCost: bcryptCost === null ? null : Number(bcryptCost) });
  const protection = protectTemplates(config, secrets, storage.accountKeys);
  return { consentTerms, secrets, storage, hasher, protection };
}
