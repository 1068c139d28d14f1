import { randomUUID } from 'node:crypto';

import type { Ticket } from '../test/support/live-client.js';

const PASSWORD = 'correct horse battery';

/** An account with an enrolled face, and what its owner does from a browser. */
export class EnrolledAccount {
  private constructor(
    private readonly url: string,
    private readonly email: string,
  ) {}

  static async create(url: string, still: Uint8Array): Promise<EnrolledAccount> {
    const email = `${randomUUID()}@example.org`;
    const { token } = (await post(url, '/user/auth/sign-up', 201, json({ email, password: PASSWORD }))) as {
      token: string;
    };
    await post(url, '/user/image/image-embedding', 200, picture(still), token);
    return new EnrolledAccount(url, email);
  }

  /** Signs in with the password, as often as is liked; the face has to follow. */
  async signIn(): Promise<string> {
    const credentials = json({ email: this.email, password: PASSWORD });
    const answer = await post(this.url, '/user/auth/sign-in', 210, credentials);
    return (answer as { verification_token: string }).verification_token;
  }

  /** A ticket of a new sign-in: attempts are counted for each, and every session whose challenge was shown is one. */
  async ticket(): Promise<Ticket> {
    return (await post(this.url, '/user/live-verification', 201, {}, await this.signIn())) as Ticket;
  }

  /** Completes a sign-in with a still. @returns milliseconds, null when it was not served */
  async compare(still: Uint8Array): Promise<number | null> {
    const token = await this.signIn();
    const start = performance.now();
    const answer = await call(this.url, '/user/image/compare-faces', picture(still), token);
    await answer.arrayBuffer();
    return answer.status === 200 ? performance.now() - start : null;
  }
}

interface Content {
  readonly headers?: Record<string, string>;
  readonly body?: string | FormData;
}

function json(value: object): Content {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function picture(still: Uint8Array): Content {
  const body = new FormData();
  body.set('file', new Blob([Uint8Array.from(still)], { type: 'image/jpeg' }), 'face.jpg');
  return { body };
}

function call(url: string, path: string, { headers, body }: Content, token?: string): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body }),
  });
}

/** @throws Error when the status is another one: what follows would measure something else */
async function post(
  url: string,
  path: string,
  status: number,
  content: Content,
  token?: string,
): Promise<unknown> {
  const answer = await call(url, path, content, token);
  const body = await answer.text();
  if (answer.status !== status) throw new Error(`POST ${path} was answered ${answer.status}: ${body}`);
  return JSON.parse(body);
}
