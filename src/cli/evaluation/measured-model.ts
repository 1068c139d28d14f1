import type { FaceCapturer } from '../../face/capture.js';
import { type CalibratedPipeline, calibratedPipeline, loadModelPack } from '../../face/model-pack.js';
import { readConfig } from '../../config/config.js';
import { startProgress } from '../terminal/progress.js';
import { LIMITS, withEngines } from './measuring-engines.js';

interface Capturing {
  readonly capturer: FaceCapturer;
  /** Images that keep all workers busy. */
  readonly inFlight: number;
  readonly advance: () => void;
}

/** The model whose scores are measured, and whatever turns images into its templates. */
export interface MeasuredModel {
  readonly pipeline: CalibratedPipeline;
  /** Of the weights; of a service, whose weights are elsewhere, of the whole pipeline. */
  readonly sha256: string;
  /** Lends it to `work`, shows the progress over `images` on stderr, and ends it afterwards. */
  capture<T>(images: number, work: (capturing: Capturing) => Promise<T>): Promise<T>;
}

const CHECKS = { presentation: false, live: false } as const;
const LABEL = 'Capturing';
/** Services that others use as well are busy at times; then it is waited, as they ask for. */
const PATIENCE = 20;

/**
 * That of the face recognition services which the environment names (FACE_API_URL), else that of the installation.
 *
 * @param models folder of the models and their manifest
 * @throws ConfigError, ModelPackError, FaceServiceError
 */
export async function measuredModel(models: string): Promise<MeasuredModel> {
  const { faceEngine } = readConfig(process.env);
  if (faceEngine.kind === 'service') return serviceModel(faceEngine);
  const pack = await loadModelPack(models);
  return {
    pipeline: calibratedPipeline(pack),
    sha256: pack.recognition.entry.sha256,
    capture: (images, work) =>
      withEngines(
        pack,
        { checks: CHECKS, subjectRule: 'nearest_to_centre', label: LABEL, images },
        ({ pool, ...rest }) => work({ capturer: pool, ...rest }),
      ),
  };
}

/** A service looks for the largest face, as it does for the server: that cannot be chosen. */
async function serviceModel(service: {
  readonly urls: readonly string[];
  readonly key: string;
  readonly model: string | null;
}): Promise<MeasuredModel> {
  const { meetServices } = await import('../../face/remote/service-meeting.js');
  const say = (sentence: string) => process.stderr.write(`${sentence}\n`);
  const met = await meetServices({
    ...service,
    checks: CHECKS,
    limits: LIMITS,
    log: { info: say, warn: say },
  });
  return {
    pipeline: met.pipeline,
    sha256: met.pipeline.pipelineSha256,
    capture: async (images, work) => {
      const progress = startProgress(LABEL, images, process.stderr);
      try {
        return await work({
          capturer: patient(met.engine),
          inFlight: 2 * met.workers,
          advance: progress.advance,
        });
      } finally {
        progress.stop();
        await met.engine.close();
      }
    },
  };
}

function patient(engine: FaceCapturer): FaceCapturer {
  return {
    modelId: engine.modelId,
    capture: async (sample, purpose) => {
      for (let tries = 1; ; tries++) {
        const result = await engine.capture(sample, purpose);
        if (result.outcome !== 'busy' || tries === PATIENCE) return result;
        await new Promise((resolve) => setTimeout(resolve, 1000 * result.retryAfterSeconds));
      }
    },
  };
}
