import type { Template } from '../capture.js';
import type { FrameOutcome } from '../frame-observation.js';
import type { PresentationDecision } from '../presentation-attack.js';
import type { Hint, LiveFailure } from './live-event.js';
import type { FrameTrace } from './recordings.js';

/** What a session that was answered in full gives to the comparison. */
export interface LiveEvidence {
  readonly template: Template;
  /** 0…1, of the poorest probe in it. */
  readonly qualityScore: number;
  readonly presentation: PresentationDecision;
  /**
   * Features of the frames that decided: each movement at its extent, each colour. The person in them has to be
   * the one of the template, which is made of other frames.
   */
  readonly witnesses: readonly Float32Array[];
  /** Of every frame that shows the person, in their order. */
  readonly traces: readonly FrameTrace[];
}

export interface JudgedFrame {
  readonly outcome: FrameOutcome;
  /** The stage that the frame answers. */
  readonly nonce: string;
  /** When it was taken, in milliseconds on the judge's clock. */
  readonly at: number;
}

export type Judgement =
  | { readonly kind: 'guidance'; readonly hint: Hint | null }
  /** The frame answers a stage that is over: it was on its way when the next one began. */
  | { readonly kind: 'stale' }
  /** Another stage begins: `show` says which. */
  | { readonly kind: 'stage' }
  | { readonly kind: 'answered'; readonly evidence: LiveEvidence }
  | { readonly kind: 'failed'; readonly failure: LiveFailure };
