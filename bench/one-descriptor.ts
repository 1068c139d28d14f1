import { alignFace } from '../src/face/aligned-face.js';
import { ARCFACE_TEMPLATE, fitSimilarity } from '../src/face/alignment.js';
import { type ImageLimits, decodeImage } from '../src/face/decode.js';
import { FaceDetector } from '../src/face/detector.js';
import { FaceEmbedder } from '../src/face/embedder.js';
import { type SubjectRule, selectFace } from '../src/face/face-selection.js';
import { LandmarkFinder, fivePoints } from '../src/face/landmarks.js';
import { lumaImage } from '../src/face/luma-image.js';
import type { ModelPack, VerifiedModel } from '../src/face/model-pack.js';
import { OnnxSession } from '../src/face/onnx-session.js';

/**
 * The engine's own way from a picture to a descriptor, but for the mirror image of the face, which is a second
 * descriptor: no peer makes one.
 */
export class OneDescriptor {
  private constructor(
    private readonly detector: FaceDetector,
    private readonly landmarks: LandmarkFinder,
    private readonly embedder: FaceEmbedder,
    private readonly limits: ImageLimits,
  ) {}

  static async load(
    { detection, landmarks, recognition }: ModelPack,
    limits: ImageLimits,
  ): Promise<OneDescriptor> {
    return new OneDescriptor(
      new FaceDetector(await sessionOf(detection), detection.entry.input),
      new LandmarkFinder(await sessionOf(landmarks), landmarks.entry.input),
      new FaceEmbedder(await sessionOf(recognition), recognition.entry),
      limits,
    );
  }

  /** @returns null where there is no picture or no face to be described */
  async describe(sample: Uint8Array, rule: SubjectRule): Promise<Float32Array | null> {
    const decoded = await decodeImage(sample, this.limits);
    if (decoded.outcome !== 'decoded') return null;
    const { image } = decoded;
    const subject = selectFace(rule, await this.detector.detect(image), image);
    if (subject.outcome !== 'selected') return null;
    const landmarks = await this.landmarks.find(lumaImage(image), subject.face.box);
    const { map } = fitSimilarity(ARCFACE_TEMPLATE, fivePoints(landmarks));
    return this.embedder.embedUpright(alignFace(image, map));
  }
}

async function sessionOf({ entry, bytes }: VerifiedModel): Promise<OnnxSession> {
  const { width, height, channels } = entry.input;
  return OnnxSession.load(bytes, [1, channels === 'grey' ? 1 : 3, height, width]);
}
