/** A service that does not answer a question in this time would not answer a picture either. */
export const CHECK_TIMEOUT_MS = 2000;

export interface ServiceTiming {
  /** While a picture is waited for, the service is asked this often whether it is there at all. */
  readonly doubtMs: number;
  /** A picture that has not been answered after this time is asked of another service, where there is one. */
  readonly callMs: number;
  /** How long one that has failed too often is left alone. */
  readonly restMs: number;
  /** How often it is tried whether that time is over. */
  readonly recheckMs: number;
  /** How often one that somebody has to change is asked whether that was done. */
  readonly mendMs: number;
}

export const SERVICE_TIMING: ServiceTiming = {
  doubtMs: 3000,
  callMs: 12_000,
  restMs: 1000,
  recheckMs: 500,
  mendMs: 5000,
};
