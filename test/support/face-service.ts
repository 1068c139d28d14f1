import { fileURLToPath } from 'node:url';

import { type RunningServer, startServer, startServerInVain } from './server.js';

const MAIN = fileURLToPath(new URL('../../dist/face-service/main.js', import.meta.url));

export const SERVICE_KEY = 'key-of-the-face-service-in-these-tests';

/** The built face recognition service, running as a process of its own on a free port. */
export function startFaceService(environment: Record<string, string> = {}): Promise<RunningServer> {
  return startServer({ FACE_API_KEY: SERVICE_KEY, ...environment }, MAIN);
}

export function startFaceServiceInVain(environment: Record<string, string>) {
  return startServerInVain(environment, MAIN);
}

/** The fields of all answers together: a test knows which one it asked for. */
interface AnswerBody {
  readonly fv: number[];
  readonly cosine_similarity: number;
  readonly code: string;
  readonly detail: string;
  readonly request_id: string;
  readonly errors: readonly { readonly field: string; readonly code: string; readonly message: string }[];
}

interface ServiceAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
  /** As it came. */
  readonly text: string;
}

interface ServiceCall {
  readonly method?: string;
  readonly body?: FormData | string | Uint8Array<ArrayBuffer>;
  readonly headers: Record<string, string>;
}

/** Calls a face recognition service as its callers do. */
export class ServiceClient {
  constructor(
    readonly url: string,
    private readonly key: string | null = SERVICE_KEY,
  ) {}

  get(path: string, headers: Record<string, string> = {}): Promise<ServiceAnswer> {
    return this.#call(path, { headers });
  }

  /** `POST /image-embedding`. */
  embed(picture: Uint8Array): Promise<ServiceAnswer> {
    return this.send('/image-embedding', pictureForm(picture));
  }

  /** `POST /compare-faces`. @param vector numbers, or whatever text stands in their place */
  compare(picture: Uint8Array, vector: readonly number[] | string): Promise<ServiceAnswer> {
    const form = pictureForm(picture);
    form.append('fv', typeof vector === 'string' ? vector : JSON.stringify(vector));
    return this.send('/compare-faces', form);
  }

  /** `POST /capture` and `POST /observe`. */
  look(path: string, picture: Uint8Array, headers: Record<string, string> = {}): Promise<ServiceAnswer> {
    const type = { 'content-type': 'application/octet-stream' };
    return this.send(path, Uint8Array.from(picture), { ...type, ...headers });
  }

  send(
    path: string,
    body: FormData | string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<ServiceAnswer> {
    return this.#call(path, { method: 'POST', body, headers });
  }

  async #call(path: string, { headers, ...call }: ServiceCall): Promise<ServiceAnswer> {
    const key: Record<string, string> = this.key === null ? {} : { key: this.key };
    const answer = await fetch(this.url + path, { ...call, headers: { ...key, ...headers } });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    const body = (isJson ? JSON.parse(text) : {}) as AnswerBody;
    return { status: answer.status, headers: answer.headers, body, text };
  }
}

export function pictureForm(picture: Uint8Array, field = 'image'): FormData {
  const form = new FormData();
  form.append(field, new Blob([Uint8Array.from(picture)]), 'face.jpg');
  return form;
}
