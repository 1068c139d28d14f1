import { type Config, readConfig } from '../../config/config.js';
import { CalibrationError, readCalibration, thresholdFor } from '../../face/calibration.js';
import { ModelPackError, calibratedPipeline, loadModelPack } from '../../face/model-pack.js';
import { installed } from '../../installation.js';
import { cosine, rate } from '../terminal/number-format.js';
import { printable } from '../terminal/printable.js';
import { textTable } from '../terminal/text-table.js';
import { misspelt, misspeltSentence } from './misspelt.js';
import { type Setting, VARIABLES, settings } from './settings.js';

export interface ConfigOptions {
  readonly json?: true;
}

/** What follows of the settings, and has no variable of its own. */
interface Derived {
  readonly name: string;
  readonly value: string;
}

/** @throws ConfigError with the sentences that the server would end with */
export async function runConfig({ json }: ConfigOptions): Promise<void> {
  const given = Object.keys(process.env).filter((name) => process.env[name] !== '');
  const warnings = misspelt(given, VARIABLES).map((unknown) => printable(misspeltSentence(unknown)));
  // Before the configuration is read: a misspelt name may be what is wrong with it.
  if (!json) process.stderr.write(warnings.map((sentence) => `Warning: ${sentence}\n`).join(''));
  const config = readConfig(process.env);
  const variables = settings(config, process.env);
  const derived = await derive(config);
  process.stdout.write(json ? asJson(variables, derived, warnings) : asTables(variables, derived));
}

async function derive(config: Config): Promise<Derived[]> {
  const { face, faceEngine } = config;
  const places = face.workers + face.maxQueue;
  return [
    { name: 'pictures received, waiting or looked at', value: `${places} at once` },
    { name: 'decision threshold', value: faceEngine.kind === 'local' ? await threshold(config) : SERVICE },
  ];
}

const SERVICE = 'by the calibration of the model that the services name: vultus doctor asks them';

async function threshold({ face }: Config): Promise<string> {
  try {
    const pack = await loadModelPack(installed('models'));
    const calibration = await readCalibration(installed('calibration'), calibratedPipeline(pack));
    const chosen = thresholdFor(calibration, face.maxFalseMatchRate);
    return (
      `cosine ${cosine(chosen.cosine)} with ${calibration.model}: at most ${rate(chosen.falseMatchRate)} of ` +
      'strangers match'
    );
  } catch (error) {
    // The server would not start; the settings are worth seeing all the same.
    if (error instanceof ModelPackError || error instanceof CalibrationError) return `none: ${error.message}`;
    throw error;
  }
}

function asTables(variables: readonly Setting[], derived: readonly Derived[]): string {
  const settingTable = textTable([
    ['variable', 'from', 'value'],
    ...variables.map(({ name, value, from }) => [name, from, printable(value)]),
  ]);
  const derivedTable = textTable([
    ['what follows', 'value'],
    ...derived.map(({ name, value }) => [name, printable(value)]),
  ]);
  return `${settingTable}\n\n${derivedTable}\n`;
}

function asJson(
  variables: readonly Setting[],
  derived: readonly Derived[],
  warnings: readonly string[],
): string {
  return `${JSON.stringify({ variables, derived, warnings }, null, 2)}\n`;
}
