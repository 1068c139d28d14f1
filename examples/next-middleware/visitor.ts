import type { User } from '@vultus/client';

import { VULTUS_URL } from './vultus-url';

export type Visitor =
  | { readonly is: 'signed_in'; readonly user: User }
  | { readonly is: 'signed_out' }
  /** Vultus does not answer, or says that it cannot tell now. That is not the visitor's doing. */
  | { readonly is: 'unknown' };

/**
 * Cookies as they are: Vultus refuses one that comes twice, and a parser in between would pick one. The address is for
 * the budgets of requests, where TRUSTED_PROXIES says that it is to be believed.
 */
const HANDED_ON = ['authorization', 'cookie', 'x-forwarded-for'];

/**
 * Asks the Vultus server whose session a request brings. Nothing is remembered: a session that was revoked is
 * refused from the next request on.
 *
 * @param headers of the visitor's request
 */
export async function whoIs(headers: Pick<Headers, 'get'>): Promise<Visitor> {
  const handedOn = new Headers();
  for (const name of HANDED_ON) {
    const value = headers.get(name);
    if (value !== null) handedOn.set(name, value);
  }
  try {
    const response = await fetch(`${VULTUS_URL}/user`, {
      headers: handedOn,
      cache: 'no-store',
      signal: AbortSignal.timeout(5_000),
    });
    if (response.status === 401) return { is: 'signed_out' };
    if (!response.ok) return { is: 'unknown' };
    const { user } = (await response.json()) as { user?: User };
    return user ? { is: 'signed_in', user } : { is: 'unknown' };
  } catch {
    return { is: 'unknown' };
  }
}
