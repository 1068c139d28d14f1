import { existsSync } from 'node:fs';

import type { Config } from '../../config/config.js';
import { type Secrets, loadSecrets } from '../../config/secrets.js';
import { secretsFile } from '../config/settings.js';
import { type Finding, findings, wordsOf } from './finding.js';
import { weaknessOf, weaknessOfKey } from './weak-secret.js';

const { ok, warning, failed, skipped } = findings('secrets');

/** A key for the face services or the metrics may be of any length. */
const LEAST_LENGTH = 32;

/** @returns null for secrets that cannot be had; none are generated here */
export async function checkSecrets(
  config: Config,
): Promise<{ readonly found: readonly Finding[]; readonly secrets: Secrets | null }> {
  const { jwtSecret, faceAuthSecret, templateKeys } = config.secrets;
  const given = [jwtSecret, faceAuthSecret, templateKeys].filter((secret) => secret !== undefined).length;
  const file = secretsFile(config);
  const hasDatabase = config.storage.kind === 'sqlite' && existsSync(config.storage.file);
  if (given < 3 && !existsSync(file) && !hasDatabase) {
    const found = [skipped(`will be generated into ${file} at the first start`), ...qualities(config, null)];
    return { found, secrets: null };
  }
  try {
    const secrets = await loadSecrets(config);
    const weak = qualities(config, secrets);
    const where = given === 3 ? 'the environment' : given === 0 ? file : `the environment and ${file}`;
    const found = weak.length > 0 ? weak : [ok(`are there, from ${where}, and differ`)];
    return { found, secrets };
  } catch (error) {
    return { found: [failed(wordsOf(error))], secrets: null };
  }
}

/** Names and reasons, never values. */
function qualities(config: Config, secrets: Secrets | null): Finding[] {
  const texts: readonly (readonly [string, string | null | undefined])[] = [
    ['JWT_SECRET', secrets?.jwtSecret ?? config.secrets.jwtSecret],
    ['FACE_AUTH_SECRET', secrets?.faceAuthSecret ?? config.secrets.faceAuthSecret],
    ['AUDIT_KEY', config.secrets.auditKey],
    ['METRICS_TOKEN', config.metricsToken],
    ['WEBHOOK_SECRET', config.webhook?.secret.replace('whsec_', '')],
    ['FACE_API_KEY', config.faceEngine.kind === 'service' ? config.faceEngine.key : null],
  ];
  const found: Finding[] = [];
  const owners = new Map<string, string>();
  for (const [name, secret] of texts) {
    if (secret === null || secret === undefined) continue;
    const weakness = weaknessOf(secret);
    if (weakness !== null) found.push(failed(`${name} ${weakness}: it can be guessed`, command(name)));
    else if (secret.length < LEAST_LENGTH)
      found.push(warning(`${name} has only ${secret.length} characters`, command(name)));
    const other = owners.get(secret);
    if (other !== undefined)
      found.push(failed(`${name} is the same as ${other}: who learns one has both`, command(name)));
    owners.set(secret, name);
  }
  const keys = secrets?.templateKeys ?? config.secrets.templateKeys ?? [];
  for (const weakness of new Set(keys.map(weaknessOfKey))) {
    if (weakness === null) continue;
    found.push(
      failed(
        `a key of TEMPLATE_KEY ${weakness}`,
        'Change it as docs/deployment.md says, "Changing the template key".',
      ),
    );
  }
  return found;
}

function command(name: string): string {
  return name === 'WEBHOOK_SECRET'
    ? 'Make another one: echo "whsec_$(openssl rand -base64 32)"'
    : 'Make another one: openssl rand -base64 48';
}
