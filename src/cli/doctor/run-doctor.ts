import { type Config, ConfigError, readConfig } from '../../config/config.js';
import { misspelt, misspeltSentence } from '../config/misspelt.js';
import { VARIABLES } from '../config/settings.js';
import { checkClock } from './clock-check.js';
import { checkEngine } from './engine-check.js';
import { type Finding, bounded, findings, wordsOf } from './finding.js';
import { doctorJson, doctorTable, isSound } from './doctor-report.js';
import { checkMachine, checkNode } from './machine-check.js';
import { checkPage } from './page-check.js';
import { checkPermissions } from './permissions-check.js';
import { checkRecords } from './records-check.js';
import { checkSecrets } from './secrets-check.js';
import { checkStorage } from './storage-check.js';
import { checkWebhook } from './webhook-check.js';

export interface DoctorOptions {
  /** An origin. */
  readonly url?: string;
  readonly json?: true;
}

const PATIENCE_MS = 15_000;
/** Models are large, and services are asked one after the other. */
const ENGINE_PATIENCE_MS = 60_000;

/** Nothing is changed, generated or sent to third parties. @returns whether nothing has failed */
export async function runDoctor({ url, json }: DoctorOptions): Promise<boolean> {
  // As the server does: the journal of a database that is opened is nobody else's business.
  process.umask(0o077);
  const found = [...(await checkNode()), ...checkNames()];
  const config = configuration(found);
  if (config) found.push(...(await checkInstallation(config, url)));
  const text = json ? doctorJson(found) : doctorTable(found);
  // What gave no answer in time may still hold the process.
  process.stdout.write(text, () => {
    setTimeout(() => process.exit(), 1000).unref();
  });
  return isSound(found);
}

function checkNames(): Finding[] {
  const given = Object.keys(process.env).filter((name) => process.env[name] !== '');
  return misspelt(given, VARIABLES).map((unknown) =>
    findings('configuration').warning(misspeltSentence(unknown), 'Correct the name, or unset it.'),
  );
}

/** @returns null when the server would refuse it */
function configuration(found: Finding[]): Config | null {
  const { ok, failed } = findings('configuration');
  try {
    const config = readConfig(process.env);
    found.push(ok('can be used; vultus config shows it'));
    return config;
  } catch (error) {
    // One line for each variable, after a heading.
    const [heading = '', ...lines] =
      error instanceof ConfigError ? error.message.split('\n') : [wordsOf(error)];
    for (const line of lines.length > 0 ? lines : [heading]) found.push(failed(line.trim()));
    return null;
  }
}

async function checkInstallation(config: Config, url: string | undefined): Promise<Finding[]> {
  const [engine, page, installation] = await Promise.all([
    bounded(config.faceEngine.kind === 'local' ? 'models' : 'face services', ENGINE_PATIENCE_MS, () =>
      checkEngine(config),
    ),
    bounded('camera page', PATIENCE_MS, () => checkPage(config, url)),
    checkState(config),
  ]);
  const clock = await bounded('clock', PATIENCE_MS, () => checkClock(config, url));
  return [
    ...engine,
    ...installation,
    ...clock,
    ...page,
    ...checkWebhook(config),
    ...(await checkMachine(config)),
  ];
}

/** What an installation has on the disk or in its database; later checks need what earlier ones have found. */
async function checkState(config: Config): Promise<Finding[]> {
  const permissions = await bounded('permissions', PATIENCE_MS, () => checkPermissions(config));
  const { found: ofSecrets, secrets } = await checkSecrets(config);
  const { found: ofStorage, storage } = await checkStorage(config);
  try {
    const records =
      secrets && storage
        ? await bounded('records', PATIENCE_MS, () => checkRecords(config, secrets, storage))
        : [];
    return [...permissions, ...ofSecrets, ...ofStorage, ...records];
  } finally {
    await storage?.close();
  }
}
