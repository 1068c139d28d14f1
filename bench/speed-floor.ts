import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

import { lumaImage } from '../src/face/luma-image.js';
import { type ModelPack, type VerifiedModel } from '../src/face/model-pack.js';
import { SESSION_OPTIONS } from '../src/face/onnx-session.js';
import { type Box, type RgbImage, squareOf } from '../src/face/rgb-image.js';
import { sampleToTensor } from '../src/face/sampling.js';
import { boxToOutput } from '../src/face/tensor-spec.js';
import { sampleLuma } from '../src/face/upright-sampling.js';
import type { Subject } from './speed-images.js';

/** What there is no way around: the decoder, and the models that are run. */
export type FloorStage = 'decode' | 'detection' | 'landmarks' | 'presentation' | 'recognition';

/** As often as the engine's recipe runs each model on one picture. */
const RUNS = { detection: 1, landmarks: 8, presentation: 2, recognition: 2 } as const;
/** The engine looks at no more than so many pixels a side. */
const WORKING_SIDE = 1280;

export type FloorTimes = Readonly<Record<FloorStage, number>>;

interface BareModel {
  readonly session: InferenceSession;
  readonly feeds: Record<string, Tensor>;
}

/**
 * The bare cost of looking at a picture, on the thread that calls it, as the engine: sharp's decoder without
 * anything else, and `session.run` of the same models with the same options, as often as the engine runs them.
 * Inputs are prepared beforehand and outputs are not read.
 */
export class SpeedFloor {
  private constructor(private readonly models: Readonly<Record<keyof typeof RUNS, BareModel>>) {}

  static async load(pack: ModelPack, subject: Subject): Promise<SpeedFloor> {
    const { data, info } = await sharp(subject.jpegs['640×480']).raw().toBuffer({ resolveWithObject: true });
    const image: RgbImage = { width: info.width, height: info.height, data };
    const whole: Box = { left: 0, top: 0, width: info.width, height: info.height };
    return new SpeedFloor({
      detection: await bareModel(pack.detection, image, whole),
      landmarks: await bareModel(pack.landmarks, image, subject.face),
      presentation: await bareModel(pack.presentation_attack_detection, image, squareOf(subject.face, 2)),
      recognition: await bareModel(pack.recognition, image, subject.face),
    });
  }

  /** @returns milliseconds of each stage */
  async measure(jpeg: Uint8Array): Promise<FloorTimes> {
    return {
      decode: await timed(() => sharp(jpeg).raw().toBuffer()),
      detection: await this.#run('detection'),
      landmarks: await this.#run('landmarks'),
      presentation: await this.#run('presentation'),
      recognition: await this.#run('recognition'),
    };
  }

  #run(stage: keyof typeof RUNS): Promise<number> {
    const { session, feeds } = this.models[stage];
    return timed(async () => {
      for (let i = 0; i < RUNS[stage]; i++) await session.run(feeds);
    });
  }
}

/** What the decoder takes where it reduces a large picture while it reads it. @returns milliseconds */
export function decodeReduced(jpeg: Uint8Array): Promise<number> {
  const inside = { fit: 'inside', withoutEnlargement: true } as const;
  return timed(() => sharp(jpeg).resize(WORKING_SIDE, WORKING_SIDE, inside).raw().toBuffer());
}

export function floorTotal(times: FloorTimes, presentation: boolean): number {
  const { decode, detection, landmarks, recognition } = times;
  return decode + detection + landmarks + recognition + (presentation ? times.presentation : 0);
}

/** With an input as the engine would make it: what a model takes may depend on the numbers. */
async function bareModel({ entry, bytes }: VerifiedModel, image: RgbImage, box: Box): Promise<BareModel> {
  const { width, height, channels } = entry.input;
  const planes = channels === 'grey' ? 1 : 3;
  const data = new Float32Array(planes * width * height);
  const map = boxToOutput(box, width, height);
  if (planes === 3) sampleToTensor(image, map, entry.input, data, 'reflect');
  else sampleLuma(lumaImage(image), map, { width, height, mean: 0, scale: 256 }, data);
  // The runtime does not read memory that threads share.
  const session = await InferenceSession.create(bytes.slice(), SESSION_OPTIONS);
  const feeds = { [session.inputNames[0]!]: new Tensor('float32', data, [1, planes, height, width]) };
  return { session, feeds };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
