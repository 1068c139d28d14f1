import type { Template } from '../capture.js';
import { cosineSimilarity } from '../comparison.js';
import type { ObservedFace } from '../frame-observation.js';
import type { PresentationScores } from '../presentation-attack.js';

/**
 * Least cosine between a frame and the person of this session. Within a session light and camera are the
 * same: one frame in a thousand of the same person lies below 0.7, none below 0.65, turned ones included; strangers
 * reach 0.5 less than once in 100,000 (docs/accuracy.md).
 */
const SAME_PERSON = 0.5;
/** One frame may be spoilt by movement; two in a row are somebody else. */
const MAX_STRANGE_FRAMES = 2;
/**
 * Least cosine between a frame and the one shortly before it. Within half a second a person who moves stays above
 * 0.78 (docs/accuracy.md); pictures of one person that were not taken together lie below. Compared over
 * longer gaps it says nothing.
 */
const SAME_MOMENT = 0.7;
const MOMENT_MS = 500;
/** A camera stutters at times; cuts that recur are put together by hand. */
const MAX_CUTS = 2;
/** How many of the best probes make the template that is compared. */
const FUSED_PROBES = 5;
/** Two frames of a camera differ at least by its noise. */
const IDENTICAL = 0.9995;
const MAX_FROZEN_MS = 1_500;

/** Whether two frames of one session show one person. */
export function showSamePerson(a: Float32Array, b: Float32Array): boolean {
  return cosineSimilarity(a, b) >= SAME_PERSON;
}

/** Follows one person through a session and gathers what is compared with the reference in the end. */
export class IdentityTrack {
  readonly #anchor: Float32Array;
  readonly #probes: ObservedFace[] = [];
  readonly #followed: Float32Array[] = [];
  #strangeFrames = 0;
  #cuts = 0;
  #previous: { readonly face: ObservedFace; readonly at: number } | null = null;
  #frozenSince: number | null = null;

  /** @param faces of one person at rest, at least one of them a probe */
  constructor(faces: readonly ObservedFace[]) {
    this.#anchor = fused(faces.map(({ features }) => ({ features, weight: 1 })));
    for (const face of faces) this.#keepProbe(face);
  }

  /**
   * @param at time of the frame in milliseconds
   * @returns whether the frame shows the session's person, as they were a moment ago; `changed` when it is settled
   *          that it does not, `frozen` when the camera has been showing one and the same picture for too long
   */
  follow(face: ObservedFace, at: number): 'same' | 'doubtful' | 'changed' | 'frozen' {
    const previous = this.#previous;
    this.#previous = { face, at };
    const alike = previous ? cosineSimilarity(previous.face.features, face.features) : 0;
    if (alike <= IDENTICAL) this.#frozenSince = null;
    else if (at - (this.#frozenSince ??= previous?.at ?? at) > MAX_FROZEN_MS) return 'frozen';
    if (previous && at - previous.at <= MOMENT_MS && alike < SAME_MOMENT) {
      return ++this.#cuts > MAX_CUTS ? 'changed' : 'doubtful';
    }
    if (!showSamePerson(face.features, this.#anchor)) {
      return ++this.#strangeFrames >= MAX_STRANGE_FRAMES ? 'changed' : 'doubtful';
    }
    this.#strangeFrames = 0;
    this.#followed.push(face.features);
    this.#keepProbe(face);
    return 'same';
  }

  /** Of all probes, and of those alone that are compared: many of the one must not speak for few of the other. */
  get presentation(): { readonly all: PresentationScores[]; readonly compared: PresentationScores[] } {
    return { all: presentationOf(this.#probes), compared: presentationOf(this.#best) };
  }

  /**
   * Whether every frame shows the person of this template. The anchor alone does not settle it: pictures that lie
   * between two people resemble both.
   */
  isAllOf({ vector }: Template): boolean {
    return this.#followed.every((features) => showSamePerson(features, vector));
  }

  /** The template of the session: the best probes, each by its quality. */
  probe(): { template: Template; qualityScore: number } {
    const best = this.#best;
    const modelId = best[0]?.probe?.modelId;
    if (modelId === undefined) throw new Error('a session without a probe has nothing to compare');
    return {
      template: {
        modelId,
        vector: fused(best.map(({ features, qualityScore }) => ({ features, weight: qualityScore + 0.1 }))),
      },
      qualityScore: best.at(-1)!.qualityScore,
    };
  }

  get #best(): ObservedFace[] {
    return this.#probes.toSorted((a, b) => b.qualityScore - a.qualityScore).slice(0, FUSED_PROBES);
  }

  #keepProbe(face: ObservedFace): void {
    if (face.probe) this.#probes.push(face);
  }
}

function presentationOf(faces: readonly ObservedFace[]): PresentationScores[] {
  return faces.flatMap(({ probe }) => (probe ? [probe.presentation] : []));
}

/** The direction of the weighted sum. */
function fused(parts: readonly { features: Float32Array; weight: number }[]): Float32Array {
  const sum = new Float32Array(parts[0]!.features.length);
  for (const { features, weight } of parts) {
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * features[i]!;
  }
  const norm = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0));
  return sum.map((value) => value / norm);
}
