import type { LumaImage } from './luma-image.js';
import { median } from './median.js';
import { moireProminence } from './moire.js';
import type { OnnxSession } from './onnx-session.js';
import { type Box, type RgbImage, squareOf } from './rgb-image.js';
import { sampleToTensor } from './sampling.js';
import { type TensorSpec, boxToOutput } from './tensor-spec.js';
import { screenBorder } from './screen-border.js';
import { sampleLuma } from './upright-sampling.js';

/** What is known about a sample; `not_checked` is not a weak `bona_fide`, and no answer may treat it as one. */
export type PresentationDecision = 'not_checked' | 'bona_fide' | 'attack';

/** What one picture says about how the face came before the camera. */
export interface PresentationScores {
  /** The PAD score of the network, 0 (attack) … 1 (bona fide). */
  readonly network: number;
  /** The most prominent moiré in dB; null where the face is too small for an opinion. */
  readonly moire: number | null;
  /** How much of a screen's or a print's edge is seen round the face, 0…1. */
  readonly border: number;
}

/**
 * The square crops that the network looks at, in lengths of the face box's longer side. The mean of both
 * separates better than any one of them; the black that other recipes put beyond the picture ruins it, so
 * the picture is reflected there (docs/accuracy.md).
 */
const CROP_SCALES = [2.0, 2.2] as const;

/**
 * A face darker than this (mean luma of its box, 0…255) is brightened before the network sees it: against
 * the light, bona fide faces are otherwise taken for attacks. Attacks do not gain by it (docs/accuracy.md).
 */
const EXPOSURE = { target: 140, maxGain: 3 } as const;

/** What the medians of a presentation must keep to be taken for bona fide. */
export interface PresentationLimits {
  /** The least PAD score of the network. */
  readonly network: number;
  /** dB, from which moiré is an attack by itself. */
  readonly moire: number;
  /** From which a border is a doubt: only the network, and only with `networkInBorder`, can then dispel it. */
  readonly border: number;
  readonly networkInBorder: number;
}

/**
 * The limits in use; docs/accuracy.md has the error rates at them. The network's is chosen for a BPCER of at most 5 %
 * over bona fide sessions of several frames, as far above the attacks as that allows. Moiré lies above everything
 * that bona fide pictures showed (10.5 dB); a border above all but boards with a desk before them and pictures
 * with bars, whence the second vote, and not so high that the network could not dispel most of these doubts.
 */
export const PRESENTATION_LIMITS: PresentationLimits = {
  network: 0.2,
  moire: 12,
  border: 0.87,
  networkInBorder: 0.9,
};

const METER_SIDE = 32;
const METER = { width: METER_SIDE, height: METER_SIDE, mean: 0, scale: 1 } as const;

/** Passive presentation attack detection (ISO/IEC 30107-3): how much one picture looks like a live face. */
export class PresentationAttackDetector {
  readonly #meter = new Float32Array(METER_SIDE * METER_SIDE);

  constructor(
    private readonly session: OnnxSession,
    private readonly spec: TensorSpec,
  ) {}

  async examine(image: RgbImage, luma: LumaImage, face: Box): Promise<PresentationScores> {
    const gain = this.#exposureGain(luma, face);
    let sum = 0;
    for (const scale of CROP_SCALES) sum += await this.#run(image, squareOf(face, scale), gain);
    this.session.clear();
    return {
      network: sum / CROP_SCALES.length,
      moire: moireProminence(luma, face),
      border: screenBorder(luma, face),
    };
  }

  #exposureGain(image: LumaImage, face: Box): number {
    sampleLuma(image, boxToOutput(face, METER_SIDE, METER_SIDE), METER, this.#meter);
    const mean = this.#meter.reduce((sum, luma) => sum + luma, 0) / this.#meter.length;
    this.#meter.fill(0);
    return Math.min(EXPOSURE.maxGain, Math.max(1, EXPOSURE.target / Math.max(mean, 1)));
  }

  async #run(image: RgbImage, crop: Box, gain: number): Promise<number> {
    const { width, height } = this.spec;
    const { input } = this.session;
    sampleToTensor(image, boxToOutput(crop, width, height), this.spec, input, 'reflect');
    if (gain > 1) for (let i = 0; i < input.length; i++) input[i] = Math.min(255, input[i]! * gain);
    const { output } = await this.session.run();
    if (output?.length !== 3) {
      throw new Error('the presentation attack detection model does not give three classes');
    }
    return softmaxOfFirst(output);
  }
}

function softmaxOfFirst(logits: Float32Array): number {
  const largest = Math.max(...logits);
  const weights = [...logits].map((logit) => Math.exp(logit - largest));
  return weights[0]! / weights.reduce((sum, weight) => sum + weight, 0);
}

/**
 * @param scores of one picture, or of several of one presentation; their medians decide
 * @returns `not_checked` when there are none
 */
export function judgePresentation(
  scores: readonly PresentationScores[],
  limits: PresentationLimits = PRESENTATION_LIMITS,
): PresentationDecision {
  if (scores.length === 0) return 'not_checked';
  const moire = scores.flatMap((score) => score.moire ?? []);
  if (moire.length > 0 && median(moire) >= limits.moire) return 'attack';
  const inBorder = median(scores.map(({ border }) => border)) >= limits.border;
  const least = inBorder ? Math.max(limits.network, limits.networkInBorder) : limits.network;
  return median(scores.map(({ network }) => network)) >= least ? 'bona_fide' : 'attack';
}
