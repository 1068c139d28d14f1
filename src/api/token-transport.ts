import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { AuthError } from '../auth/auth-error.js';

/** A client that sends `cookie` here gets its tokens in cookies, and in no body. */
export const TRANSPORT_HEADER = 'vultus-token-transport';
/** By which a client that keeps no cookies is known as a device that has signed in before. */
export const DEVICE_HEADER = 'vultus-device-token';

export type TokenKind = 'authorization' | 'verification' | 'device';

/**
 * The prefix is one that browsers enforce: such a cookie comes from this host itself, over a secure connection, and no
 * neighbouring subdomain can put one in its place. There is no insecure mode; docs/adr/0025 says who takes
 * http://localhost for secure.
 */
const PREFIX = '__Host-vultus-';
const COOKIES: Readonly<Record<TokenKind, string>> = {
  authorization: `${PREFIX}authorization`,
  verification: `${PREFIX}verification`,
  device: `${PREFIX}device`,
};

export function asksForCookies({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers[TRANSPORT_HEADER] === 'cookie';
}

/** Methods that change nothing. */
export function isSafe({ method }: Pick<FastifyRequest, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** @returns whether the request brings a cookie of ours, whatever it is worth, and if it be twice */
export function bringsCookies({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const given = pairsOf(headers.cookie);
  return Object.values(COOKIES).some((name) => given.some((pair) => pair[name] !== undefined));
}

/** Requests by the page's own origin, by the person (an address typed in), and of programs that do not say. */
const OWN_FETCH_SITES: readonly unknown[] = ['same-origin', 'none', undefined];

/**
 * Where a cookie counts: beside the header, which makes a browser ask before it lets a page of another origin send it,
 * and for reading, unless the browser says that a page of another origin wants to.
 */
function cookiesCount(request: RequestHead): boolean {
  if (asksForCookies(request)) return true;
  return isSafe(request) && OWN_FETCH_SITES.includes(request.headers['sec-fetch-site']);
}

type RequestHead = Pick<FastifyRequest, 'headers' | 'method'>;

/**
 * @returns the token that the request brings: that of the header Authorization, else that of the cookie
 * @throws AuthError `invalid_token` without one
 */
export function credentialOf(request: RequestHead, kind: 'authorization' | 'verification'): string {
  if (request.headers.authorization !== undefined) return bearerTokenOf(request);
  return (cookiesCount(request) ? cookieOf(request, kind) : null) ?? refuse();
}

/** @throws AuthError `invalid_token` without one */
export function bearerTokenOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const [, token] = /^Bearer +([\w.~+/=-]+) *$/i.exec(headers.authorization ?? '') ?? [];
  return token ?? refuse();
}

/** @returns what the client shows to be known as a device, whatever it is worth */
export function deviceTokenOf(request: Pick<FastifyRequest, 'headers'>): string | null {
  const header = request.headers[DEVICE_HEADER];
  return typeof header === 'string' ? header : cookieOf(request, 'device');
}

/** @returns null also where the cookie comes twice: one of the two was put there by somebody else, and nobody can tell which */
export function cookieOf({ headers }: Pick<FastifyRequest, 'headers'>, kind: TokenKind): string | null {
  const name = COOKIES[kind];
  const given = pairsOf(headers.cookie).filter((pair) => pair[name] !== undefined);
  return given.length === 1 ? given[0]![name]! : null;
}

/** Each by itself: of two with the same name the parser would keep the first and not say so. */
function pairsOf(header = ''): Record<string, string | undefined>[] {
  const ours = header.split(';').filter((pair) => pair.includes(PREFIX));
  return ours.map((pair) => parseCookie(pair));
}

/** @param seconds that the browser keeps it */
export function setTokenCookie(reply: FastifyReply, kind: TokenKind, token: string, seconds: number): void {
  void reply.header(
    'set-cookie',
    stringifySetCookie({
      name: COOKIES[kind],
      value: token,
      maxAge: Math.max(0, Math.floor(seconds)),
      path: '/',
      secure: true,
      httpOnly: true,
      sameSite: 'strict',
    }),
  );
}

export function clearTokenCookie(reply: FastifyReply, kind: TokenKind): void {
  setTokenCookie(reply, kind, '', 0);
}

function refuse(): never {
  throw new AuthError('invalid_token');
}
