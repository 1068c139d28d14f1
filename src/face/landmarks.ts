import type { FivePoints } from './alignment.js';
import type { LumaImage } from './luma-image.js';
import type { OnnxSession } from './onnx-session.js';
import { type Box, type Point, meanPoint, scaleBox, squareOf } from './rgb-image.js';
import { type GreySpec, type TensorSpec, boxToOutput, perChannel } from './tensor-spec.js';
import { sampleLuma } from './upright-sampling.js';

/** 68 points in the iBUG 300-W order, in pixels of the picture. */
export type Landmarks = readonly Point[];

const POINTS = 68;

/**
 * The landmark model answers a little differently for every crop; the mean of several is steadier than any
 * one of them, and steady landmarks are worth more to the comparison than anything else around the
 * recognition model (docs/accuracy.md has the effect of each step).
 */
const CROP_FACTORS = [1, 1.1] as const;

/** How the detector's box, as the model knows it, lies around the 68 points, in parts of their extent. */
const BOX_MARGIN = { side: 0.05, above: 0.22, below: 0.05 } as const;

export class LandmarkFinder {
  readonly #spec: GreySpec;

  constructor(
    private readonly session: OnnxSession,
    { width, height, mean, scale }: TensorSpec,
  ) {
    this.#spec = { width, height, mean: perChannel(mean)[0], scale: perChannel(scale)[0] };
  }

  /**
   * Two passes: one over the detector's box, one over the box that the points themselves span, which does
   * not share the detector's jitter. @returns the mean of both
   */
  async find(image: LumaImage, face: Box): Promise<Landmarks> {
    const first = await this.#findIn(image, face);
    const second = await this.#findIn(image, boxAround(first));
    this.session.clear();
    return meanShape([first, second]);
  }

  async #findIn(image: LumaImage, box: Box): Promise<Landmarks> {
    const shapes: Landmarks[] = [];
    for (const shape of [box, squareOf(box)]) {
      for (const factor of CROP_FACTORS) shapes.push(await this.#run(image, scaleBox(shape, factor)));
    }
    return meanShape(shapes);
  }

  async #run(image: LumaImage, crop: Box): Promise<Landmarks> {
    const { width, height } = this.#spec;
    sampleLuma(image, boxToOutput(crop, width, height), this.#spec, this.session.input);
    const { output } = await this.session.run();
    if (output?.length !== 2 * POINTS) throw new Error('the landmark model does not give 68 points');
    return Array.from({ length: POINTS }, (_, i) => ({
      x: crop.left + output[2 * i]! * crop.width,
      y: crop.top + output[2 * i + 1]! * crop.height,
    }));
  }
}

function meanShape(shapes: readonly Landmarks[]): Landmarks {
  return Array.from({ length: POINTS }, (_, i) => meanPoint(shapes.map((shape) => shape[i]!)));
}

function boxAround(landmarks: Landmarks): Box {
  const xs = landmarks.map((p) => p.x);
  const ys = landmarks.map((p) => p.y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  return {
    left: left - BOX_MARGIN.side * width,
    top: top - BOX_MARGIN.above * height,
    width: (1 + 2 * BOX_MARGIN.side) * width,
    height: (1 + BOX_MARGIN.above + BOX_MARGIN.below) * height,
  };
}

/** Eye centres, nose tip and mouth corners out of the 68 points. */
export function fivePoints(landmarks: Landmarks): FivePoints {
  return [
    meanPoint(landmarks.slice(36, 42)),
    meanPoint(landmarks.slice(42, 48)),
    landmarks[30]!,
    landmarks[48]!,
    landmarks[54]!,
  ];
}
