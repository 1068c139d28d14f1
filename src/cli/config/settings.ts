import { existsSync } from 'node:fs';
import path from 'node:path';

import type { Config } from '../../config/config.js';
import { environmentSchema } from '../../config/environment.js';
import { describeLocation } from '../../config/storage-location.js';

/** `derived`: from other settings or from the machine. `generated`: into the data directory, once. */
export type SettingSource = 'set' | 'default' | 'derived' | 'generated' | 'not set';

/** One variable as it is in force, in words that may be shown to anybody. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly from: SettingSource;
}

/** Every variable that the program reads. */
export const VARIABLES: readonly string[] = Object.keys(environmentSchema.shape);

/** `text`: may be shown. `address`: may have a secret in its user, path or query. `secret`: never shown. */
type Kind = 'text' | 'address' | 'secret';

/** A variable that is not listed is taken for a secret, so that a new one is not shown by oversight. */
export const KINDS: Readonly<Record<string, Kind>> = {
  ...listed('secret', 'JWT_SECRET FACE_AUTH_SECRET TEMPLATE_KEY AUDIT_KEY'),
  ...listed('secret', 'FACE_API_KEY METRICS_TOKEN WEBHOOK_SECRET'),
  ...listed('address', 'FACE_API_URL WEBHOOK_URL DATABASE_URL'),
  ...listed(
    'text',
    'HOST PORT DATA_DIR FACE_ENGINE FACE_API_MODEL CORS_ORIGINS PUBLIC_URL PAGE TRUSTED_PROXIES',
  ),
  ...listed('text', 'LOG_LEVEL SESSION_TTL SESSION_IDLE_TTL VERIFICATION_TOKEN_TTL PASSWORD_MIN_LENGTH'),
  ...listed(
    'text',
    'SIMILARITY_FORMAT FACE_MAX_FMR FACE_MAX_FAILURES LIVENESS LIVE_MAX_SESSIONS REAUTH_MAX_AGE',
  ),
  ...listed(
    'text',
    'ATTEMPTS_BEFORE_DELAY ATTEMPTS_BEFORE_SUSPENSION RATE_LIMIT_ADDRESS RATE_LIMIT_EXPENSIVE',
  ),
  ...listed('text', 'CONSENT CONSENT_VERSION CONSENT_TEXT_FILE TEMPLATE_RETENTION_DAYS'),
  ...listed('address', 'OTEL_EXPORTER_OTLP_ENDPOINT OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
  ...listed('text', 'STOP_DELAY OTEL_SDK_DISABLED OTEL_TRACES_EXPORTER'),
  ...listed('text', 'FACE_WORKERS FACE_QUEUE IMAGE_MAX_BYTES IMAGE_MAX_PIXELS'),
};

function listed(kind: Kind, names: string): Record<string, Kind> {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]));
}

/**
 * @param environment the one that `config` was read from
 * @returns one for each variable, in the order of the schema
 */
export function settings(config: Config, environment: NodeJS.ProcessEnv): Setting[] {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  // As it was understood: what an address has beside its origin, such as a password, is gone by then.
  const read: Readonly<Record<string, unknown>> = environmentSchema.parse(given);
  const unset = whenUnset(config);
  return VARIABLES.map((name) => {
    const text = given[name];
    if (text !== undefined) return { name, value: shown(name, text, read[name], config), from: 'set' };
    const known = unset[name];
    if (known) return { name, ...known };
    const value = read[name];
    if (value === undefined) return { name, value: 'none', from: 'not set' };
    return { name, value: textOf(value), from: 'default' };
  });
}

function shown(name: string, given: string, read: unknown, config: Config): string {
  if (name === 'DATABASE_URL') return describeLocation(config.storage);
  if (name === 'DATA_DIR') return config.dataDirectory;
  const kind = KINDS[name];
  if (kind === 'text') return textOf(read);
  if (kind === 'address') return [read].flat().map(String).map(withoutSecrets).join(', ');
  return `set, ${given.trim().length} characters`;
}

/** What may carry a secret is left away: user, password, path, query. */
function withoutSecrets(address: string): string {
  const { origin, pathname, search } = new URL(address);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(', ');
  return String(value);
}

/** What stands in for those variables that have no fixed default. */
function whenUnset(config: Config): Readonly<Record<string, Omit<Setting, 'name'>>> {
  const derived = (value: string | number) => ({ value: String(value), from: 'derived' }) as const;
  const none = (value: string) => ({ value, from: 'not set' }) as const;
  const file = secretsFile(config);
  const generated = {
    value: existsSync(file) ? `in ${file}` : `will be made at the first start, in ${file}`,
    from: 'generated',
  } as const;
  return {
    DATA_DIR: { value: config.dataDirectory, from: 'default' },
    DATABASE_URL: derived(describeLocation(config.storage)),
    PUBLIC_URL: derived(config.publicUrl),
    FACE_ENGINE: derived(config.faceEngine.kind),
    FACE_WORKERS: derived(config.face.workers),
    LIVE_MAX_SESSIONS: derived(config.maxLiveSessions),
    ATTEMPTS_BEFORE_DELAY: derived(config.attempts.beforeDelay),
    ATTEMPTS_BEFORE_SUSPENSION: derived(config.attempts.beforeSuspension),
    JWT_SECRET: generated,
    FACE_AUTH_SECRET: generated,
    TEMPLATE_KEY: generated,
    AUDIT_KEY: derived('from JWT_SECRET'),
    CONSENT_TEXT_FILE: none('the built-in text'),
    METRICS_TOKEN: none('none: metrics are for this machine only'),
    WEBHOOK_URL: none('none: nothing is reported'),
  };
}

/** Where secrets are that the environment does not give. */
export function secretsFile({ dataDirectory }: Pick<Config, 'dataDirectory'>): string {
  return path.join(dataDirectory, 'secrets.json');
}
