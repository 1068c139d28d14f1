import createClient, { type Client, type Middleware } from 'openapi-fetch';

import type { paths } from './api-types.js';
import { ServerUnreachable, VultusProblem, isProblemBody } from './problem.js';
import { type TokenStore, tokenKindOf } from './tokens.js';

/** Every route of the server, typed by its OpenAPI document. */
export type Api = Client<paths>;

export const DEVICE_HEADER = 'vultus-device-token';

export interface CallSettings {
  readonly serverUrl: string;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
  /** Null for a client whose tokens are cookies. */
  readonly tokens: TokenStore | null;
}

export function createApi({ serverUrl, timeoutMs, fetch, tokens }: CallSettings): Api {
  const api = createClient<paths>({
    baseUrl: serverUrl,
    credentials: tokens ? 'omit' : 'include',
    fetch: (request) => fetchInTime(fetch, request, timeoutMs),
  });
  api.use(tokens ? bearer(tokens) : COOKIES);
  return api;
}

/** @throws ServerUnreachable */
async function fetchInTime(fetch: typeof globalThis.fetch, request: Request, timeoutMs: number) {
  try {
    return await fetch(request, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]),
    });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ServerUnreachable('The server does not answer.', { cause: error });
  }
}

/** Tells the server to keep tokens in cookies; it is also what no page of another origin can send unasked. */
const COOKIES: Middleware = {
  onRequest({ request }) {
    request.headers.set('vultus-token-transport', 'cookie');
    return request;
  },
};

function bearer(tokens: TokenStore): Middleware {
  return {
    onRequest({ request, schemaPath }) {
      const kind = tokenKindOf(schemaPath);
      const token = kind && tokens.get(kind);
      if (token !== undefined && !request.headers.has('authorization')) {
        request.headers.set('authorization', `Bearer ${token}`);
      }
      const device = tokens.get('device');
      if (device !== undefined) request.headers.set(DEVICE_HEADER, device);
      return request;
    },
    onResponse({ response }) {
      const device = response.headers.get(DEVICE_HEADER);
      if (device !== null) tokens.set('device', device);
    },
  };
}

interface Answered<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * What a call was answered.
 *
 * @throws VultusProblem where the server refused; ServerUnreachable
 */
export async function answerOf<Data>(call: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await readable(call);
  if (response.ok && data !== undefined) return data;
  throw refusal(error, response);
}

async function readable<Data>(call: Promise<Answered<Data>>): Promise<Answered<Data>> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ServerUnreachable('What answered is no Vultus server.', { cause: error });
  }
}

function refusal(body: unknown, response: Response): Error {
  if (!isProblemBody(body)) {
    return new ServerUnreachable(`What answered (${response.status}) is no Vultus server.`);
  }
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
  return new VultusProblem(body, Number.isFinite(retryAfter) ? retryAfter : undefined);
}
