import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';

import { type Config, readConfig } from '../../config/config.js';
import { loadSecrets } from '../../config/secrets.js';
import { describeLocation } from '../../config/storage-location.js';
import { templateModelId } from '../../face/model-identity.js';
import { loadModelPack } from '../../face/model-pack.js';
import { openStorage, openStore } from '../../open-storage.js';
import { EarlierSystem } from '../../storage/mongo/earlier-system.js';
import { type Storage, StorageUnavailable } from '../../storage/port.js';
import { protectTemplates } from '../../template-protection.js';
import { count } from '../terminal/number-format.js';
import { installed } from '../../installation.js';
import { UsageError } from '../usage-error.js';
import { importSummary, refusedOf, surveySummary, tokenSummary } from './import-summary.js';
import { Importation, type Tally } from './importation.js';
import type { FaceModel } from './record-check.js';

export interface ImportOptions {
  readonly from: string;
  readonly model?: string;
  readonly apply?: true;
  readonly skipRefused?: true;
}

/**
 * @throws UsageError, ConfigError, ModelPackError, StorageUnavailable with a sentence for the operator; nothing
 *         has been written then, unless the sentence says that it has
 */
export async function runImport(options: ImportOptions): Promise<void> {
  // As the server does: what is made here is nobody else's business.
  process.umask(0o077);
  const config = readConfig(process.env);
  const installed = await installedModel();
  const model = options.model === undefined ? null : requireInstalled(options.model, installed);
  const database = databaseIn(options.from);
  const earlier = await openEarlier(options.from);
  try {
    await requireUsers(earlier, database);
    const surveyed = await survey(earlier, config, model);
    requireNamedModel(surveyed, installed);
    const tokens = tokenSummary(await earlier.countRevokedTokens());
    if (!options.apply) {
      process.stdout.write(surveySummary(surveyed) + tokens + dryRunNote(surveyed, options));
      return;
    }
    requireNoRefusals(surveyed, options);
    const done = await apply(earlier, config, model, surveyed);
    process.stdout.write(importSummary(done) + tokens + (done.newcomers > 0 ? RESTART : ''));
    requireNamedModel(done, installed);
    if (!options.skipRefused && refusedOf(done) > 0) {
      throw new UsageError(
        'The earlier system changed during the import. Stop it, and run the same command again.',
      );
    }
  } finally {
    await earlier.close();
  }
}

const RESTART =
  'Restart the server if it is running: it reads at its start how much work a refused sign-in has to be.\n';

function dryRunNote(surveyed: Tally, { skipRefused }: ImportOptions): string {
  const flags = refusedOf(surveyed) > 0 && !skipRefused ? '--apply --skip-refused' : '--apply';
  return `Nothing has been written. The same command with ${flags} imports them.\n`;
}

/** The model whose templates this installation compares. */
async function installedModel(): Promise<FaceModel> {
  const pack = await loadModelPack(installed('models'));
  const { id, dimensions } = pack.recognition.entry;
  if (dimensions === undefined) {
    throw new UsageError(`models/manifest.json does not say how many "dimensions" the values of ${id} have.`);
  }
  return { id, templateModelId: templateModelId(pack), dimensions };
}

/** @throws UsageError for another model: nothing here could compare its faces with a new picture */
function requireInstalled(named: string, installed: FaceModel): FaceModel {
  if (named === installed.id) return installed;
  throw new UsageError(
    `Faces that ${named} made cannot be compared here: the installed recognition model is ${installed.id}. ` +
      'Install the model that made them (docs/architecture.md, "A recognition model"), then import.',
  );
}

/** @throws UsageError when accounts would have to be imported without their face, which is a second factor */
function requireNamedModel({ facesOfUnnamedModel }: Tally, installed: FaceModel): void {
  if (facesOfUnnamedModel === 0) return;
  const subject = facesOfUnnamedModel === 1 ? 'account has a face' : 'accounts have a face';
  throw new UsageError(
    `${count(facesOfUnnamedModel)} ${subject}, and nothing says which model made it: not imported, for the ` +
      `password alone must not open them. If it was the model that is installed here, add: --model ${installed.id}`,
  );
}

/** @throws UsageError when it cannot be reached, or does not let us in */
async function openEarlier(url: string): Promise<EarlierSystem> {
  try {
    return await EarlierSystem.open(url);
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    const where = describeLocation({ kind: 'mongodb', url });
    throw new UsageError(`${where} cannot be used: ${error.message}.`, { cause: error });
  }
}

/** @throws UsageError unless `url` names a database */
function databaseIn(url: string): string {
  const name = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(url)?.[1];
  if (name === undefined)
    throw new UsageError('--from must be the URL of a database: mongodb://host/database');
  return name;
}

/** @throws UsageError when there is no collection of accounts */
async function requireUsers(earlier: EarlierSystem, database: string): Promise<void> {
  if (await earlier.hasUsers()) return;
  throw new UsageError(
    `There is no collection User in the database ${database}: is this the right database?`,
  );
}

async function survey(earlier: EarlierSystem, config: Config, model: FaceModel | null): Promise<Tally> {
  const storage = await openForReading(config);
  try {
    return await new Importation({ earlier, storage, model }).survey();
  } finally {
    await storage.close();
  }
}

/** A dry run does not even make the installation: one that is not there yet counts as empty. */
async function openForReading(config: Config): Promise<Storage> {
  const { storage } = config;
  if (storage.kind === 'sqlite' && !existsSync(storage.file)) {
    return openStore({ kind: 'sqlite', file: ':memory:' }, 'working');
  }
  // Without the right secrets an import would end at once: said now.
  await loadSecrets(config);
  return openStorage(storage);
}

/** @throws UsageError when something cannot be imported and nobody has said to leave it out */
function requireNoRefusals(surveyed: Tally, { skipRefused }: ImportOptions): void {
  if (skipRefused || refusedOf(surveyed) === 0) return;
  process.stdout.write(surveySummary(surveyed));
  throw new UsageError(
    'Nothing has been written. Mend these records in the earlier system, or leave them out with --skip-refused.',
  );
}

/** @throws UsageError when a database failed on the way */
async function apply(
  earlier: EarlierSystem,
  config: Config,
  model: FaceModel | null,
  surveyed: Tally,
): Promise<Tally> {
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  const secrets = await loadSecrets(config);
  const storage = await openStorage(config.storage);
  try {
    const { vault } = protectTemplates(config, secrets, storage.accountKeys);
    return await new Importation({ earlier, storage, model }).run(surveyed, vault, Date.now());
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    throw new UsageError(
      `The import ended before it was complete: ${error.message}. Run the same command again: it goes on there.`,
      { cause: error },
    );
  } finally {
    await storage.close();
  }
}
