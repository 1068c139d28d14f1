import type { FastifyRequest } from 'fastify';

import { Problem } from './problems.js';
import { asksForCookies, bringsCookies, isSafe } from './token-transport.js';

/**
 * Cross-site request forgery: a page of another site makes the visitor's browser send something, and the cookies go
 * along. Looked at for every request that brings cookies of ours or wants some; there is no list of routes that one
 * could be missing from.
 */
export class CrossSiteCheck {
  readonly #origins: ReadonlySet<string>;
  readonly #isSecure: boolean;

  /**
   * @param publicUrl where browsers find the server
   * @param origins of other pages that may use cookies
   */
  constructor(publicUrl: string, origins: readonly string[]) {
    this.#origins = new Set([publicUrl, ...origins]);
    this.#isSecure = publicUrl.startsWith('https:');
  }

  /** @throws Problem `cross_site_request` */
  require(request: Pick<FastifyRequest, 'headers' | 'method'>): void {
    const { headers } = request;
    // With a header Authorization no cookie is looked at.
    if (isSafe(request) || headers.authorization !== undefined) return;
    if (!asksForCookies(request) && !bringsCookies(request)) return;
    if (headers['sec-fetch-site'] === 'same-origin') return;
    // Whatever else the browser says, or an old one does not say, the origin decides.
    if (this.#allows(headers.origin, headers.host)) return;
    throw new Problem('cross_site_request');
  }

  #allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || !URL.canParse(origin)) return false;
    if (this.#origins.has(origin)) return true;
    const url = new URL(origin);
    // Whoever is between the visitor and the server can serve a page of this host, but not over https.
    return url.host === host && (url.protocol === 'https:' || !this.#isSecure);
  }
}
