import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import { Problem } from '../api/problems.js';
import type { BiometricSample } from '../face/capture.js';
import { SAMPLE_MEDIA_TYPE } from '../face/remote/wire-format.js';

export interface RawRequest {
  readonly headers: IncomingHttpHeaders;
  /** With its body unread. */
  readonly raw: IncomingMessage;
}

/**
 * Reads a body that is a picture and nothing else into memory.
 *
 * @returns null when it is larger than `maxBytes`; what there is of it beyond is not kept
 * @throws Problem `unsupported_media_type`, `file_missing`, `malformed_upload`
 */
export async function readRawSample(
  { headers, raw }: RawRequest,
  maxBytes: number,
): Promise<BiometricSample | null> {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== SAMPLE_MEDIA_TYPE) {
    throw new Problem('unsupported_media_type', {
      detail: `Send the encoded picture itself, with the header Content-Type: ${SAMPLE_MEDIA_TYPE}.`,
    });
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) return null;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // Left without destroying it: the answer goes out over the same connection.
    for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw new Problem('malformed_upload', { detail: 'The picture ended early. Send the whole of it.' });
  }
  if (length > maxBytes) {
    raw.resume();
    return null;
  }
  if (length === 0) throw new Problem('file_missing', { detail: 'The body is empty. Send a picture in it.' });
  return Buffer.concat(chunks);
}
