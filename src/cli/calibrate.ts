import path from 'node:path';

import { type Command, Option } from 'commander';

import { installed } from '../installation.js';
import { calibrate } from './evaluation/calibration-document.js';
import { calibrationSummary } from './evaluation/calibration-summary.js';
import { type DatasetOptions, addDatasetOptions, datasetName } from './evaluation/dataset-options.js';
import { measuredModel } from './evaluation/measured-model.js';
import { prepareDirectory, writeFileAtomically } from './evaluation/output-files.js';
import { readPairs } from './evaluation/pairs-file.js';
import { collectScores } from './evaluation/score-collection.js';

interface CalibrateOptions extends DatasetOptions {
  readonly out: string;
}

export function registerCalibrate(program: Command): void {
  const command = program
    .command('calibrate')
    .description('Find the decision threshold of each false match rate from labelled pairs of images');
  addDatasetOptions(command)
    .addOption(
      new Option('--out <dir>', 'folder for <model id>.json').default(
        installed('calibration'),
        'calibration of the installation',
      ),
    )
    .action(async (options: CalibrateOptions) => {
      const pairs = await readPairs(options.pairs, options.images);
      const model = await measuredModel(options.models);
      await prepareDirectory('--out', options.out);
      const scores = await collectScores(model, pairs, options.images);

      const { id, pipelineSha256 } = model.pipeline;
      const result = calibrate(scores, {
        model: { id, pipeline: pipelineSha256 },
        dataset: datasetName(options),
        date: new Date().toISOString().slice(0, 10),
      });
      const file = path.join(options.out, `${id}.json`);
      await writeFileAtomically(file, `${JSON.stringify(result.calibration, null, 2)}\n`);
      process.stdout.write(calibrationSummary(result, scores) + `\nWritten: ${file}\n`);
    });
}
