import type { Config } from './config/config.js';
import type { BiometricEngine } from './face/biometric-engine.js';
import {
  type Calibration,
  loosestThreshold,
  readCalibration,
  strictestThreshold,
  thresholdFor,
} from './face/calibration.js';
import type { DecisionThreshold } from './face/comparison.js';
import { FaceEnginePool } from './face/engine-pool.js';
import type { EngineReport } from './face/engine-report.js';
import { calibratedPipeline, loadModelPack } from './face/model-pack.js';
import type { CallHeaders } from './face/remote/service-connection.js';
import type { ServiceLog } from './face/remote/service-instance.js';
import { ENGINE_WORKER, installed } from './installation.js';

const MODELS = installed('models');
const CALIBRATION = installed('calibration');

export interface FaceEngineOptions {
  /** Is called once workers load their models, if there are any. */
  readonly onStarting?: () => void;
  readonly onReport?: (report: EngineReport) => void;
  /** Is told when a face recognition service goes and comes. */
  readonly log?: ServiceLog;
  /** Go with each call of a face recognition service. */
  readonly callHeaders?: CallHeaders;
}

type EngineSettings = Pick<Config, 'face' | 'faceEngine' | 'liveness'>;

/** Whatever looks at faces, and what its scores mean. */
export interface CalibratedEngine {
  readonly engine: BiometricEngine;
  /** Of the decision. */
  readonly threshold: DecisionThreshold;
  readonly witnessThreshold: DecisionThreshold;
  readonly renewalThreshold: DecisionThreshold;
}

const SILENT: ServiceLog = { info: () => undefined, warn: () => undefined };

/** @throws ModelPackError, CalibrationError, FaceServiceError with a sentence for the operator */
export async function openFaceEngine(
  settings: EngineSettings,
  options: FaceEngineOptions = {},
): Promise<CalibratedEngine> {
  const { face, faceEngine, liveness } = settings;
  const checks = { presentation: liveness !== 'off', live: liveness !== 'off' };
  if (faceEngine.kind === 'service') return openServices(settings, faceEngine, checks, options);
  const pack = await loadModelPack(MODELS);
  const calibration = await readCalibration(CALIBRATION, calibratedPipeline(pack));
  const thresholds = thresholdsOf(calibration, settings);
  const { onReport, onStarting } = options;
  const engine = await FaceEnginePool.start(pack, {
    ...face,
    checks,
    workerFile: ENGINE_WORKER,
    ...(onStarting ? { onStarting } : {}),
    ...(onReport ? { onReport } : {}),
  });
  return { engine, ...thresholds };
}

/** The models are elsewhere; what their scores mean is decided here. */
async function openServices(
  settings: EngineSettings,
  { urls, key, model }: Extract<EngineSettings['faceEngine'], { kind: 'service' }>,
  checks: { readonly presentation: boolean; readonly live: boolean },
  { onReport, callHeaders, log = SILENT }: FaceEngineOptions,
): Promise<CalibratedEngine> {
  // Its HTTP client takes longer to load than most of what a server with workers of its own loads at all.
  const { meetServices } = await import('./face/remote/service-meeting.js');
  const { limits } = settings.face;
  const met = await meetServices({
    urls,
    key,
    model,
    checks,
    limits,
    log,
    ...(onReport ? { onReport } : {}),
    ...(callHeaders ? { callHeaders } : {}),
  });
  try {
    const calibration = await readCalibration(CALIBRATION, met.pipeline, met.calibrationCommand);
    return { engine: met.engine, ...thresholdsOf(calibration, settings) };
  } catch (error) {
    await met.engine.close();
    throw error;
  }
}

function thresholdsOf(calibration: Calibration, { face }: EngineSettings) {
  return {
    threshold: thresholdFor(calibration, face.maxFalseMatchRate),
    witnessThreshold: loosestThreshold(calibration),
    renewalThreshold: strictestThreshold(calibration),
  };
}
