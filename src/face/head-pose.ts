import type { OnnxSession } from './onnx-session.js';
import { type Box, type RgbImage, scaleBox } from './rgb-image.js';
import { sampleToTensor } from './sampling.js';
import { type TensorSpec, boxToOutput } from './tensor-spec.js';

/**
 * Degrees. Yaw is positive when the person turns to the right as they see it, pitch when they look up, roll when
 * the head leans to the right shoulder. A resting head is not at zero: judge a change, never a value.
 */
export interface HeadPose {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** The network sees the face box with a quarter of it on each side. */
const CROP_FACTOR = 1.5;
/** Degrees of one class, and of the first one. */
const BIN = 3;
const FIRST_BIN = -99;
/** The names under which the model answers. */
const OUTPUTS = { yaw: 'output', pitch: '617', roll: '618' } as const;

/** Head pose as the expectation over 66 classes of 3° (Ruiz et al., "Fine-grained head pose", CVPRW 2018). */
export class HeadPoseEstimator {
  constructor(
    private readonly session: OnnxSession,
    private readonly spec: TensorSpec,
  ) {}

  async estimate(image: RgbImage, face: Box): Promise<HeadPose> {
    const { width, height } = this.spec;
    const crop = boxToOutput(scaleBox(face, CROP_FACTOR), width, height);
    sampleToTensor(image, crop, this.spec, this.session.input);
    const outputs = await this.session.run();
    this.session.clear();
    const angle = (name: string) => {
      const logits = outputs[name];
      if (!logits) throw new Error(`the head pose model lacks the output ${name}`);
      return expectedAngle(logits);
    };
    return { yaw: angle(OUTPUTS.yaw), pitch: angle(OUTPUTS.pitch), roll: angle(OUTPUTS.roll) };
  }
}

function expectedAngle(logits: Float32Array): number {
  const largest = Math.max(...logits);
  let weights = 0;
  let moment = 0;
  for (const [bin, logit] of logits.entries()) {
    const weight = Math.exp(logit - largest);
    weights += weight;
    moment += weight * bin;
  }
  return (moment / weights) * BIN + FIRST_BIN;
}
