import type { BiometricSample } from '../face/capture.js';
import { type FormRequest, partsOf } from './form-parts.js';
import { Problem } from './problems.js';

export const SAMPLE_FIELD = 'file';
/** With the version of the text that the person has agreed to, beside the picture of an enrolment. */
export const CONSENT_FIELD = 'consent';
export const CONSENT_HEADER = 'vultus-consent';
export const CONSENT_DESCRIPTION =
  'The version of the consent text that the person has agreed to (GET /user/consent).';

/** The form around the picture: boundaries, part headers, small fields. */
const FORM_OVERHEAD_BYTES = 64_000;

/**
 * Reads the one picture of a multipart form into memory; it never touches the disk.
 *
 * @throws Problem `file_missing`, `malformed_upload`, `image_too_large`
 */
export async function readSample(request: FormRequest, maxBytes: number): Promise<BiometricSample> {
  return (await readSampleForm(request, maxBytes)).sample;
}

/** As `readSample`, with what an enrolment may carry beside the picture. */
export async function readSampleForm(
  request: FormRequest,
  maxBytes: number,
): Promise<{ sample: BiometricSample; consentField: string | null }> {
  if (!request.isMultipart()) throw new Problem('file_missing');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + FORM_OVERHEAD_BYTES)
    throw tooLarge(maxBytes);

  let sample: Buffer | undefined;
  let otherField: string | undefined;
  let consentField: string | null = null;
  try {
    for await (const part of partsOf(request, { fileSize: maxBytes })) {
      if (part.type !== 'file') {
        if (part.fieldname === CONSENT_FIELD && typeof part.value === 'string') consentField = part.value;
        continue;
      }
      // Read in any case: a part that is left unread would stall the rest of the form.
      const content = await part.toBuffer();
      if (part.fieldname === SAMPLE_FIELD) sample = content;
      else otherField = part.fieldname;
    }
  } catch (error) {
    throw uploadProblem(error, maxBytes);
  }
  if (otherField !== undefined) {
    throw new Problem('file_missing', {
      detail: `The picture came in another field. Send it in the field "${SAMPLE_FIELD}".`,
    });
  }
  if (!sample) throw new Problem('file_missing');
  if (sample.length === 0) throw new Problem('file_missing', { detail: 'The file is empty.' });
  return { sample, consentField };
}

function uploadProblem(error: unknown, maxBytes: number): Problem {
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge(maxBytes);
  return new Problem('malformed_upload');
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('image_too_large', {
    detail: `The file is larger than ${Math.floor(maxBytes / 1e5) / 10} MB. Send a smaller picture.`,
  });
}
