import type { OnnxSession } from './onnx-session.js';
import { type Box, type RgbImage, intersectionArea } from './rgb-image.js';
import { sampleToTensor } from './sampling.js';
import type { TensorSpec } from './tensor-spec.js';

export interface DetectedFace {
  readonly box: Box;
  /** The detector's score, 0…1. */
  readonly score: number;
}

const MIN_SCORE = 0.7;
const MAX_OVERLAP = 0.35;

/**
 * Finds faces with the RFB detector (4,420 priors; boxes come decoded, in relative corners).
 * The picture is fitted into the model's input without distortion, the remainder filled by its edge.
 */
export class FaceDetector {
  constructor(
    private readonly session: OnnxSession,
    private readonly spec: TensorSpec,
  ) {}

  /** @returns the faces in `image`, best score first, in pixels of `image` */
  async detect(image: RgbImage): Promise<DetectedFace[]> {
    const { width, height } = this.spec;
    const scale = Math.max(image.width / width, image.height / height);
    const left = (image.width - width * scale) / 2;
    const top = (image.height - height * scale) / 2;
    const map = { a: scale, b: 0, tx: left + scale / 2 - 0.5, c: 0, d: scale, ty: top + scale / 2 - 0.5 };
    sampleToTensor(image, map, this.spec, this.session.input);
    const { scores, boxes } = await this.session.run();
    this.session.clear();
    if (!scores || !boxes) throw new Error('the detection model lacks the outputs scores and boxes');

    const candidates: DetectedFace[] = [];
    for (let i = 0; i * 2 < scores.length; i++) {
      const score = scores[i * 2 + 1]!;
      if (score < MIN_SCORE) continue;
      const x0 = boxes[i * 4]! * width * scale + left;
      const y0 = boxes[i * 4 + 1]! * height * scale + top;
      const x1 = boxes[i * 4 + 2]! * width * scale + left;
      const y1 = boxes[i * 4 + 3]! * height * scale + top;
      candidates.push({ score, box: { left: x0, top: y0, width: x1 - x0, height: y1 - y0 } });
    }
    return suppressOverlaps(candidates);
  }
}

/** Non-maximum suppression: of boxes that overlap by more than `MAX_OVERLAP` the best one stays. */
function suppressOverlaps(candidates: DetectedFace[]): DetectedFace[] {
  const kept: DetectedFace[] = [];
  for (const candidate of candidates.sort((a, b) => b.score - a.score)) {
    if (kept.every((face) => overlap(face.box, candidate.box) <= MAX_OVERLAP)) kept.push(candidate);
  }
  return kept;
}

/** Intersection over union, 0…1. */
function overlap(a: Box, b: Box): number {
  const shared = intersectionArea(a, b);
  return shared / (a.width * a.height + b.width * b.height - shared);
}
