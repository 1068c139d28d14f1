import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Command, InvalidArgumentError, Option } from 'commander';

import { prepareDirectory, writeFileAtomically } from '../src/cli/evaluation/output-files.js';
import { openStorage, openStore } from '../src/open-storage.js';
import { type FilledStore, fillAccounts, fillFlows } from './filled-store.js';
import { type Extent, measureInRounds } from './interleaved-rounds.js';
import { describeMachine, load } from './machine.js';
import { positiveInteger } from './number-options.js';
import { STORAGE_OPERATIONS } from './storage-operations.js';
import { type PartialReport, storageReport, storageReportJson, storageTable } from './storage-report.js';
import { type StoreHome, mongoHome, sqliteHome } from './store-homes.js';

interface StorageOptions {
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly calls: number;
  readonly mongodb?: string;
  readonly output: string;
  readonly keep?: string;
}

/** Git-ignored. The compiled file lies in bench/dist/bench. */
const RESULTS = fileURLToPath(new URL('../../results', import.meta.url));

export function registerStorage(program: Command, signal: AbortSignal): void {
  program
    .command('storage')
    .description('Do look-ups and attempt counting slow down as the accounts become more? On both stores')
    .addOption(
      new Option('--sizes <list>', 'accounts in the stores that are compared, two or more numbers')
        .argParser(sizesOf)
        .default([1000, 100_000, 1_000_000], '1000,100000,1000000'),
    )
    .addOption(new Option('--rounds <n>', 'rounds that are measured').argParser(positiveInteger).default(40))
    .addOption(
      new Option('--calls <n>', 'calls of each operation on each store in a round')
        .argParser(positiveInteger)
        .default(500),
    )
    .addOption(
      new Option('--mongodb <url>', 'server to measure on; databases vultus_bench… are made there').env(
        'TEST_MONGODB_URL',
      ),
    )
    .addOption(
      new Option('--output <file>', 'the measurements as JSON').default(
        path.join(RESULTS, 'storage.json'),
        'bench/results/storage.json',
      ),
    )
    .option('--keep <dir>', 'leave the filled stores there, and use those of an earlier run')
    .action(async (options: StorageOptions) => {
      process.exitCode = (await benchStorage(options, signal)) ? 0 : 1;
    });
}

/** @returns whether the demand holds on every store that was measured */
async function benchStorage(options: StorageOptions, signal: AbortSignal): Promise<boolean> {
  await prepareDirectory('--output', path.dirname(path.resolve(options.output)));
  const extent: Extent = { rounds: options.rounds, callsPerRound: options.calls };
  const directory = options.keep ?? (await freshDirectory());
  try {
    await prepareDirectory('--keep', directory);
    const parts: PartialReport[] = [];
    for (const home of await homesOf(options, directory)) {
      parts.push(await measure(home, options, extent, signal));
    }
    const report = storageReport(parts, { machine: describeMachine(), extent, sizes: options.sizes });
    await writeFileAtomically(options.output, storageReportJson(report));
    process.stdout.write(`${storageTable(report)}\nWritten: ${options.output}\n`);
    return report.demand.holds;
  } finally {
    if (options.keep === undefined) await rm(directory, { recursive: true });
  }
}

async function homesOf({ mongodb, keep }: StorageOptions, directory: string): Promise<StoreHome[]> {
  const sqlite = sqliteHome(directory);
  if (mongodb === undefined) {
    process.stderr.write('SKIPPED: MongoDB, for neither --mongodb nor TEST_MONGODB_URL names a server\n');
    return [sqlite];
  }
  return [sqlite, await mongoHome(mongodb, keep !== undefined)];
}

/** On the disk of the checkout: a folder for temporary files may be memory, where writing through is free. */
async function freshDirectory(): Promise<string> {
  await mkdir(RESULTS, { recursive: true });
  return mkdtemp(path.join(RESULTS, 'stores-'));
}

async function measure(
  home: StoreHome,
  { sizes, keep }: StorageOptions,
  extent: Extent,
  signal: AbortSignal,
): Promise<PartialReport> {
  const stores: FilledStore[] = [];
  try {
    for (const accounts of sizes) await fill(home, accounts, signal);
    for (const accounts of sizes) {
      stores.push({ accounts, storage: await openStorage(home.location(accounts)) });
    }
    for (const store of stores) await home.warmUp(store, signal);
    const before = load();
    const cells = await measureInRounds(stores, STORAGE_OPERATIONS, {
      ...extent,
      name: home.name,
      keepWarm: async () => {
        for (const accounts of sizes) await home.keepWarm(accounts);
      },
      signal,
    });
    return { store: home.name, load: [before, load()], cells };
  } finally {
    for (const { storage } of stores) await storage.close();
    if (keep === undefined) for (const accounts of sizes) await home.remove(accounts);
  }
}

/** With a connection of its own: what was written is in its place when it has been closed. */
async function fill(home: StoreHome, accounts: number, signal: AbortSignal): Promise<void> {
  const storage = await openStore(home.location(accounts), 'working');
  try {
    await fillAccounts(storage, { name: home.name, accounts, batch: home.batch, signal });
    await fillFlows(storage);
  } finally {
    await storage.close();
  }
}

/** @returns the sizes, ascending */
function sizesOf(text: string): number[] {
  const sizes = [...new Set(text.split(',').map(positiveInteger))].sort((a, b) => a - b);
  if (sizes.length < 2) throw new InvalidArgumentError('Two different sizes at least: ratios are measured.');
  return sizes;
}
