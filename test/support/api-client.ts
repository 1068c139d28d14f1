import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { Ajv } from 'ajv';
import { expect } from 'vitest';

import type { RunningServer } from './server.js';

interface User {
  readonly id: string;
  readonly email: string;
  readonly fv: number[];
}

/** The fields of all answers together: a test knows which one it asked for, and the document checks that it is. */
interface AnswerBody {
  readonly user: User;
  readonly token: string;
  readonly verification_token: string;
  readonly fv: number[];
  readonly cosine_similarity: string | number;
  readonly result: { readonly user: User; readonly token: string };
  readonly code: string;
  readonly detail: string;
  readonly request_id: string;
  readonly errors: { readonly field: string; readonly code: string; readonly message: string }[];
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
}

interface Call {
  readonly token?: string | undefined;
  readonly json?: unknown;
  readonly body?: FormData | string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  /** The path in the document, where the called one has parameters filled in. */
  readonly documentedAs?: string;
}

export const PASSWORD = 'correct horse battery';

/**
 * Calls a running server over HTTP, and holds every answer against the server's own OpenAPI document: its
 * status must be listed there for the call, its body must fit the schema, a problem's code must be among
 * the documented ones.
 */
export class ApiClient {
  private constructor(
    readonly url: string,
    private readonly document: OpenApiDocument,
    private readonly ajv: Ajv,
  ) {}

  static async for({ url }: Pick<RunningServer, 'url'>): Promise<ApiClient> {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
    const ajv = new Ajv({ strict: false, formats: { 'date-time': true } });
    ajv.addSchema({ $id: 'api', ...document });
    return new ApiClient(url, document, ajv);
  }

  get(path: string, call: Call = {}): Promise<Answer> {
    return this.call('GET', path, call);
  }

  post(path: string, call: Call = {}): Promise<Answer> {
    return this.call('POST', path, call);
  }

  delete(path: string, call: Call = {}): Promise<Answer> {
    return this.call('DELETE', path, call);
  }

  /** Posts a picture as the published clients do. */
  upload(path: string, token: string | undefined, picture: Uint8Array, field = 'file'): Promise<Answer> {
    return this.post(path, { token, body: form(picture, field) });
  }

  /** As `upload`, again when the server asks for it: how many pictures it takes at once is a matter of the machine. */
  async uploadPatiently(path: string, token: string | undefined, picture: Uint8Array): Promise<Answer> {
    for (;;) {
      const answer = await this.upload(path, token, picture);
      if (answer.body.code !== 'busy') return answer;
      await setTimeout(Number(answer.headers.get('retry-after')) * 1000);
    }
  }

  async signUp(email = `${randomUUID()}@example.org`): Promise<{ email: string; token: string; id: string }> {
    const { status, body } = await this.post('/user/auth/sign-up', { json: { email, password: PASSWORD } });
    expect(status).toBe(201);
    return { email, token: body.token, id: body.user.id };
  }

  signIn(email: string, password = PASSWORD): Promise<Answer> {
    return this.post('/user/auth/sign-in', { json: { email, password } });
  }

  /** An account with an enrolled face. */
  async enrolled(picture: Uint8Array): Promise<{ email: string; token: string; id: string }> {
    const account = await this.signUp();
    const { status } = await this.upload('/user/image/image-embedding', account.token, picture);
    expect(status).toBe(200);
    return account;
  }

  /** @returns the verification token of a new sign-in of an account with a face */
  async verificationToken(email: string): Promise<string> {
    const { status, body } = await this.signIn(email);
    expect(status).toBe(210);
    return body.verification_token;
  }

  private async call(method: 'GET' | 'POST' | 'DELETE', path: string, call: Call): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    const body: unknown = await response.json();
    this.expectDocumented(method, call.documentedAs ?? path, response, body);
    return { status: response.status, headers: response.headers, body: body as AnswerBody };
  }

  private expectDocumented(method: string, path: string, response: Response, body: unknown): void {
    const operation = this.document.paths[path]?.[method.toLowerCase()];
    const where = `${method} ${path} → ${response.status}`;
    const mediaType = response.headers.get('content-type')?.split(';')[0] ?? '';
    const content = operation?.responses[response.status]?.content[mediaType];
    expect(content, `${where} ${mediaType} is not documented: ${JSON.stringify(body)}`).toBeDefined();
    const pointer = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      String(response.status),
      'content',
      mediaType,
    ];
    const validate = this.ajv.compile({
      $ref: `api#/${[...pointer, 'schema'].map(escapePointer).join('/')}`,
    });
    expect(validate(body), `${where}: ${this.ajv.errorsText(validate.errors)}`).toBe(true);
    if (mediaType !== 'application/problem+json') return;
    const { code, request_id: requestId } = body as { code: string; request_id: string };
    expect(Object.keys(content?.examples ?? {}), where).toContain(code);
    expect(response.headers.get('x-request-id')).toBe(requestId);
  }
}

export function form(picture: Uint8Array, field = 'file', name = 'face.jpg'): FormData {
  const data = new FormData();
  data.set(field, new Blob([Uint8Array.from(picture)], { type: 'image/jpeg' }), name);
  return data;
}

interface OpenApiDocument {
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly responses: Record<
          string,
          { readonly content: Record<string, { readonly examples?: object }> }
        >;
      }
    >
  >;
}

function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
