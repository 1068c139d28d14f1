import { readCalibration, thresholdFor } from '../../face/calibration.js';
import { MODEL_TASKS, calibratedPipeline, loadModelPack } from '../../face/model-pack.js';
import type { Config } from '../../config/config.js';
import { openFaceEngine } from '../../open-face-engine.js';
import { installed } from '../../installation.js';
import { cosine, rate } from '../terminal/number-format.js';
import { type Finding, findings, wordsOf } from './finding.js';

/** What looks at faces, and what its scores mean. */
export function checkEngine(config: Config): Promise<Finding[]> {
  return config.faceEngine.kind === 'local' ? checkModels(config) : checkServices(config);
}

async function checkModels(config: Config): Promise<Finding[]> {
  const models = findings('models');
  const calibrations = findings('calibration');
  const found: Finding[] = [];
  const pack = await loadModelPack(installed('models')).catch((error: unknown) => {
    found.push(models.failed(wordsOf(error)));
    return null;
  });
  if (!pack) return found;
  try {
    const calibration = await readCalibration(installed('calibration'), calibratedPipeline(pack));
    const threshold = thresholdFor(calibration, config.face.maxFalseMatchRate);
    found.push(
      calibrations.ok(
        `at most ${rate(threshold.falseMatchRate)} of strangers match (cosine ${cosine(threshold.cosine)}), ` +
          `measured with these models on ${calibration.measured_on.date}`,
      ),
    );
  } catch (error) {
    found.push(calibrations.failed(wordsOf(error)));
    return found;
  }
  // One worker tells as much as many.
  const { engine } = await openFaceEngine({ ...config, face: { ...config.face, workers: 1 } });
  await engine.close();
  const loaded = config.liveness === 'off' ? 'each that LIVENESS=off needs' : 'each';
  const says = `${MODEL_TASKS.length} files are the ones of the manifest; ${loaded} has loaded and run`;
  return [models.ok(says), ...found];
}

/** The same agreement as at the server's start: the services answer, take the key, and name a model that is calibrated. */
async function checkServices(config: Config): Promise<Finding[]> {
  const { ok } = findings('face services');
  const { engine, threshold } = await openFaceEngine(config);
  try {
    await engine.checkHealth();
    return [
      ok(
        `answer with ${engine.modelId}: at most ${rate(threshold.falseMatchRate)} of strangers match ` +
          `(cosine ${cosine(threshold.cosine)})`,
      ),
    ];
  } finally {
    await engine.close();
  }
}
