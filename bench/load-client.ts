import http from 'node:http';

/** Who has not been answered by then has lost patience. */
const PATIENCE_MS = 30_000;
/** Sooner than the server closes what is idle: a request on a line that is being closed would be lost. */
const IDLE_MS = 15_000;

export interface LoadCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string;
  readonly type?: string;
  readonly body?: Buffer;
}

export interface LoadAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

/** Calls a server over as many kept connections as there are calls at once; cheaper than `fetch`. */
export class LoadClient {
  readonly #agent = new http.Agent({ keepAlive: true, timeout: IDLE_MS });
  readonly #host: string;
  readonly #port: number;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#host = hostname;
    this.#port = Number(port);
  }

  /** @throws Error when the connection breaks, or there is no answer in time */
  call({ method, path, token, type, body }: LoadCall): Promise<LoadAnswer> {
    return new Promise((resolve, reject) => {
      const request = http.request({
        host: this.#host,
        port: this.#port,
        agent: this.#agent,
        method,
        path,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': type, 'content-length': body.length }),
        },
      });
      const timer = setTimeout(() => request.destroy(new Error('no answer in time')), PATIENCE_MS);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(error);
      };
      request.once('error', fail);
      request.once('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', fail);
        response.once('end', () => {
          clearTimeout(timer);
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'] ?? null,
            text: Buffer.concat(parts).toString('utf8'),
          });
        });
      });
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

export function jsonCall(path: string, value: object): LoadCall {
  return { method: 'POST', path, type: 'application/json', body: Buffer.from(JSON.stringify(value)) };
}

const BOUNDARY = 'vultus-load';

/** The picture as a browser would send it in the form field `file`. */
export function pictureForm(picture: Uint8Array): Pick<LoadCall, 'type' | 'body'> {
  const head =
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="face.jpg"\r\n` +
    'content-type: image/jpeg\r\n\r\n';
  return {
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    body: Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
  };
}
