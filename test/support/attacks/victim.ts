import { expect } from 'vitest';

import type { ApiClient } from '../api-client.js';
import { Authenticator } from '../authenticator.js';
import { attempt, bearer } from './calls.js';
import { routesOf } from './routes.js';

/** An account that has something of everything that may be stolen from it. */
export interface Victim {
  readonly id: string;
  readonly email: string;
  /** Of the session that it has open. */
  readonly token: string;
  readonly sessionId: string;
  readonly authenticator: Authenticator;
  readonly codes: readonly string[];
  readonly noticeId: string;
}

/** For a server without a PUBLIC_URL, on a page that may use its passkeys. */
export function newAuthenticator(origin = 'http://localhost:3000'): Authenticator {
  return new Authenticator('localhost', origin);
}

/** @param picture of the face to enrol, where the account is to have one */
export async function createVictim(api: ApiClient, picture?: Uint8Array): Promise<Victim> {
  const { id, email, token } = picture ? await api.enrolled(picture) : await api.signUp();
  const authenticator = newAuthenticator();
  await bindPasskey(api, token, authenticator);
  const issued = await api.post('/user/recovery-codes', { token });
  expect(issued.status).toBe(201);
  const { codes } = issued.body as unknown as { codes: string[] };
  const { notices } = (await api.get('/user/notices', { token })).body as unknown as {
    notices: { id: string }[];
  };
  const [sessionId] = await sessionIdsOf(api, token);
  return { id, email, token, sessionId: sessionId!, authenticator, codes, noticeId: notices[0]!.id };
}

export async function bindPasskey(
  api: ApiClient,
  token: string,
  authenticator: Authenticator,
): Promise<void> {
  const { body } = await api.post('/user/passkeys/options', { token });
  const response = authenticator.create(body as unknown as { challenge: string });
  const bound = await api.post('/user/passkeys', { token, json: { name: 'key', response } });
  expect(bound.status).toBe(201);
}

/** @returns the latest first */
export async function sessionIdsOf(api: ApiClient, token: string): Promise<string[]> {
  const { body } = await api.get('/user/sessions', { token });
  return (body as unknown as { sessions: { id: string }[] }).sessions.map(({ id }) => id);
}

/** All that the account's owner can see of it, by every call that shows something: compared, it tells whether anything was changed. */
export async function stateOf(url: string, token: string): Promise<Record<string, unknown>> {
  const routes = (await routesOf({ url })).filter(
    // The export leaves a notice behind, and has what the others have.
    ({ method, path, security, parameters }) =>
      method === 'GET' &&
      security === 'authorization' &&
      path !== '/user/export' &&
      !parameters.some(({ in: place }) => place === 'path'),
  );
  const state: Record<string, unknown> = {};
  for (const route of routes) {
    const { status, body } = await attempt(url, route, { headers: bearer(token) });
    expect({ path: route.path, status }).toEqual({ path: route.path, status: 200 });
    state[route.path] = body;
  }
  return state;
}
