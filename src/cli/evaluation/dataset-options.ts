import path from 'node:path';

import type { Command } from 'commander';

import { modelsOption } from '../models-option.js';

/** What both commands want to know about the images that they measure on. */
export interface DatasetOptions {
  readonly pairs: string;
  readonly images: string;
  readonly dataset?: string;
  readonly models: string;
}

export function addDatasetOptions(command: Command): Command {
  return command
    .requiredOption('--pairs <file>', 'CSV file with the header path_a,path_b,same[,fold]')
    .requiredOption('--images <dir>', 'folder that the paths of the pairs file start from')
    .option('--dataset <name>', 'name of the image set (default: name of the images folder)')
    .addOption(modelsOption());
}

export function datasetName(options: Pick<DatasetOptions, 'images' | 'dataset'>): string {
  return options.dataset ?? path.basename(path.resolve(options.images));
}
