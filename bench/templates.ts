import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Command, Option } from 'commander';

import { acquire } from '../src/cli/evaluation/acquisition.js';
import { datasetName } from '../src/cli/evaluation/dataset-options.js';
import { identitiesOf } from '../src/cli/evaluation/identities.js';
import { withEngines } from '../src/cli/evaluation/measuring-engines.js';
import { prepareDirectory, writeFileAtomically } from '../src/cli/evaluation/output-files.js';
import { type ListedPair, readPairs } from '../src/cli/evaluation/pairs-file.js';
import { UsageError } from '../src/cli/usage-error.js';
import { type ModelPack, loadModelPack } from '../src/face/model-pack.js';
import { describeMachine } from './machine.js';
import { positiveInteger } from './number-options.js';
import { type Face, measureAccuracy } from './templates-accuracy.js';
import { measureCost } from './templates-cost.js';
import { type TemplatesReport, templatesReportJson, templatesTables } from './templates-report.js';
import { measureUnlinkability } from './templates-unlinkability.js';

interface TemplatesOptions {
  readonly pairs: string;
  readonly images: string;
  readonly dataset?: string;
  readonly draws: number;
  readonly output: string;
}

/** The compiled file lies in bench/dist/bench. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FALSE_MATCH_RATE = 1e-4;
/** Percentage points of the false non-match rate that protection may cost. */
const MOST_COST = 0.1;

export function registerTemplates(program: Command, signal: AbortSignal): void {
  program
    .command('templates')
    .description('What do protected templates cost, and can those of two installations be linked?')
    .requiredOption('--pairs <file>', 'CSV file with the header path_a,path_b,same[,fold]')
    .requiredOption('--images <dir>', 'folder that the paths of the pairs file start from')
    .option('--dataset <name>', 'name of the image set (default: name of the images folder)')
    .addOption(
      new Option('--draws <number>', 'of keys for each pair, to link templates of two installations')
        .default(50)
        .argParser(positiveInteger),
    )
    .addOption(
      new Option('--output <file>', 'the measurements as JSON').default(
        path.join(ROOT, 'bench', 'results', 'templates.json'),
        'bench/results/templates.json',
      ),
    )
    .action(async (options: TemplatesOptions) => {
      process.exitCode = (await benchTemplates(options, signal)) ? 0 : 1;
    });
}

/** @returns whether protection costs no more than it may */
async function benchTemplates(options: TemplatesOptions, signal: AbortSignal): Promise<boolean> {
  const pairs = await readPairs(options.pairs, options.images);
  const pack = await loadModelPack(path.join(ROOT, 'models'));
  await prepareDirectory('--output', path.dirname(path.resolve(options.output)));
  const startedAt = performance.now();
  const faces = await facesOf(pack, pairs, options.images);
  const report: TemplatesReport = {
    measuredAt: new Date().toISOString(),
    machine: describeMachine(),
    dataset: datasetName(options),
    model: pack.recognition.entry.id,
    faces: faces.length,
    people: new Set(faces.map(({ identity }) => identity)).size,
    // Before the others have worn out the memory.
    cost: await measureCost(faces),
    accuracy: await measureAccuracy(faces, FALSE_MATCH_RATE, signal),
    unlinkability: await measureUnlinkability(faces, options.draws, signal),
    seconds: (performance.now() - startedAt) / 1000,
  };
  await writeFileAtomically(options.output, templatesReportJson(report));
  process.stdout.write(`${templatesTables(report)}\nWritten: ${options.output}\n`);
  return Math.abs(report.accuracy.differenceInPercentagePoints) <= MOST_COST;
}

/** Captures every listed image with the engine of the server, as `vultus evaluate` does. */
async function facesOf(
  pack: ModelPack,
  pairs: readonly ListedPair[],
  directory: string,
): Promise<readonly Face[]> {
  const identities = identitiesOf(pairs);
  if (!identities.known) throw new UsageError(`Who is on which image is not known: ${identities.reason}.`);
  const images = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const measurement = {
    checks: { presentation: false, live: false },
    subjectRule: 'nearest_to_centre',
    label: 'Capturing',
    images: images.length,
  } as const;
  const { templates } = await withEngines(pack, measurement, ({ pool, inFlight, advance }) =>
    acquire(pool, images, {
      read: (image) => readFile(path.join(directory, image)),
      inFlight,
      onCaptured: advance,
    }),
  );
  // In the order of the file, whichever engine was quicker.
  return images.flatMap((image) => {
    const vector = templates.get(image);
    return vector ? [{ identity: identities.of(image), vector }] : [];
  });
}
