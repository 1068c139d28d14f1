import path from 'node:path';

import { type Command, InvalidArgumentError } from 'commander';

import { loadModelPack } from '../face/model-pack.js';
import { givenCommandLine } from './evaluation/command-line.js';
import { prepareDirectory, writeFileAtomically } from './evaluation/output-files.js';
import { modelsOption } from './models-option.js';
import { examineAll } from './pad-evaluation/examination.js';
import { readLabels } from './pad-evaluation/labels-file.js';
import { padDocument } from './pad-evaluation/pad-document.js';
import { padFindingsOf } from './pad-evaluation/pad-findings.js';
import { padSummary } from './pad-evaluation/pad-summary.js';

interface EvaluatePadOptions {
  readonly labels: string;
  readonly images?: string;
  readonly report: string;
  readonly sessionFrames: number;
  readonly dataset?: string;
  readonly models: string;
}

export function registerEvaluatePad(program: Command): void {
  program
    .command('evaluate-pad')
    .description('Measure presentation attack detection on labelled frames, and write a report')
    .requiredOption('--labels <file>', 'CSV file with the header path,label,attack[,subject]')
    .option('--images <dir>', 'folder that the paths start from (default: folder of the labels file)')
    .option('--report <dir>', 'folder for report.json and report.html', 'evaluation/pad')
    .option('--session-frames <n>', 'frames of one subject that are judged together', frameCount, 5)
    .option('--dataset <name>', 'name of the image set (default: name of the images folder)')
    .addOption(modelsOption())
    .action(async (options: EvaluatePadOptions) => {
      const directory = options.images ?? path.dirname(options.labels);
      const labelled = await readLabels(options.labels, directory);
      const pack = await loadModelPack(options.models);
      const { id, sha256 } = pack.presentation_attack_detection.entry;
      await prepareDirectory('--report', options.report);
      const findings = padFindingsOf(await examineAll(pack, labelled, directory), {
        model: { id, sha256 },
        dataset: options.dataset ?? path.basename(path.resolve(directory)),
        date: new Date().toISOString().slice(0, 10),
        commandLine: givenCommandLine(),
        sessionFrames: options.sessionFrames,
      });
      // The plots need the largest library of the command; nobody else should wait for it.
      const { padPage } = await import('./pad-evaluation/pad-page.js');
      const page = path.join(options.report, 'report.html');
      await writeFileAtomically(page, padPage(findings));
      await writeFileAtomically(
        path.join(options.report, 'report.json'),
        `${JSON.stringify(padDocument(findings), null, 2)}\n`,
      );
      process.stdout.write(padSummary(findings) + `\nReport: ${page}\n`);
    });
}

function frameCount(value: string): number {
  const frames = Number(value);
  if (!Number.isInteger(frames) || frames < 1) {
    throw new InvalidArgumentError('It must be a whole number of 1 or more.');
  }
  return frames;
}
