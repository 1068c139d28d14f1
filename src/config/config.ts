import os from 'node:os';
import path from 'node:path';

import ipaddr from 'ipaddr.js';
import { z } from 'zod';

import { type StorageLocation, parseStorageUrl } from './storage-location.js';

const boundedInt = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
const MEGA = 1_000_000;
const DAY = 86_400;

/** A text that signs tokens: as much entropy as HS256 uses (RFC 7518, 3.2). */
export const secretSchema = z
  .string()
  .trim()
  .min(32, 'must have at least 32 characters; make one with: openssl rand -base64 48');

export const templateKeySchema = z.string().transform((text, context): Uint8Array => {
  // Checked by its letters: the decoder skips whatever is not base64.
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return Buffer.from(text, 'base64');
  context.addIssue({
    code: 'custom',
    message: 'must be 32 bytes in base64; make one with: openssl rand -base64 32',
  });
  return z.NEVER;
});

/** The first one seals; what the others have sealed can be opened still. */
const templateKeysSchema = z
  .string()
  .transform((text) => text.split(',').map((key) => key.trim()))
  .pipe(z.array(templateKeySchema).min(1));

/** An address, or a range of them: `10.0.0.0/8`, `fd00::/8`. */
const addressRange = z.string().refine((text) => {
  return ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}, 'must be a comma-separated list of addresses and ranges, e.g. 127.0.0.1,10.0.0.0/8');

const commaSeparated = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/** Where browsers find the server: the relying party of passkeys. */
const publicUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLocal = url !== null && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url && url.pathname === '/' && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) {
    return url.origin;
  }
  const message = 'must be an origin with https, e.g. https://login.example.org (http on localhost only)';
  context.addIssue({ code: 'custom', message });
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
  CORS_ORIGINS: z.string().default('http://localhost:3000').transform(commaSeparated).pipe(z.array(origin)),
  PUBLIC_URL: publicUrl.optional(),
  PAGE: z.enum(['on', 'off']).default('on'),
  TRUSTED_PROXIES: z.string().default('').transform(commaSeparated).pipe(z.array(addressRange)),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  JWT_SECRET: secretSchema.optional(),
  FACE_AUTH_SECRET: secretSchema.optional(),
  TEMPLATE_KEY: templateKeysSchema.optional(),
  AUDIT_KEY: secretSchema.optional(),
  SESSION_TTL: boundedInt(60, 30 * DAY).default(DAY),
  SESSION_IDLE_TTL: boundedInt(60, 30 * DAY).default(3600),
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
  REAUTH_MAX_AGE: boundedInt(10, 30 * DAY).default(900),
  ATTEMPTS_BEFORE_DELAY: boundedInt(1, 10).optional(),
  ATTEMPTS_BEFORE_SUSPENSION: boundedInt(1, 100).optional(),
  RATE_LIMIT_ADDRESS: boundedInt(0, 1_000_000).default(1200),
  RATE_LIMIT_EXPENSIVE: boundedInt(0, 1_000_000).default(240),
  CONSENT: z.enum(['required', 'outside']).default('required'),
  CONSENT_VERSION: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must be up to 64 letters, digits, dots and dashes')
    .default('1'),
  CONSENT_TEXT_FILE: z.string().trim().min(1).optional(),
  TEMPLATE_RETENTION_DAYS: boundedInt(0, 36_500).default(730),
  WEBHOOK_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' })
    .optional(),
  WEBHOOK_SECRET: z
    .string()
    .regex(
      /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/,
      'must be whsec_ and base64; make one with: echo "whsec_$(openssl rand -base64 32)"',
    )
    .optional(),
  FACE_WORKERS: boundedInt(1, 64).optional(),
  FACE_QUEUE: boundedInt(1, 10_000).default(32),
  IMAGE_MAX_BYTES: boundedInt(10_000, 100 * MEGA).default(10 * MEGA),
  IMAGE_MAX_PIXELS: boundedInt(100_000, 500 * MEGA).default(25 * MEGA),
});

/** NIST SP 800-63B-4, 3.2.3: twice as many where presentation attacks are detected. */
const ATTEMPTS = {
  unchecked: { beforeDelay: 5, beforeSuspension: 50 },
  checked: { beforeDelay: 10, beforeSuspension: 100 },
} as const;

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
    face: {
      maxFalseMatchRate: env.FACE_MAX_FMR,
      maxFailures: env.FACE_MAX_FAILURES,
      workers,
      maxQueue: env.FACE_QUEUE,
      limits: { maxBytes: env.IMAGE_MAX_BYTES, maxPixels: env.IMAGE_MAX_PIXELS },
    },
  });
}

function readWebhook({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret }: z.infer<typeof environmentSchema>) {
  if (url === undefined) return null;
  if (secret !== undefined) return { url, secret };
  throw new ConfigError(
    'The configuration cannot be used:\n  WEBHOOK_SECRET: must be set beside WEBHOOK_URL; make one with: ' +
      'echo "whsec_$(openssl rand -base64 32)"',
  );
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
