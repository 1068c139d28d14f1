/** What must work for requests to be served. */
export class Readiness {
  /** @param check throws what a request would run into now */
  constructor(readonly check: () => Promise<void>) {}
}
