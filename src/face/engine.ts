import { ARCFACE_TEMPLATE, fitSimilarity } from './alignment.js';
import type { BiometricSample, CaptureOutcome, CapturePurpose } from './capture.js';
import { type ImageLimits, decodeImage } from './decode.js';
import { FaceDetector } from './detector.js';
import { FaceEmbedder } from './embedder.js';
import { type SubjectRule, selectFace } from './face-selection.js';
import { LandmarkFinder, fivePoints } from './landmarks.js';
import { type ModelPack, type VerifiedModel, templateModelId } from './model-pack.js';
import { OnnxSession } from './onnx-session.js';
import { judgeExposure, judgeQuality, measureQuality } from './quality.js';
import type { RgbImage } from './rgb-image.js';

/**
 * The whole way from an encoded picture to a template, on the thread that calls it: `capture` blocks that
 * thread for the time of the models, so servers call it through `FaceEnginePool`.
 * One call at a time; it keeps nothing of a picture.
 */
export class FaceEngine {
  readonly #recognitionModel: string;
  readonly #detector: FaceDetector;
  readonly #landmarks: LandmarkFinder;
  readonly #embedder: FaceEmbedder;
  readonly #limits: ImageLimits;
  readonly #subjectRule: SubjectRule;

  private constructor(
    parts: { detector: FaceDetector; landmarks: LandmarkFinder; embedder: FaceEmbedder },
    recognitionModel: string,
    limits: ImageLimits,
    subjectRule: SubjectRule,
  ) {
    this.#detector = parts.detector;
    this.#landmarks = parts.landmarks;
    this.#embedder = parts.embedder;
    this.#recognitionModel = recognitionModel;
    this.#limits = limits;
    this.#subjectRule = subjectRule;
  }

  static async load(
    pack: ModelPack,
    limits: ImageLimits,
    subjectRule: SubjectRule = 'largest',
  ): Promise<FaceEngine> {
    const [detection, landmarks, recognition] = await Promise.all([
      openSession(pack.detection),
      openSession(pack.landmarks),
      openSession(pack.recognition),
    ]);
    const parts = {
      detector: new FaceDetector(detection, pack.detection.entry.input),
      landmarks: new LandmarkFinder(landmarks, pack.landmarks.entry.input),
      embedder: new FaceEmbedder(recognition, pack.recognition.entry),
    };
    return new FaceEngine(parts, templateModelId(pack), limits, subjectRule);
  }

  async capture(sample: BiometricSample, purpose: CapturePurpose): Promise<CaptureOutcome> {
    const decoded = await decodeImage(sample, this.#limits);
    if (decoded.outcome !== 'decoded') return decoded;
    const { image, reduction } = decoded;

    const subject = selectFace(this.#subjectRule, await this.#detector.detect(image), image);
    if (subject.outcome === 'no_face') return withoutFace(image);
    if (subject.outcome !== 'selected') return subject;

    const { box } = subject.face;
    const landmarks = await this.#landmarks.find(image, box);
    const five = fivePoints(landmarks);
    const crop = fitSimilarity(ARCFACE_TEMPLATE, five).map;
    const measured = measureQuality(image, { box, landmarks, five, crop }, reduction);
    const quality = judgeQuality(measured, purpose);
    if (quality.reasons.length > 0) return { outcome: 'poor_quality', reasons: quality.reasons };

    const vector = await this.#embedder.embed(image, crop);
    return {
      outcome: 'captured',
      template: { modelId: this.#recognitionModel, vector },
      qualityScore: quality.score,
    };
  }
}

/** Where nobody could see a face for want of light, that is the reason worth giving. */
function withoutFace(image: RgbImage): CaptureOutcome {
  const reason = judgeExposure(image);
  return reason ? { outcome: 'poor_quality', reasons: [reason] } : { outcome: 'no_face' };
}

function openSession({ entry, bytes }: VerifiedModel): Promise<OnnxSession> {
  const { width, height, channels } = entry.input;
  return OnnxSession.load(bytes, [1, channels === 'grey' ? 1 : 3, height, width]);
}
