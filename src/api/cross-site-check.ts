import type { FastifyRequest } from 'fastify';

import type { PageOrigins } from './page-origins.js';
import { Problem } from './problems.js';
import { asksForCookies, bringsCookies, isSafe } from './token-transport.js';

/**
 * Cross-site request forgery: a page of another site makes the visitor's browser send something, and the cookies go
 * along. Looked at for every request that brings cookies of ours or wants some; there is no list of routes that one
 * could be missing from.
 */
export class CrossSiteCheck {
  constructor(private readonly pages: PageOrigins) {}

  /** @throws Problem `cross_site_request` */
  require(request: Pick<FastifyRequest, 'headers' | 'method'>): void {
    if (isSafe(request) || !this.#concernsCookies(request)) return;
    const { headers } = request;
    if (headers['sec-fetch-site'] === 'same-origin') return;
    // Whatever else the browser says, or an old one does not say, the origin decides.
    if (this.pages.allow(headers.origin, headers.host)) return;
    throw new Problem('cross_site_request');
  }

  #concernsCookies(request: Pick<FastifyRequest, 'headers'>): boolean {
    // Whatever else it brings: it may be answered with a session, for the browser to keep.
    if (asksForCookies(request)) return true;
    // Beside a header Authorization no cookie is looked at.
    return request.headers.authorization === undefined && bringsCookies(request);
  }
}
