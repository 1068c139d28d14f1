import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

const PASSWORD = 'correct horse battery';
const BOUNDARY = 'picture-of-a-face';
const LANES = 2;
const agent = new Agent({ keepAlive: true });

interface Answer {
  readonly status: number;
  readonly body: string;
  /** Milliseconds from the call to the last byte of the answer. */
  readonly ms: number;
}

/** An account whose face is enrolled, and what its owner does, over connections that are kept and with little work here. */
export class SpeedVisitor {
  readonly #pictures = new Map<Uint8Array, Buffer>();

  private constructor(
    private readonly url: string,
    private readonly email: string,
    /** Of the session that signing up opened. */
    readonly token: string,
  ) {}

  static async signUp(url: string): Promise<SpeedVisitor> {
    const email = `${randomUUID()}@example.org`;
    const credentials = jsonBody({ email, password: PASSWORD });
    const { token } = parsed(await post(url, '/user/auth/sign-up', credentials), 201) as { token: string };
    return new SpeedVisitor(url, email, token);
  }

  static async enrolled(url: string, jpeg: Uint8Array): Promise<SpeedVisitor> {
    const visitor = await SpeedVisitor.signUp(url);
    parsed(await post(url, '/user/image/image-embedding', pictureBody(jpeg), visitor.token), 200);
    return visitor;
  }

  /** @returns so many verification tokens */
  async signIns(count: number): Promise<string[]> {
    const tokens: string[] = [];
    for (let i = 0; i < count; i++) {
      const body = jsonBody({ email: this.email, password: PASSWORD });
      const answer = parsed(await post(this.url, '/user/auth/sign-in', body), 210);
      tokens.push((answer as { verification_token: string }).verification_token);
    }
    return tokens;
  }

  /** Completes a sign-in. @returns milliseconds, null when it was not served */
  async compare(token: string, jpeg: Uint8Array): Promise<number | null> {
    let body = this.#pictures.get(jpeg);
    if (!body) this.#pictures.set(jpeg, (body = pictureBody(jpeg).body));
    const { status, ms } = await post(this.url, '/user/image/compare-faces', { ...PICTURE, body }, token);
    return status === 200 ? ms : null;
  }

  /** @returns milliseconds, null when it was not served */
  async readAccount(): Promise<number | null> {
    const { status, ms } = await call(this.url, '/user', 'GET', {}, this.token);
    return status === 200 ? ms : null;
  }

  /** What `GET /user` answers. */
  async account(): Promise<string> {
    const answer = await call(this.url, '/user', 'GET', {}, this.token);
    parsed(answer, 200);
    return answer.body;
  }
}

/** Somebody who can complete a sign-in now. */
export interface WaitingSignIn {
  readonly visitor: SpeedVisitor;
  readonly token: string;
}

/** @returns as many sign-ins that wait for a face as are asked for, one visitor after the other */
export async function signInAll(visitors: readonly SpeedVisitor[], count: number): Promise<WaitingSignIn[]> {
  const each = Math.ceil(count / visitors.length);
  const all: WaitingSignIn[][] = [];
  const waiting = visitors.entries();
  const lane = async () => {
    for (const [i, visitor] of waiting) {
      all[i] = (await visitor.signIns(each)).map((token) => ({ visitor, token }));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return Array.from({ length: each }, (_, i) => all.map((own) => own[i]!))
    .flat()
    .slice(0, count);
}

interface Content {
  readonly type?: string;
  readonly body?: Buffer;
}

const PICTURE = { type: `multipart/form-data; boundary=${BOUNDARY}` };

function jsonBody(value: object): Content {
  return { type: 'application/json', body: Buffer.from(JSON.stringify(value)) };
}

function pictureBody(jpeg: Uint8Array): Content & { readonly body: Buffer } {
  const head =
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="face.jpg"\r\n` +
    'content-type: image/jpeg\r\n\r\n';
  return {
    ...PICTURE,
    body: Buffer.concat([Buffer.from(head), jpeg, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
  };
}

function post(url: string, path: string, content: Content, token?: string): Promise<Answer> {
  return call(url, path, 'POST', content, token);
}

function call(url: string, path: string, method: string, { type, body }: Content, token?: string) {
  return new Promise<Answer>((resolve, reject) => {
    const startedAt = performance.now();
    const headers = {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(body === undefined ? {} : { 'content-length': body.length }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const sent = request(url + path, { method, headers, agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('error', reject).on('end', () => {
        resolve({ status: answer.statusCode!, body: text, ms: performance.now() - startedAt });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** @throws Error when the status is another one: what follows would measure something else */
function parsed({ status, body }: Answer, expected: number): unknown {
  if (status !== expected) throw new Error(`answered ${status} instead of ${expected}: ${body}`);
  return JSON.parse(body);
}
