import type { Multipart } from '@fastify/multipart';

import { type FormRequest, partsOf } from '../form-parts.js';
import { Problem } from '../problems.js';
import { MAX_FRAME_BYTES } from './live-conversation.js';

/** Frames that one call may bring. */
export const MAX_FRAMES_A_CALL = 10;
const MAX_MESSAGES_A_CALL = 4;
const MAX_MESSAGE_BYTES = 2_048;

/** What one call of the HTTP transport carries: the same messages that a socket would. */
export interface LiveForm {
  readonly messages: readonly string[];
  readonly frames: readonly Buffer[];
}

/**
 * Reads fields `message` (JSON) and files `frame` (the binary message of the socket), in their order of kind.
 *
 * @throws Problem `malformed_upload`, `image_too_large`
 */
export async function readLiveForm(request: FormRequest): Promise<LiveForm> {
  if (!request.isMultipart()) throw new Problem('malformed_upload', { detail: FORM });
  const messages: string[] = [];
  const frames: Buffer[] = [];
  try {
    const limits = {
      fileSize: MAX_FRAME_BYTES,
      files: MAX_FRAMES_A_CALL,
      fields: MAX_MESSAGES_A_CALL,
      parts: MAX_FRAMES_A_CALL + MAX_MESSAGES_A_CALL,
      fieldSize: MAX_MESSAGE_BYTES,
    };
    for await (const part of partsOf(request, limits)) await take(part, messages, frames);
  } catch (error) {
    if (error instanceof Problem) throw error;
    if ((error as { code?: unknown }).code === 'FST_REQ_FILE_TOO_LARGE') {
      throw new Problem('image_too_large', {
        detail: `A frame may have ${MAX_FRAME_BYTES} bytes. Send a smaller picture.`,
      });
    }
    throw new Problem('malformed_upload', { detail: FORM });
  }
  return { messages, frames };
}

const FORM =
  `Send multipart/form-data with up to ${MAX_MESSAGES_A_CALL} fields "message" and ` +
  `${MAX_FRAMES_A_CALL} files "frame".`;

async function take(part: Multipart, messages: string[], frames: Buffer[]): Promise<void> {
  if (part.type === 'file') {
    // Read in any case: a part that is left unread would stall the rest of the form.
    const content = await part.toBuffer();
    if (part.fieldname !== 'frame') throw new Problem('malformed_upload', { detail: FORM });
    frames.push(content);
  } else if (part.fieldname === 'message' && typeof part.value === 'string' && !part.valueTruncated) {
    messages.push(part.value);
  } else throw new Problem('malformed_upload', { detail: FORM });
}
