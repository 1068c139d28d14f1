import os from 'node:os';
import path from 'node:path';

import type { z } from 'zod';

import { DAY, type Environment, environmentSchema, isTracing } from './environment.js';
import type { StorageLocation } from './storage-location.js';

/** NIST SP 800-63B-4, 3.2.3: twice as many where presentation attacks are detected. */
const ATTEMPTS = {
  unchecked: { beforeDelay: 5, beforeSuspension: 50 },
  checked: { beforeDelay: 10, beforeSuspension: 100 },
} as const;

/** More of them would get fewer frames a second than a movement takes. */
const LIVE_SESSIONS_A_WORKER = 8;

/** Who looks at faces: workers of this process, or face recognition services behind their API key. */
export type FaceEngineSetting =
  | { readonly kind: 'local' }
  | {
      readonly kind: 'service';
      /** Without a slash at the end. */
      readonly urls: readonly string[];
      readonly key: string;
      /** Names the calibration of services that do not say which model they have. */
      readonly model: string | null;
    };

/** The program's settings, read once. Times in seconds, sizes in bytes and pixels. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly storage: StorageLocation;
  readonly corsOrigins: readonly string[];
  readonly logLevel: string;
  /** Unset secrets are generated into the data directory (`loadSecrets`). */
  readonly secrets: {
    readonly jwtSecret: string | undefined;
    readonly faceAuthSecret: string | undefined;
    /** The first one seals. */
    readonly templateKeys: readonly Uint8Array[] | undefined;
    readonly auditKey: string | undefined;
  };
  /** Where browsers find the server. */
  readonly publicUrl: string;
  /** Whether people are shown the page at /. */
  readonly page: boolean;
  /** Addresses and ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly sessionSeconds: number;
  /** An unused session ends after so long. */
  readonly sessionIdleSeconds: number;
  readonly verificationSeconds: number;
  readonly minPasswordLength: number;
  readonly similarityFormat: 'string' | 'number';
  readonly liveness: 'off' | 'passive' | 'active';
  /** Live sessions that may be under way in this process. */
  readonly maxLiveSessions: number;
  /** How long ago somebody may have signed in who changes how the account is protected. */
  readonly reauthenticationSeconds: number;
  readonly attempts: {
    /** Consecutive failures, over all factors, after which each further attempt has to wait. */
    readonly beforeDelay: number;
    /** Consecutive failures of the face after which it is not accepted any more. */
    readonly beforeSuspension: number;
  };
  /** Requests a minute, 0 for no limit. */
  readonly rates: {
    /** All that one address may ask for. */
    readonly address: number;
    /** What hashes a password or runs a model, for one address, and for one account. */
    readonly expensive: number;
  };
  readonly consent: {
    /** `outside`: whoever runs the server asks people elsewhere. */
    readonly policy: 'required' | 'outside';
    readonly version: string;
    /** Absolute; null for the built-in text. */
    readonly textFile: string | null;
  };
  /** How long a face may go unused before it is erased; null for ever. */
  readonly templateRetentionSeconds: number | null;
  readonly webhook: { readonly url: string; readonly secret: string } | null;
  /** Bearer token of whoever reads the metrics; null where only this machine may. */
  readonly metricsToken: string | null;
  /** Whether requests are traced. Where to is for the tracer to read. */
  readonly tracing: boolean;
  /** How long the server goes on serving after it has been told to stop and says so. */
  readonly stopDelaySeconds: number;
  readonly faceEngine: FaceEngineSetting;
  readonly face: {
    readonly maxFalseMatchRate: number;
    readonly maxFailures: number;
    readonly workers: number;
    readonly maxQueue: number;
    readonly limits: { readonly maxBytes: number; readonly maxPixels: number };
  };
}

/** What is wrong with the environment, by variable; the values are not repeated, for some are secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming every variable that cannot be used */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const env = parseEnvironment(environmentSchema, environment);
  const dataDirectory = path.resolve(env.DATA_DIR);
  const storage = env.DATABASE_URL ?? { kind: 'sqlite', file: path.join(dataDirectory, 'vultus.db') };
  const workers = env.FACE_WORKERS ?? os.availableParallelism();
  const attemptsAllowed = ATTEMPTS[env.LIVENESS === 'off' ? 'unchecked' : 'checked'];
  if (storage.kind === 'mongodb') requireSharedSecrets(env);
  if (env.JWT_SECRET !== undefined && env.JWT_SECRET === env.FACE_AUTH_SECRET) {
    throw new ConfigError(
      'The configuration cannot be used:\n  FACE_AUTH_SECRET: must differ from JWT_SECRET',
    );
  }
  return Object.freeze({
    host: env.HOST,
    port: env.PORT,
    dataDirectory,
    storage,
    corsOrigins: env.CORS_ORIGINS,
    logLevel: env.LOG_LEVEL,
    secrets: {
      jwtSecret: env.JWT_SECRET,
      faceAuthSecret: env.FACE_AUTH_SECRET,
      templateKeys: env.TEMPLATE_KEY,
      auditKey: env.AUDIT_KEY,
    },
    publicUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    page: env.PAGE === 'on',
    trustedProxies: env.TRUSTED_PROXIES,
    sessionSeconds: env.SESSION_TTL,
    sessionIdleSeconds: env.SESSION_IDLE_TTL,
    verificationSeconds: env.VERIFICATION_TOKEN_TTL,
    minPasswordLength: env.PASSWORD_MIN_LENGTH,
    similarityFormat: env.SIMILARITY_FORMAT,
    liveness: env.LIVENESS,
    maxLiveSessions: env.LIVE_MAX_SESSIONS ?? LIVE_SESSIONS_A_WORKER * workers,
    reauthenticationSeconds: env.REAUTH_MAX_AGE,
    attempts: {
      beforeDelay: env.ATTEMPTS_BEFORE_DELAY ?? attemptsAllowed.beforeDelay,
      beforeSuspension: env.ATTEMPTS_BEFORE_SUSPENSION ?? attemptsAllowed.beforeSuspension,
    },
    rates: { address: env.RATE_LIMIT_ADDRESS, expensive: env.RATE_LIMIT_EXPENSIVE },
    consent: {
      policy: env.CONSENT,
      version: env.CONSENT_VERSION,
      textFile: env.CONSENT_TEXT_FILE === undefined ? null : path.resolve(env.CONSENT_TEXT_FILE),
    },
    templateRetentionSeconds: env.TEMPLATE_RETENTION_DAYS === 0 ? null : env.TEMPLATE_RETENTION_DAYS * DAY,
    webhook: readWebhook(env),
    metricsToken: env.METRICS_TOKEN ?? null,
    tracing: isTracing(env),
    stopDelaySeconds: env.STOP_DELAY,
    faceEngine: readFaceEngine(env),
    face: {
      maxFalseMatchRate: env.FACE_MAX_FMR,
      maxFailures: env.FACE_MAX_FAILURES,
      workers,
      maxQueue: env.FACE_QUEUE,
      limits: { maxBytes: env.IMAGE_MAX_BYTES, maxPixels: env.IMAGE_MAX_PIXELS },
    },
  });
}

/** @throws ConfigError naming every variable that this schema cannot use */
export function parseEnvironment<T extends z.ZodType>(
  schema: T,
  environment: NodeJS.ProcessEnv,
): z.output<T> {
  // An empty variable is what `docker compose` makes of an unset one.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given, { reportInput: false });
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`The configuration cannot be used:\n${lines.join('\n')}`);
}

function readFaceEngine({
  FACE_ENGINE: kind,
  FACE_API_URL: urls,
  FACE_API_KEY: key,
  FACE_API_MODEL: model,
}: Environment): FaceEngineSetting {
  const refuse = (line: string) => new ConfigError(`The configuration cannot be used:\n  ${line}`);
  if (kind === 'local' && urls)
    throw refuse('FACE_API_URL: is for FACE_ENGINE=service; unset one of the two');
  if (urls === undefined) {
    if (kind === 'service') throw refuse('FACE_API_URL: must be set with FACE_ENGINE=service');
    return { kind: 'local' };
  }
  if (key === undefined) throw refuse('FACE_API_KEY: must be set beside FACE_API_URL');
  return { kind: 'service', urls, key, model: model ?? null };
}

function readWebhook({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret }: Environment) {
  if (url === undefined) return null;
  if (secret !== undefined) return { url, secret };
  throw new ConfigError(
    'The configuration cannot be used:\n  WEBHOOK_SECRET: must be set beside WEBHOOK_URL; make one with: ' +
      'echo "whsec_$(openssl rand -base64 32)"',
  );
}

/** Servers that share a database must not each make secrets of their own: what one issues, the other refuses. */
function requireSharedSecrets(env: Environment): void {
  const commands = {
    JWT_SECRET: 'openssl rand -base64 48',
    FACE_AUTH_SECRET: 'openssl rand -base64 48',
    TEMPLATE_KEY: 'openssl rand -base64 32',
  } as const;
  const missing = (Object.keys(commands) as (keyof typeof commands)[]).filter(
    (name) => env[name] === undefined,
  );
  if (missing.length === 0) return;
  const lines = missing.map((name) => `  ${name}: is not set; make one with: ${commands[name]}`);
  throw new ConfigError(
    'The configuration cannot be used: with a MongoDB, secrets are not generated, for every server on it ' +
      `needs the same ones. Set them, and keep them beside your backups:\n${lines.join('\n')}`,
  );
}
