import os from 'node:os';
import path from 'node:path';

import { z } from 'zod';

import { type StorageLocation, parseStorageUrl } from './storage-location.js';

const boundedInt = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
const MEGA = 1_000_000;

/** A text that signs tokens: as much entropy as HS256 uses (RFC 7518, 3.2). */
export const secretSchema = z
  .string()
  .trim()
  .min(32, 'must have at least 32 characters; make one with: openssl rand -base64 48');

export const templateKeySchema = z.string().transform((text, context) => {
  // Checked by its letters: the decoder skips whatever is not base64.
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return Buffer.from(text, 'base64');
  context.addIssue({
    code: 'custom',
    message: 'must be 32 bytes in base64; make one with: openssl rand -base64 32',
  });
  return z.NEVER;
});

/** Browsers send an origin without path, and servers compare it letter by letter. */
const origin = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/') return url.origin;
  const message = 'must be a comma-separated list of origins, e.g. https://app.example.org';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Every variable that the program reads; README.md has the same list for people. */
const environmentSchema = z.object({
  HOST: z.string().trim().min(1).default('localhost'),
  PORT: boundedInt(0, 65_535).default(8080),
  DATA_DIR: z.string().trim().min(1).default('./data'),
  DATABASE_URL: z
    .string()
    .trim()
    .transform((text, context) => {
      const location = parseStorageUrl(text);
      if (location) return location;
      const message = 'must be mongodb://…, mongodb+srv://… or file:PATH; unset, SQLite in DATA_DIR is used';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .optional(),
  FACE_ENGINE: z.literal('local', 'this version knows only "local"').default('local'),
  FACE_API_URL: z.undefined('this version looks at faces itself; unset it').optional(),
  FACE_API_KEY: z.undefined('this version looks at faces itself; unset it').optional(),
  CORS_ORIGINS: z
    .string()
    .default('http://localhost:3000')
    .transform((text) =>
      text
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .pipe(z.array(origin)),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  JWT_SECRET: secretSchema.optional(),
  FACE_AUTH_SECRET: secretSchema.optional(),
  TEMPLATE_KEY: templateKeySchema.optional(),
  SESSION_TTL: boundedInt(60, 30 * 86_400).default(86_400),
  VERIFICATION_TOKEN_TTL: boundedInt(1, 3600).default(120),
  PASSWORD_MIN_LENGTH: boundedInt(8, 64).default(8),
  SIMILARITY_FORMAT: z.enum(['string', 'number']).default('string'),
  FACE_MAX_FMR: z
    .string()
    .regex(/^(\d+(\.\d+)?|\.\d+)(e-?\d+)?$/i, 'must be a number, e.g. 0.0001 or 1e-4')
    .transform(Number)
    .pipe(z.number().gt(0, 'must be above 0').lt(1, 'must be below 1'))
    .default(1e-4),
  FACE_MAX_FAILURES: boundedInt(1, 100).default(5),
  LIVENESS: z.enum(['off', 'passive', 'active']).default('passive'),
  LIVE_MAX_SESSIONS: boundedInt(1, 10_000).optional(),
  REAUTH_MAX_AGE: boundedInt(10, 30 * 86_400).default(900),
  FACE_WORKERS: boundedInt(1, 64).optional(),
  FACE_QUEUE: boundedInt(1, 10_000).default(32),
  IMAGE_MAX_BYTES: boundedInt(10_000, 100 * MEGA).default(10 * MEGA),
  IMAGE_MAX_PIXELS: boundedInt(100_000, 500 * MEGA).default(25 * MEGA),
});

/** More of them would get fewer frames a second than a movement takes. */
const LIVE_SESSIONS_A_WORKER = 8;

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
    readonly templateKey: Uint8Array | undefined;
  };
  readonly sessionSeconds: number;
  readonly verificationSeconds: number;
  readonly minPasswordLength: number;
  readonly similarityFormat: 'string' | 'number';
  readonly liveness: 'off' | 'passive' | 'active';
  /** Live sessions that may be under way in this process. */
  readonly maxLiveSessions: number;
  /** How long ago somebody may have signed in who changes how the account is protected. */
  readonly reauthenticationSeconds: number;
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
  // An empty variable is what `docker compose` makes of an unset one.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given, { reportInput: false });
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`The configuration cannot be used:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  const dataDirectory = path.resolve(env.DATA_DIR);
  const storage = env.DATABASE_URL ?? { kind: 'sqlite', file: path.join(dataDirectory, 'vultus.db') };
  const workers = env.FACE_WORKERS ?? os.availableParallelism();
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
      templateKey: env.TEMPLATE_KEY,
    },
    sessionSeconds: env.SESSION_TTL,
    verificationSeconds: env.VERIFICATION_TOKEN_TTL,
    minPasswordLength: env.PASSWORD_MIN_LENGTH,
    similarityFormat: env.SIMILARITY_FORMAT,
    liveness: env.LIVENESS,
    maxLiveSessions: env.LIVE_MAX_SESSIONS ?? LIVE_SESSIONS_A_WORKER * workers,
    reauthenticationSeconds: env.REAUTH_MAX_AGE,
    face: {
      maxFalseMatchRate: env.FACE_MAX_FMR,
      maxFailures: env.FACE_MAX_FAILURES,
      workers,
      maxQueue: env.FACE_QUEUE,
      limits: { maxBytes: env.IMAGE_MAX_BYTES, maxPixels: env.IMAGE_MAX_PIXELS },
    },
  });
}

/** Servers that share a database must not each make secrets of their own: what one issues, the other refuses. */
function requireSharedSecrets(env: z.infer<typeof environmentSchema>): void {
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
