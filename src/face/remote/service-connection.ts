import { FormData, Pool } from 'undici';

import { KEY_HEADER } from './wire-format.js';
import { ServiceFailure } from './service-reply.js';

/** What a service answers to one call. */
export interface HttpAnswer {
  readonly status: number;
  /** Undefined where the body is no JSON. */
  readonly body: unknown;
  /** Of a `Retry-After` in whole seconds, which every service that knows the header may send. */
  readonly retryAfterSeconds: number | null;
}

/** What tells the service on whose behalf it is called now: ids of the request and its trace, for its log. */
export type CallHeaders = () => Readonly<Record<string, string>>;

type Body = Uint8Array | FormData;

/** Of a service in the same data centre; a machine that is gone does not even refuse. */
const CONNECT_MS = 2000;
/** The longest of all answers is a vector of some thousand numbers in decimal. */
const MAX_ANSWER_BYTES = 1_000_000;
/** More than any one service can have waiting and looked at. */
const MAX_CONNECTIONS = 128;

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const BROKEN_OFF = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Kept-alive connections to one service, and the key that opens it. */
export class ServiceConnection {
  readonly #pool: Pool;
  readonly #prefix: string;
  readonly #key: string;
  readonly #callHeaders: CallHeaders;

  /** @param url without a slash at the end; its path is put before that of every call */
  constructor(
    readonly url: string,
    key: string,
    callHeaders: CallHeaders = () => ({}),
  ) {
    const { origin, pathname } = new URL(url);
    this.#prefix = pathname === '/' ? '' : pathname;
    this.#key = key;
    this.#callHeaders = callHeaders;
    this.#pool = new Pool(origin, {
      connections: MAX_CONNECTIONS,
      connect: { timeout: CONNECT_MS },
      maxResponseSize: MAX_ANSWER_BYTES,
      // How long an answer may take is for the signal of each call to say, to the millisecond.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** @throws ServiceFailure */
  get(path: string, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#request('GET', path, signal, null);
  }

  /** @throws ServiceFailure */
  post(path: string, body: Uint8Array, mediaType: string, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#request('POST', path, signal, body, { 'content-type': mediaType });
  }

  /** Posts a picture as the one file of a form. @throws ServiceFailure */
  postForm(
    path: string,
    field: string,
    file: { readonly bytes: Uint8Array; readonly mediaType: string },
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const form = new FormData();
    form.set(field, new Blob([file.bytes.slice()], { type: file.mediaType }), 'face');
    return this.#request('POST', path, signal, form);
  }

  async #request(
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal,
    body: Body | null,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer> {
    try {
      const answer = await this.#pool.request({
        method,
        path: this.#prefix + path,
        headers: { ...this.#callHeaders(), ...headers, accept: 'application/json', [KEY_HEADER]: this.#key },
        body,
        signal,
      });
      return {
        status: answer.statusCode,
        body: parse(await answer.body.text()),
        retryAfterSeconds: secondsOf(answer.headers['retry-after']),
      };
    } catch (error) {
      throw failureOf(error, signal);
    }
  }

  /** Lets running calls finish. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secondsOf(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,4}$/.test(header) ? Number(header) : null;
}

/** By the code alone: messages of libraries may quote what they were given. */
function failureOf(error: unknown, signal: AbortSignal): ServiceFailure {
  if (signal.aborted) return new ServiceFailure('does not answer in time', 'late');
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return new ServiceFailure('cannot be called');
  if (UNREACHABLE.has(code)) return new ServiceFailure(`cannot be reached (${code})`);
  if (BROKEN_OFF.has(code)) return new ServiceFailure('breaks off its connections', 'connection_lost');
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return new ServiceFailure('answers more than it may');
  return new ServiceFailure(`cannot be spoken to (${code})`);
}
