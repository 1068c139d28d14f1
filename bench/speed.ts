import path from 'node:path';

import { type Command, InvalidArgumentError, Option } from 'commander';

import { prepareDirectory, writeFileAtomically } from '../src/cli/evaluation/output-files.js';
import { UsageError } from '../src/cli/usage-error.js';
import { type ModelPack, loadModelPack } from '../src/face/model-pack.js';
import { removeTemporaryDirectories, temporaryDirectory } from '../test/support/server.js';
import { describeMachine, load } from './machine.js';
import { positiveInteger } from './number-options.js';
import { measureEngine } from './speed-engine.js';
import { SPEED_SECTIONS, type SectionReport, type SpeedSection } from './speed-figures.js';
import { SpeedFloor } from './speed-floor.js';
import { measureHttp } from './speed-http.js';
import { FACE_SHARE, JPEG_QUALITY, type Subject, loadSubjects } from './speed-images.js';
import { measureMemory } from './speed-memory.js';
import { measurePeerAccuracy } from './speed-peer-accuracy.js';
import { installPeers } from './speed-peer-process.js';
import { type PeerAccuracy, measurePeers } from './speed-peers.js';
import { demandsHold, speedMarkdown, speedReport, speedReportJson, speedTable } from './speed-report.js';
import { measureResponsiveness } from './speed-responsiveness.js';
import { ROOT, type MeasuredServer, startMeasuredServer } from './speed-server.js';
import { measureSessionCheck } from './speed-session-check.js';
import { measureStart } from './speed-start.js';
import { measureThroughput } from './speed-throughput.js';

interface SpeedOptions {
  readonly only: readonly SpeedSection[];
  readonly rounds: number;
  readonly verifications: number;
  readonly pairs?: string;
  readonly images?: string;
  readonly ofEachKind: number;
  readonly output: string;
}

/** What is measured on one server, which is started once for all of it. */
const ON_ONE_SERVER: ReadonlySet<SpeedSection> = new Set([
  'http',
  'throughput',
  'responsiveness',
  'session-check',
]);
const WITH_PEERS: ReadonlySet<SpeedSection> = new Set(['peers', 'session-check']);

export function registerSpeed(program: Command, signal: AbortSignal): void {
  program
    .command('speed', { isDefault: true })
    .description('What do engine and server cost beside the bare models, a bare server and other libraries?')
    .addOption(
      new Option('--only <sections>', `some of ${SPEED_SECTIONS.join(', ')}`)
        .argParser(sectionsOf)
        .default(SPEED_SECTIONS, 'all'),
    )
    .addOption(
      new Option('--rounds <n>', 'rounds of everything that is compared; ratios are judged from 10 on')
        .argParser(positiveInteger)
        .default(12),
    )
    .addOption(
      new Option('--verifications <n>', 'sign-ins with large pictures; memory is judged from 2000 on')
        .argParser(positiveInteger)
        .default(2000),
    )
    .option(
      '--pairs <file>',
      'for the accuracy of the peers: CSV file with the header path_a,path_b,same[,fold]',
    )
    .option('--images <dir>', 'folder that the paths of the pairs file start from')
    .addOption(
      new Option('--of-each-kind <n>', 'genuine pairs that are taken of them, and as many impostor pairs')
        .argParser(positiveInteger)
        .default(300),
    )
    .addOption(
      new Option('--output <file>', 'the measurements as JSON; the table as Markdown beside it').default(
        path.join(ROOT, 'bench', 'results', 'speed.json'),
        'bench/results/speed.json',
      ),
    )
    .action(async (options: SpeedOptions) => {
      process.exitCode = (await benchSpeed(options, signal)) ? 0 : 1;
    });
}

/** @returns whether every demand that could be judged holds */
async function benchSpeed(options: SpeedOptions, signal: AbortSignal): Promise<boolean> {
  if ((options.pairs === undefined) !== (options.images === undefined)) {
    throw new UsageError('--pairs and --images go together: the file lists pictures of the folder.');
  }
  await prepareDirectory('--output', path.dirname(path.resolve(options.output)));
  const before = load();
  const startedAt = performance.now();
  try {
    const run = new SpeedRun(options, signal);
    const { sections, subjects } = await run.measure();
    const method = {
      rounds: options.rounds,
      verifications: options.verifications,
      pictures: describePictures(subjects),
      load: [before, load()] as const,
      seconds: (performance.now() - startedAt) / 1000,
    };
    const report = speedReport(sections, run.skipped, { machine: describeMachine(), method });
    await writeFileAtomically(options.output, speedReportJson(report));
    await writeFileAtomically(markdownBeside(options.output), speedMarkdown(report));
    process.stdout.write(`${speedTable(report)}\nWritten: ${options.output}\n`);
    return demandsHold(report);
  } finally {
    await removeTemporaryDirectories();
  }
}

function markdownBeside(output: string): string {
  const { dir, name } = path.parse(output);
  return path.join(dir, `${name}.md`);
}

class SpeedRun {
  readonly skipped: string[] = [];

  constructor(
    private readonly options: SpeedOptions,
    private readonly signal: AbortSignal,
  ) {}

  async measure(): Promise<{ sections: SectionReport[]; subjects: Subject[] }> {
    const pack = await loadModelPack(path.join(ROOT, 'models'));
    const subjects = await loadSubjects(pack);
    const wanted = await this.#possible();
    const { rounds, verifications } = this.options;
    const sections: SectionReport[] = [];
    const floor = await SpeedFloor.load(pack, subjects[0]!);
    if (wanted.has('engine')) {
      sections.push(await measureEngine(pack, subjects, floor, rounds, this.signal));
    }
    if ([...wanted].some((section) => ON_ONE_SERVER.has(section))) {
      await withServer(async (server) => {
        sections.push(...(await this.#measureServer(server.url, wanted, subjects, floor)));
      });
    }
    if (wanted.has('peers')) sections.push(await this.#measurePeers(pack, subjects));
    if (wanted.has('start')) {
      sections.push(await measureStart(await temporaryDirectory(), rounds, this.signal));
    }
    if (wanted.has('memory')) {
      await withServer(async (server) => {
        sections.push(await measureMemory(server, subjects, verifications, this.signal));
      });
    }
    return { sections, subjects };
  }

  async #measureServer(
    url: string,
    wanted: ReadonlySet<SpeedSection>,
    subjects: readonly Subject[],
    floor: SpeedFloor,
  ): Promise<SectionReport[]> {
    const { rounds } = this.options;
    const { signal } = this;
    const sections: SectionReport[] = [];
    if (wanted.has('http')) sections.push(await measureHttp(url, subjects, floor, rounds, signal));
    if (wanted.has('throughput')) sections.push(await measureThroughput(url, subjects, rounds, signal));
    if (wanted.has('responsiveness')) {
      sections.push(await measureResponsiveness(url, subjects, rounds, signal));
    }
    if (wanted.has('session-check')) sections.push(await measureSessionCheck(url, rounds, signal));
    return sections;
  }

  async #measurePeers(pack: ModelPack, subjects: readonly Subject[]): Promise<SectionReport> {
    const { pairs, images, ofEachKind, rounds } = this.options;
    let accuracy: PeerAccuracy = {};
    if (pairs === undefined || images === undefined) {
      this.#skip('the accuracy of the peers, for neither --pairs nor --images names labelled faces');
    } else {
      accuracy = await measurePeerAccuracy(pack, { pairs, images, ofEachKind }, this.signal);
    }
    return measurePeers(pack, subjects, rounds, accuracy, this.signal);
  }

  /** Without what can only be measured with programs or a system that are not there. */
  async #possible(): Promise<ReadonlySet<SpeedSection>> {
    const wanted = new Set(this.options.only);
    const withPeers = [...wanted].filter((section) => WITH_PEERS.has(section));
    if (withPeers.length > 0 && !(await installPeers())) {
      for (const section of withPeers) wanted.delete(section);
      this.#skip(
        `${withPeers.join(' and ')}, for bench/peers could not be installed (npm ci there says why)`,
      );
    }
    if (wanted.has('memory') && process.platform !== 'linux') {
      wanted.delete('memory');
      this.#skip('memory, which is read from /proc: that is there on Linux only');
    }
    return wanted;
  }

  #skip(what: string): void {
    process.stderr.write(`SKIPPED: ${what}\n`);
    this.skipped.push(what);
  }
}

async function withServer(work: (server: MeasuredServer) => Promise<void>): Promise<void> {
  const server = await startMeasuredServer(await temporaryDirectory());
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

function describePictures(subjects: readonly Subject[]): string {
  const kilobytes = (size: keyof Subject['jpegs']) =>
    Math.round(subjects.reduce((sum, { jpegs }) => sum + jpegs[size].length, 0) / subjects.length / 1000);
  const sizes = ['640×480', '1920×1080', '4000×3000'] as const;
  return (
    `${subjects.length} stills of a film and photographs, scaled until the face is ${(FACE_SHARE * 100).toFixed(0)} % of the ` +
    `frame's height, edges repeated where a still ends before the frame; JPEG of quality ${JPEG_QUALITY}, ` +
    `${sizes.map((size) => `${size} ${kilobytes(size)} kB`).join(', ')} on average.`
  );
}

function sectionsOf(text: string): SpeedSection[] {
  return text.split(',').map((name) => {
    const section = SPEED_SECTIONS.find((known) => known === name.trim());
    if (!section)
      throw new InvalidArgumentError(`Some of ${SPEED_SECTIONS.join(', ')}, with commas between.`);
    return section;
  });
}
