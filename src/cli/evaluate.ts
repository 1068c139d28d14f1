import path from 'node:path';

import { type Command, Option } from 'commander';

import { type Calibration, CalibrationError, readCalibration } from '../face/calibration.js';
import type { CalibratedPipeline } from '../face/model-pack.js';
import { installed } from '../installation.js';
import { givenCommandLine } from './evaluation/command-line.js';
import { type DatasetOptions, addDatasetOptions, datasetName } from './evaluation/dataset-options.js';
import { evaluationSummary } from './evaluation/evaluation-summary.js';
import { findingsOf } from './evaluation/findings.js';
import { measuredModel } from './evaluation/measured-model.js';
import { prepareDirectory, writeFileAtomically } from './evaluation/output-files.js';
import { readPairs } from './evaluation/pairs-file.js';
import { reportDocument } from './evaluation/report-document.js';
import { collectScores } from './evaluation/score-collection.js';

interface EvaluateOptions extends DatasetOptions {
  readonly report: string;
  readonly calibration: string;
}

export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('Measure accuracy and error rates on labelled pairs of images, and write a report');
  addDatasetOptions(command)
    .addOption(
      new Option('--calibration <dir>', 'folder of the calibration to check').default(
        installed('calibration'),
        'calibration of the installation',
      ),
    )
    .option('--report <dir>', 'folder for report.json and report.html', 'evaluation')
    .action(async (options: EvaluateOptions) => {
      const pairs = await readPairs(options.pairs, options.images);
      const model = await measuredModel(options.models);
      const calibration = await shippedCalibration(options.calibration, model.pipeline);
      await prepareDirectory('--report', options.report);
      const scores = await collectScores(model, pairs, options.images);

      const findings = findingsOf(scores, calibration, {
        model: { id: model.pipeline.id, sha256: model.sha256 },
        dataset: datasetName(options),
        date: new Date().toISOString().slice(0, 10),
        commandLine: givenCommandLine(),
      });
      // The plots need the largest library of the command; nobody else should wait for it.
      const { reportPage } = await import('./evaluation/report-page.js');
      const page = path.join(options.report, 'report.html');
      await writeFileAtomically(page, reportPage(findings));
      await writeFileAtomically(
        path.join(options.report, 'report.json'),
        `${JSON.stringify(reportDocument(findings), null, 2)}\n`,
      );
      process.stdout.write(evaluationSummary(findings) + `\nReport: ${page}\n`);
    });
}

/** A missing calibration is no obstacle to measuring: it becomes a sentence of the report. */
async function shippedCalibration(
  directory: string,
  pipeline: CalibratedPipeline,
): Promise<Calibration | CalibrationError> {
  try {
    return await readCalibration(directory, pipeline);
  } catch (error) {
    if (error instanceof CalibrationError) return error;
    throw error;
  }
}
