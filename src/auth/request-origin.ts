import { AsyncLocalStorage } from 'node:async_hooks';

/** Where what is being done came from: for limits, notices and the audit log, none of which changes what is done. */
export interface RequestOrigin {
  readonly requestId: string;
  /** For the account's owner, e.g. `Firefox on Linux`; null when unknown. */
  readonly device: string | null;
  /** What the client showed to be known as a device that has signed in before, whatever it is worth. */
  readonly deviceToken: string | null;
  /** The device, where it is known already by another proof of ours: the ticket of a live session. */
  readonly knownDevice?: { readonly accountId: string; readonly name: string };
  /** Of what a live session does: its decisions are counted apart from those on single pictures. */
  readonly isLive?: true;
}

/** Of what nobody asked for: housekeeping, and commands of an operator. */
export const NOBODY: RequestOrigin = { requestId: 'internal', device: null, deviceToken: null };

/** Carries the origin of a request through everything that is done for it, also across waits. */
export class RequestOrigins {
  readonly #storage = new AsyncLocalStorage<RequestOrigin>();

  run<T>(origin: RequestOrigin, work: () => T): T {
    return this.#storage.run(origin, work);
  }

  get current(): RequestOrigin {
    return this.#storage.getStore() ?? NOBODY;
  }
}
