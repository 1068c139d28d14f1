import { type VultusClient, type VultusProblem, isProblem } from '@vultus/client';

import type { Purpose } from './check-state.js';
import type { Happening } from './face-check.js';
import { FrameCanvas } from './frame-taker.js';

/** Time to look up before the first picture. */
const SETTLE_MS = 1_500;
const BETWEEN_PICTURES_MS = 1_000;
/** Pictures that cannot be used cost nothing, but somebody has to be told that it goes nowhere. */
const MAX_PICTURES = 15;
/** Each one counts as an attempt. */
const MAX_MISMATCHES = 3;

interface PictureCheckSettings {
  readonly client: VultusClient;
  readonly purpose: Purpose;
  readonly consentVersion: string | undefined;
  readonly video: HTMLVideoElement;
  readonly report: (happening: Happening) => void;
  readonly signal: AbortSignal;
}

/** Single pictures, where the server makes no live checks. */
export class PictureCheck {
  readonly #canvas = new FrameCanvas();

  constructor(private readonly settings: PictureCheckSettings) {}

  /** A sign-in: picture after picture, until one is of the person. @throws what the client throws */
  async verify(): Promise<void> {
    const { client, report, signal } = this.settings;
    let mismatches = 0;
    let problem: VultusProblem | undefined;
    await pause(SETTLE_MS);
    for (let taken = 0; taken < MAX_PICTURES; taken++) {
      try {
        const picture = await this.#picture();
        if (signal.aborted) return;
        if (picture) {
          report({ type: 'passed', user: await client.verifyPicture(picture) });
          return;
        }
      } catch (error) {
        if (!isUnusable(error) && !(isProblem(error, 'face_mismatch') && ++mismatches < MAX_MISMATCHES))
          throw error;
        problem = error;
        if (isUnusable(error)) report({ type: 'picture_unusable', problem: error });
      }
      await pause(BETWEEN_PICTURES_MS);
    }
    report(problem ? { type: 'refused', problem } : { type: 'camera_ended' });
  }

  /** An enrolment: the one picture that the person has taken. @throws what the client throws */
  async enrol(): Promise<void> {
    const { client, consentVersion, video, report, signal } = this.settings;
    // At once, so that a second press finds no shutter.
    report({ type: 'picture_taken' });
    const picture = await this.#picture();
    if (signal.aborted) return;
    if (!picture) {
      report({ type: 'camera_ended' });
      return;
    }
    // The person sees what is looked at.
    video.pause();
    try {
      await client.enrolPicture(picture, consentVersion === undefined ? {} : { consentVersion });
      report({ type: 'passed', user: await client.account() });
    } catch (error) {
      if (!isUnusable(error)) throw error;
      report({ type: 'picture_unusable', problem: error });
    } finally {
      await video.play().catch(() => undefined);
    }
  }

  #picture(): Promise<Blob | null> {
    return this.#canvas.picture(this.settings.video);
  }
}

function isUnusable(error: unknown): error is VultusProblem {
  return isProblem(error, 'no_face', 'multiple_faces', 'poor_quality');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
