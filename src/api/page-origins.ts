/** Whose pages may use what browsers send along with a visitor: those of the server itself, and those that the operator allows. */
export class PageOrigins {
  readonly #allowed: ReadonlySet<string>;
  readonly #isSecure: boolean;

  /**
   * @param publicUrl where browsers find the server
   * @param others of other pages
   */
  constructor(publicUrl: string, others: readonly string[]) {
    this.#allowed = new Set([publicUrl, ...others]);
    this.#isSecure = publicUrl.startsWith('https:');
  }

  /** @param host that the request was sent to */
  allow(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || !URL.canParse(origin)) return false;
    if (this.#allowed.has(origin)) return true;
    const url = new URL(origin);
    // Whoever is between the visitor and the server can serve a page of this host, but not over https.
    return url.host === host && (url.protocol === 'https:' || !this.#isSecure);
  }
}
