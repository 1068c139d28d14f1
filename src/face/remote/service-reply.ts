import type { EngineBusy } from '../capture.js';
import type { StageTimes } from '../engine-report.js';

/**
 * A service did not do its part: it cannot be reached, breaks off, is too late, or answers what nobody can read. It says
 * nothing about the picture, so that another service may be asked.
 */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';

  /**
   * @param message what it does, after its name: "cannot be reached"
   * @param kind `connection_lost`: an open connection ended without an answer, as one does whose other end has been idle
   *        for too long or is being restarted, so that the same service may be asked again; `late`: it was not waited
   *        for any longer
   */
  constructor(
    message: string,
    readonly kind: 'connection_lost' | 'late' | 'out_of_order' = 'out_of_order',
  ) {
    super(message);
  }
}

/** What became of one picture. */
export interface ServiceAnswer<T> {
  readonly kind: 'answered';
  readonly outcome: T;
  /** In the worker of the service; null where it does not say. */
  readonly ms: number | null;
  readonly stages: StageTimes;
}

/** The service works, but must not be asked until somebody has changed it. */
export interface ServiceObjection {
  readonly kind: 'objection';
  /** Why, for the operator, after the name of the service: "refuses the API key …". */
  readonly sentence: string;
}

export interface ServiceBusy {
  readonly kind: 'busy';
  readonly busy: EngineBusy;
}

export type ServiceReply<T> = ServiceAnswer<T> | ServiceObjection | ServiceBusy;

/** What is known of a service that may be asked. */
export interface ServiceFacts {
  readonly kind: 'fit';
  /** Pictures that it looks at side by side, as far as it says. */
  readonly workers: number;
}

export const WRONG_KEY: ServiceObjection = {
  kind: 'objection',
  sentence: 'refuses the API key: FACE_API_KEY must be one of its keys',
};
