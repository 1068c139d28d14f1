import type { FaceCapturer } from './capture.js';
import type { FrameObserver } from './frame-observation.js';

/** All that a server asks of whatever looks at faces: workers of its own, or services elsewhere. */
export interface BiometricEngine extends FaceCapturer, FrameObserver {
  /** Those that look at pictures, as far as it is known. */
  readonly workers?: number;
  /** Pictures that wait for one of them in this process. */
  readonly queued?: number;
  /** @throws EngineUnavailable when pictures could not be looked at now; being busy is not that */
  checkHealth(): Promise<void>;
  /** Lets running and waiting work finish. */
  close(): Promise<void>;
}

/** Nothing looks at faces now: an outage, and nothing that the person who sent a picture has done. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
  readonly retryAfterSeconds = 1;
}
