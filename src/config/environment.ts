import ipaddr from 'ipaddr.js';
import { z } from 'zod';

import { parseStorageUrl } from './storage-location.js';

/** A whole number of an environment variable. */
export const boundedInt = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
export const MEGA = 1_000_000;
export const DAY = 86_400;

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

export const commaSeparated = (text: string) =>
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

/** Where a face recognition service is: its paths are put behind this. */
const serviceUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
  if (isPlain && url.username === '' && url.password === '') return url.href.replace(/\/+$/, '');
  const message = 'must be a comma-separated list of addresses, e.g. http://faces-1:8081,http://faces-2:8081';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** What a header can carry. */
export const apiKeySchema = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/, 'must be letters, digits and signs of ASCII without spaces');

const collectorUrl = z.url({
  protocol: /^https?$/,
  error: 'must be the address of a collector that takes OTLP over HTTP, e.g. http://collector:4318',
});

/** The standard names (OpenTelemetry, "Environment Variable Specification"); the SDK reads the rest of them itself. */
export const tracingVariables = {
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'must be otlp or none').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collectorUrl.optional(),
};

/** Whether traces are sent anywhere: only when somebody has said so. */
export function isTracing(env: {
  readonly OTEL_SDK_DISABLED: 'true' | 'false';
  readonly OTEL_TRACES_EXPORTER?: 'otlp' | 'none' | undefined;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string | undefined;
}): boolean {
  if (env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return false;
  const collector = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
  return env.OTEL_TRACES_EXPORTER === 'otlp' || collector !== undefined;
}

/** Every variable that the program reads; README.md has the same list for people. */
export const environmentSchema = z.object({
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
  FACE_ENGINE: z.enum(['local', 'service']).optional(),
  FACE_API_URL: z.string().transform(commaSeparated).pipe(z.array(serviceUrl).min(1)).optional(),
  FACE_API_KEY: apiKeySchema.optional(),
  FACE_API_MODEL: z
    .string()
    .regex(/^[\w.-]+$/, 'must be the name of a file in calibration/, without .json')
    .optional(),
  METRICS_TOKEN: secretSchema.optional(),
  STOP_DELAY: boundedInt(0, 300).default(0),
  ...tracingVariables,
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
export type Environment = z.infer<typeof environmentSchema>;
