import { expect } from 'vitest';

import { type Attempt, attempt, bearer } from './calls.js';
import { type Route, nameOf } from './routes.js';

export const SECRETS = { JWT_SECRET: 'j'.repeat(48), FACE_AUTH_SECRET: 'f'.repeat(48) };

export function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Presents each token at each call that needs one, in each place where a token may be: all are refused alike. */
export async function expectRefused(
  url: string,
  routes: readonly Route[],
  tokens: Readonly<Record<string, string>>,
  given: Attempt = {},
): Promise<void> {
  expect(routes.length).toBeGreaterThan(0);
  for (const route of routes) {
    const kind = route.security;
    if (kind === null) throw new Error(`${nameOf(route)} needs no token`);
    for (const [forgery, token] of Object.entries(tokens)) {
      const cookie = `__Host-vultus-${kind}=${token}`;
      const page = { 'vultus-token-transport': 'cookie', 'sec-fetch-site': 'same-origin' };
      for (const headers of [bearer(token), ...(kind === 'ticket' ? [] : [{ cookie, ...page }])]) {
        const { status, code } = await attempt(url, route, { ...given, headers });
        const where = { call: nameOf(route), forgery, by: Object.keys(headers)[0] };
        expect({ ...where, status, code }).toEqual({ ...where, status: 401, code: 'invalid_token' });
      }
    }
  }
}
