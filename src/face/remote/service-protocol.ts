import type { BiometricSample, CaptureOutcome, CapturePurpose } from '../capture.js';
import type { FrameOutcome } from '../frame-observation.js';
import type { ServiceConnection } from './service-connection.js';
import type { ServiceFacts, ServiceObjection, ServiceReply } from './service-reply.js';

/**
 * One call about one picture; it may be made again, at any service: nothing is kept of a picture.
 *
 * @throws ServiceFailure
 */
export type ServiceCall<T> = (connection: ServiceConnection, signal: AbortSignal) => Promise<ServiceReply<T>>;

/** What is spoken with services of one kind. */
export interface ServiceProtocol {
  /** Of the templates: agreed at the start, and the same for as long as the server runs. */
  readonly modelId: string;
  /** Asks a service whether it may be given pictures. @throws ServiceFailure */
  check(connection: ServiceConnection, signal: AbortSignal): Promise<ServiceFacts | ServiceObjection>;
  /** @returns the outcome where no service needs to be asked for it */
  capture(
    sample: BiometricSample,
    purpose: CapturePurpose,
  ): Promise<ServiceCall<CaptureOutcome> | CaptureOutcome>;
  observe(frame: BiometricSample, purpose: CapturePurpose): ServiceCall<FrameOutcome>;
}
