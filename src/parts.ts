import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { ConsentTerms } from './auth/consent.js';
import { PasswordHasher } from './auth/password-hasher.js';
import type { Config } from './config/config.js';
import { type Secrets, loadSecrets } from './config/secrets.js';
import { readConsentTerms } from './consent-terms.js';
import { loosestThreshold, readCalibration, strictestThreshold, thresholdFor } from './face/calibration.js';
import type { DecisionThreshold } from './face/comparison.js';
import { FaceEnginePool } from './face/engine-pool.js';
import { type ChallengeSource, RandomChallenges } from './face/live/challenge.js';
import { loadModelPack } from './face/model-pack.js';
import { openStorage } from './open-storage.js';
import type { Storage } from './storage/port.js';
import { type TemplateProtection, protectTemplates } from './template-protection.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What the use cases stand on: without any one of these there is nothing to serve. */
export interface Parts {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly storage: Storage;
  readonly engine: FaceEnginePool;
  readonly threshold: DecisionThreshold;
  readonly witnessThreshold: DecisionThreshold;
  readonly renewalThreshold: DecisionThreshold;
  readonly protection: TemplateProtection;
  readonly consentTerms: ConsentTerms;
  readonly hasher: PasswordHasher;
  readonly challenges: ChallengeSource;
}

/**
 * @param workerFile the compiled worker, where this runs from the sources
 * @throws ConfigError, ModelPackError, CalibrationError with a sentence for the operator
 */
export async function loadParts(config: Config, workerFile?: string): Promise<Parts> {
  const pack = await loadModelPack(path.join(ROOT, 'models'));
  const calibration = await readCalibration(path.join(ROOT, 'calibration'), pack);
  const threshold = thresholdFor(calibration, config.face.maxFalseMatchRate);
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  const consentTerms = await readConsentTerms(config.consent);
  const secrets = await loadSecrets(config);
  const storage = await openStorage(config.storage);
  const bcryptCost = await storage.facts.read('bcrypt_cost');
  const [engine, hasher] = await Promise.all([
    FaceEnginePool.start(pack, {
      ...config.face,
      checks: { presentation: config.liveness !== 'off', live: config.liveness !== 'off' },
      ...(workerFile === undefined ? {} : { workerFile }),
    }),
    PasswordHasher.create({ bcryptCost: bcryptCost === null ? null : Number(bcryptCost) }),
  ]);
  return {
    config,
    secrets,
    storage,
    engine,
    threshold,
    witnessThreshold: loosestThreshold(calibration),
    renewalThreshold: strictestThreshold(calibration),
    protection: protectTemplates(config, secrets, storage.accountKeys),
    consentTerms,
    hasher,
    challenges: new RandomChallenges(),
  };
}
