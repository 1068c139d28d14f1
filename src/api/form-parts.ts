import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import type { Multipart } from '@fastify/multipart';

/** What a form may hold beside the picture: room for a client's extra fields, not for an attack. */
export const UPLOAD_LIMITS = {
  files: 1,
  fields: 8,
  parts: 9,
  fieldNameSize: 64,
  fieldSize: 4096,
  headerPairs: 32,
} as const;

type FormLimits = Partial<Record<keyof typeof UPLOAD_LIMITS | 'fileSize', number>>;

/** What `@fastify/multipart` adds to a request (its own declaration does not reach fastify's re-exported type). */
export interface FormRequest {
  readonly headers: IncomingHttpHeaders;
  readonly raw: IncomingMessage;
  isMultipart(): boolean;
  parts(options: { limits: FormLimits }): AsyncIterable<Multipart>;
}

/** The form cannot be read on, though there is more of it. */
export class FormStuck extends Error {
  override readonly name = 'FormStuck';
}

const LOOK_MS = 500;

/**
 * The parts of a form, one after the other. The reader behind it (`@fastify/busboy` 4) waits for ever behind a large part
 * without a name, which it means to skip: that is noticed here, and ends the form.
 *
 * @throws FormStuck; else what the reader throws
 */
export async function* partsOf(
  request: FormRequest,
  limits: FormLimits,
): AsyncGenerator<Multipart, undefined> {
  const parts = request.parts({ limits })[Symbol.asyncIterator]();
  for (;;) {
    const next = await unlessStuck(request.raw, parts.next());
    if (next.done === true) return;
    yield next.value;
  }
}

async function unlessStuck<T>(raw: IncomingMessage, next: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    let seen = -1;
    timer = setInterval(() => {
      // Nothing more comes, and what is here is not taken: whoever sends slowly leaves nothing lying.
      const isWaiting = raw.complete || raw.readableLength > 0;
      const read = raw.socket.bytesRead;
      if (isWaiting && read === seen) reject(new FormStuck('the reader of the form has stopped'));
      seen = isWaiting ? read : -1;
    }, LOOK_MS);
  });
  try {
    return await Promise.race([next, stuck]);
  } finally {
    clearInterval(timer);
    // One that loses is not unhandled.
    next.catch(() => undefined);
  }
}
