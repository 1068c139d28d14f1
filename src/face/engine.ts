import { type AlignedFace, alignFace } from './aligned-face.js';
import { ARCFACE_TEMPLATE, type FivePoints, fitSimilarity } from './alignment.js';
import type { BiometricSample, CaptureOutcome, CapturePurpose, FailureToAcquire } from './capture.js';
import { type ImageLimits, decodeImage } from './decode.js';
import { FaceDetector } from './detector.js';
import { FaceEmbedder } from './embedder.js';
import { sceneColours } from './face-colour.js';
import { faceGeometry } from './face-geometry.js';
import { type SubjectRule, selectFace } from './face-selection.js';
import { frameDigest } from './frame-digest.js';
import { StageClock } from './engine-report.js';
import type { ExaminationOutcome } from './frame-examination.js';
import type { DarkFrame, FrameOutcome } from './frame-observation.js';
import { HeadPoseEstimator } from './head-pose.js';
import { LandmarkFinder, type Landmarks, fivePoints } from './landmarks.js';
import { type LumaImage, lumaImage } from './luma-image.js';
import { templateModelId } from './model-identity.js';
import type { ModelPack, VerifiedModel } from './model-pack.js';
import { OnnxSession } from './onnx-session.js';
import { clearKernelMemory } from './kernels.js';
import { PresentationAttackDetector, judgePresentation } from './presentation-attack.js';
import { judgeExposure, judgeQuality, measureQuality } from './quality.js';
import type { Box, RgbImage } from './rgb-image.js';
import type { AffineMap } from './tensor-spec.js';

/** Which checks beyond the comparison the engine makes; what it does not make, it does not load. */
export interface EngineChecks {
  /** Passive presentation attack detection on every sample. */
  readonly presentation: boolean;
  /** Frames of live sessions can be observed. */
  readonly live: boolean;
}

export interface EngineOptions {
  readonly limits: ImageLimits;
  readonly checks: EngineChecks;
  readonly subjectRule: SubjectRule;
}

/** The one face of a picture, found and measured; everything in pixels of `image`. */
interface LocatedFace {
  readonly outcome: 'located';
  readonly image: RgbImage;
  readonly luma: LumaImage;
  /** Pixels of the original per pixel of `image`. */
  readonly reduction: number;
  readonly box: Box;
  readonly landmarks: Landmarks;
  readonly five: FivePoints;
  /** From the pixels of the aligned face. */
  readonly crop: AffineMap;
  readonly aligned: AlignedFace;
}

/** A face that is turned further is followed, but no probe is taken of it; in the unit of `FaceGeometry.turn`. */
const MAX_PROBE_TURN = 0.35;

interface EngineParts {
  readonly detector: FaceDetector;
  readonly landmarks: LandmarkFinder;
  readonly embedder: FaceEmbedder;
  readonly presentation: PresentationAttackDetector | null;
  /** Loads it when a frame first asks: most of what a worker looks at are pictures, and it takes 17 MB. */
  readonly pose: (() => Promise<HeadPoseEstimator>) | null;
}

/**
 * The whole way from an encoded picture to a template, on the thread that calls it: it blocks that thread for
 * the time of the models, so servers call it through `FaceEnginePool`.
 * One call at a time; it keeps nothing of a picture.
 */
export class FaceEngine {
  private constructor(
    private readonly parts: EngineParts,
    private readonly recognitionModel: string,
    private readonly options: EngineOptions,
  ) {}

  static async load(pack: ModelPack, options: EngineOptions): Promise<FaceEngine> {
    const { checks } = options;
    const [detection, landmarks, recognition, presentation] = await Promise.all([
      openSession(pack.detection),
      openSession(pack.landmarks),
      openSession(pack.recognition),
      checks.presentation ? openSession(pack.presentation_attack_detection) : null,
    ]);
    const parts: EngineParts = {
      detector: new FaceDetector(detection, pack.detection.entry.input),
      landmarks: new LandmarkFinder(landmarks, pack.landmarks.entry.input),
      embedder: new FaceEmbedder(recognition, pack.recognition.entry),
      presentation:
        presentation &&
        new PresentationAttackDetector(presentation, pack.presentation_attack_detection.entry.input),
      pose: checks.live ? onceAsked(() => openPoseEstimator(pack.head_pose)) : null,
    };
    return new FaceEngine(parts, templateModelId(pack), options);
  }

  /**
   * @param clock is told which stage takes how long
   * @param examined whether to look for a presentation attack, where the engine can; else it is `not_checked`
   */
  async capture(
    sample: BiometricSample,
    purpose: CapturePurpose,
    clock = new StageClock(),
    examined = true,
  ): Promise<CaptureOutcome> {
    return forgetting(() => this.#capture(sample, purpose, clock, examined));
  }

  async #capture(
    sample: BiometricSample,
    purpose: CapturePurpose,
    clock: StageClock,
    examined: boolean,
  ): Promise<CaptureOutcome> {
    const face = await this.#locate(sample, clock);
    if (face.outcome !== 'located') return face;
    const quality = judgeQuality(measureQuality(face.image, face, face.reduction), purpose);
    clock.lap('quality');
    if (quality.reasons.length > 0) return { outcome: 'poor_quality', reasons: quality.reasons };

    const presentation = examined ? this.parts.presentation : null;
    const decision = presentation
      ? judgePresentation([await presentation.examine(face.image, face.luma, face.box)])
      : 'not_checked';
    clock.lap('presentation');
    // Embedded in any case: the time must not tell a stranger which of the two checks refused the sample.
    const vector = await this.parts.embedder.embed(face.aligned);
    clock.lap('recognition');
    if (decision === 'attack') return { outcome: 'presentation_attack' };
    return {
      outcome: 'captured',
      template: { modelId: this.recognitionModel, vector },
      qualityScore: quality.score,
      presentation: decision,
    };
  }

  /** @throws Error when the engine was loaded without live sessions */
  async observe(
    frame: BiometricSample,
    purpose: CapturePurpose,
    clock = new StageClock(),
  ): Promise<FrameOutcome> {
    return forgetting(() => this.#observe(frame, purpose, clock));
  }

  async #observe(frame: BiometricSample, purpose: CapturePurpose, clock: StageClock): Promise<FrameOutcome> {
    const { embedder, pose, presentation } = this.parts;
    if (!pose || !presentation) throw new Error('the engine was loaded without live sessions');
    const face = await this.#locate(frame, clock);
    if (face.outcome !== 'located') return face;
    const { image, luma, box, crop, aligned } = face;
    const quality = judgeQuality(measureQuality(image, face, face.reduction), purpose);
    const geometry = faceGeometry(face.landmarks);
    clock.lap('quality');
    // What is not looked at in full costs half: turned and poor frames are followed, but no template is made of them.
    const inFull = quality.reasons.length === 0 && Math.abs(geometry.turn) <= MAX_PROBE_TURN;
    const scores = inFull ? await presentation.examine(image, luma, box) : null;
    if (scores) clock.lap('presentation');
    const [colours, digest] = [sceneColours(image, box, crop), frameDigest(luma)];
    clock.lap('scene');
    const headPose = await (await pose()).estimate(image, box);
    clock.lap('head_pose');
    const features = await (inFull ? embedder.embed(aligned) : embedder.embedUpright(aligned));
    clock.lap('recognition');
    return {
      outcome: 'observed',
      place: {
        left: box.left / image.width,
        top: box.top / image.height,
        width: box.width / image.width,
        height: box.height / image.height,
      },
      reasons: quality.reasons,
      qualityScore: quality.score,
      pose: headPose,
      geometry,
      colours,
      digest,
      features,
      probe: scores && { modelId: this.recognitionModel, presentation: scores },
    };
  }

  /** @throws Error when the engine was loaded without presentation attack detection */
  async examine(
    sample: BiometricSample,
    purpose: CapturePurpose,
    clock = new StageClock(),
  ): Promise<ExaminationOutcome> {
    return forgetting(() => this.#examine(sample, purpose, clock));
  }

  async #examine(
    sample: BiometricSample,
    purpose: CapturePurpose,
    clock: StageClock,
  ): Promise<ExaminationOutcome> {
    const { presentation } = this.parts;
    if (!presentation) throw new Error('the engine was loaded without presentation attack detection');
    const face = await this.#locate(sample, clock);
    if (face.outcome !== 'located') return face;
    const { reasons } = judgeQuality(measureQuality(face.image, face, face.reduction), purpose);
    clock.lap('quality');
    const scores = await presentation.examine(face.image, face.luma, face.box);
    clock.lap('presentation');
    return { outcome: 'examined', reasons, presentation: scores };
  }

  async #locate(
    sample: BiometricSample,
    clock: StageClock,
  ): Promise<LocatedFace | DarkFrame | Exclude<FailureToAcquire, { outcome: 'poor_quality' }>> {
    const decoded = await decodeImage(sample, this.options.limits);
    clock.lap('decode');
    if (decoded.outcome !== 'decoded') return decoded;
    const { image, reduction } = decoded;
    const faces = await this.parts.detector.detect(image);
    clock.lap('detection');
    const subject = selectFace(this.options.subjectRule, faces, image);
    if (subject.outcome === 'no_face') return withoutFace(image);
    if (subject.outcome !== 'selected') return subject;
    const { box } = subject.face;
    const luma = lumaImage(image);
    const landmarks = await this.parts.landmarks.find(luma, box);
    const five = fivePoints(landmarks);
    const crop = fitSimilarity(ARCFACE_TEMPLATE, five).map;
    const aligned = alignFace(image, crop);
    clock.lap('landmarks');
    return { outcome: 'located', image, luma, reduction, box, landmarks, five, crop, aligned };
  }
}

/** What a picture has left in the memory that all pictures of this thread use is gone when it has been looked at. */
async function forgetting<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } finally {
    clearKernelMemory();
  }
}

/** Where nobody could see a face for want of light, that is the reason worth giving. */
function withoutFace(image: RgbImage): DarkFrame | { outcome: 'no_face' } {
  const reason = judgeExposure(image);
  return reason ? { outcome: 'poor_quality', reasons: [reason] } : { outcome: 'no_face' };
}

async function openPoseEstimator(model: VerifiedModel): Promise<HeadPoseEstimator> {
  return new HeadPoseEstimator(await openSession(model), model.entry.input);
}

function onceAsked<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** The first run of a model takes several times as long as any other: nobody should wait for it. */
async function openSession({ entry, bytes }: VerifiedModel): Promise<OnnxSession> {
  const { width, height, channels } = entry.input;
  const session = await OnnxSession.load(bytes, [1, channels === 'grey' ? 1 : 3, height, width]);
  await session.run();
  return session;
}
