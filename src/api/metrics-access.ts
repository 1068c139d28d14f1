import { createHash, timingSafeEqual } from 'node:crypto';

import ipaddr from 'ipaddr.js';

import { isLoopback } from './client-address.js';
import { Problem } from './problems.js';

/** Whoever sends one of these asks for somebody else, who need not be on this machine. */
const FORWARDING = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const;

interface MetricsRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the connection itself, whatever proxies say. */
  readonly peerAddress: string | undefined;
}

/**
 * Who may read the metrics: whoever knows METRICS_TOKEN; where there is none, whatever runs on this machine and says so by
 * its address. They hold no personal data, but they tell strangers how busy a server is, and whether an attack gets on.
 */
export class MetricsAccess {
  readonly #tokenHash: Buffer | null;

  constructor(token: string | null) {
    this.#tokenHash = token === null ? null : digest(token);
  }

  /** @throws Problem `invalid_token`; `not_found` where there is no token and the caller is elsewhere */
  require(request: MetricsRequest): void {
    if (this.#tokenHash === null) {
      if (!isFromHere(request)) throw new Problem('not_found');
      return;
    }
    const given = /^Bearer +(\S+)$/i.exec(String(request.headers['authorization'] ?? ''))?.[1] ?? '';
    // Over hashes: their length is the same, and the time tells nothing about the token.
    if (!timingSafeEqual(digest(given), this.#tokenHash)) {
      throw new Problem('invalid_token', {
        detail: 'Send METRICS_TOKEN of the server as "Authorization: Bearer …".',
      });
    }
  }
}

function isFromHere({ headers, peerAddress }: MetricsRequest): boolean {
  if (peerAddress === undefined || !isLoopback(peerAddress)) return false;
  if (FORWARDING.some((name) => headers[name] !== undefined)) return false;
  // A name of somebody's that leads here is how a foreign page in a browser on this machine would ask (DNS rebinding).
  return isLocalHost(String(headers['host'] ?? ''));
}

function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || (ipaddr.isValid(name) && isLoopback(name));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
