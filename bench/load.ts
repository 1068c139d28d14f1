import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { type Command, Option } from 'commander';

import { prepareDirectory, writeFileAtomically } from '../src/cli/evaluation/output-files.js';
import { still } from '../test/support/faces.js';
import { removeTemporaryDirectories } from '../test/support/server.js';
import { MemoryWatch } from './live-memory.js';
import { LoadClient, pictureForm } from './load-client.js';
import { LoadPopulation } from './load-population.js';
import {
  type LoadMeasurements,
  loadDemandsHold,
  loadReport,
  loadReportJson,
  loadTable,
} from './load-report.js';
import { startLoadedServer } from './load-server.js';
import { LoadTraffic } from './load-traffic.js';
import { describeMachine, load } from './machine.js';
import { positive } from './number-options.js';

interface LoadOptions {
  readonly minutes: number;
  readonly accounts: number;
  readonly factor: number;
  readonly output: string;
}

/** The compiled file lies in bench/dist/bench. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MINUTE_MS = 60_000;
/** Enough to keep two cores busy, and fewer than may wait anywhere. */
const CALLERS = 16;
const WARM_UP_MS = 10_000;
const MAX_CAPACITY_MS = 30_000;
/** Of the capacity: what is asked before the load and after it. */
const LIGHT = 0.2;
const MAX_LIGHT_BEFORE_MS = 30_000;

export function registerLoad(program: Command, signal: AbortSignal): void {
  program
    .command('load')
    .description(
      'More is asked than the server can do: is it honest about it, does it stay whole, does it recover?',
    )
    .addOption(
      new Option('--minutes <n>', 'how long the load lasts; memory is judged from 5 on')
        .argParser(positive)
        .default(10),
    )
    .addOption(new Option('--accounts <n>', 'that sign in').argParser(positive).default(150))
    .addOption(
      new Option('--factor <n>', 'times the capacity that is asked for').argParser(positive).default(1.5),
    )
    .addOption(
      new Option('--output <file>', 'the measurements as JSON').default(
        path.join(ROOT, 'bench', 'results', 'load.json'),
        'bench/results/load.json',
      ),
    )
    .action(async (options: LoadOptions) => {
      process.exitCode = (await benchLoad(options, signal)) ? 0 : 1;
    });
}

/** @returns whether every demand that could be judged holds */
async function benchLoad(options: LoadOptions, signal: AbortSignal): Promise<boolean> {
  await prepareDirectory('--output', path.dirname(path.resolve(options.output)));
  try {
    const before = load();
    const measurements = await measure(options, signal);
    const { minutes, accounts, factor } = options;
    const method = { minutes, accounts, factor, callers: CALLERS, load: [before, load()] as const };
    const report = loadReport(measurements, method, describeMachine());
    await writeFileAtomically(options.output, loadReportJson(report));
    process.stdout.write(`${loadTable(report)}\nWritten: ${options.output}\n`);
    return loadDemandsHold(report);
  } finally {
    await removeTemporaryDirectories();
  }
}

async function measure(
  { minutes, accounts, factor }: LoadOptions,
  signal: AbortSignal,
): Promise<LoadMeasurements> {
  const server = await startLoadedServer(path.join(ROOT, 'dist', 'main.js'));
  const client = new LoadClient(server.url);
  try {
    const reference = pictureForm(await still('franck_02159.jpg'));
    const probe = pictureForm(await still('franck_02221.jpg'));
    say(`making ${accounts} accounts`);
    const population = await LoadPopulation.create(client, accounts, reference);
    const traffic = new LoadTraffic(client, population, probe, signal);
    const loadMs = minutes * MINUTE_MS;

    say('measuring the capacity');
    await traffic.closed(CALLERS, WARM_UP_MS);
    const capacity = await traffic.closed(CALLERS, Math.min(MAX_CAPACITY_MS, loadMs / 2));
    const perSecond = capacity.records.length / capacity.seconds;
    const before = await (
      await traffic.open(LIGHT * perSecond, Math.min(MAX_LIGHT_BEFORE_MS, loadMs / 2))
    ).answered;

    say(`capacity ${perSecond.toFixed(0)} requests a second; ${factor} times that for ${minutes} minutes`);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const memory = new MemoryWatch(server.pid);
    delay.enable();
    const overload = await traffic.open(factor * perSecond, loadMs);
    delay.disable();
    const growth = memory.stop();
    say('light traffic for a minute');
    signal.throwIfAborted();
    // The load has ended; what it has left unanswered is answered beside the light traffic.
    const [after, underLoad] = await Promise.all([
      traffic.open(LIGHT * perSecond, MINUTE_MS).then(({ answered }) => answered),
      overload.answered,
    ]);
    return {
      capacity,
      before,
      underLoad,
      after,
      memory: growth,
      clientDelayMs: delay.percentile(99) / 1e6,
      faults: await faultsIn(server.logFile),
    };
  } finally {
    client.close();
    await server.stop();
  }
}

function say(what: string): void {
  process.stderr.write(`${what} …\n`);
}

/** @returns lines of the log that tell of a fault */
async function faultsIn(logFile: string): Promise<number> {
  const text = await readFile(logFile, 'utf8');
  return text.match(/^\{"level":(50|60),/gm)?.length ?? 0;
}
