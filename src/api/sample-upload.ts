import type { BiometricSample } from '../face/capture.js';
import { type FormRequest, UPLOAD_LIMITS, partsOf } from './form-parts.js';
import { Problem } from './problems.js';

export const SAMPLE_FIELD = 'file';
/** With the version of the text that the person has agreed to, beside the picture of an enrolment. */
export const CONSENT_FIELD = 'consent';
export const CONSENT_HEADER = 'vultus-consent';
export const CONSENT_DESCRIPTION =
  'The version of the consent text that the person has agreed to (GET /user/consent).';

/** The form around the picture: boundaries, part headers, small fields. */
const FORM_OVERHEAD_BYTES = 64_000;

/** Where the one picture of a form is, and how much there may be of it. */
export interface PictureForm {
  readonly field: string;
  readonly maxBytes: number;
  /** Of each text beside the picture; what is longer is cut off. */
  readonly maxTextBytes?: number;
}

/** The picture of a call of this API. @throws as `readPictureForm` */
export async function readSample(request: FormRequest, maxBytes: number): Promise<BiometricSample> {
  return (await readSampleForm(request, maxBytes)).sample;
}

/** As `readSample`, with what an enrolment may carry beside the picture. */
export async function readSampleForm(
  request: FormRequest,
  maxBytes: number,
): Promise<{ sample: BiometricSample; consentField: string | null }> {
  const { sample, texts } = await readPictureForm(request, { field: SAMPLE_FIELD, maxBytes });
  return { sample, consentField: texts.get(CONSENT_FIELD) ?? null };
}

/**
 * Reads the one picture of a multipart form into memory, with the texts beside it; it never touches the disk.
 *
 * @throws Problem `file_missing`, `malformed_upload`, `image_too_large`
 */
export async function readPictureForm(
  request: FormRequest,
  { field, maxBytes, maxTextBytes = UPLOAD_LIMITS.fieldSize }: PictureForm,
): Promise<{ sample: BiometricSample; texts: ReadonlyMap<string, string> }> {
  if (!request.isMultipart()) throw missing(field);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + maxTextBytes + FORM_OVERHEAD_BYTES)
    throw tooLarge(maxBytes);

  let sample: Buffer | undefined;
  let otherField: string | undefined;
  const texts = new Map<string, string>();
  try {
    for await (const part of partsOf(request, { fileSize: maxBytes, fieldSize: maxTextBytes })) {
      if (part.type !== 'file') {
        if (typeof part.value === 'string') texts.set(part.fieldname, part.value);
        continue;
      }
      // Read in any case: a part that is left unread would stall the rest of the form.
      const content = await part.toBuffer();
      if (part.fieldname === field) sample = content;
      else otherField = part.fieldname;
    }
  } catch (error) {
    throw uploadProblem(error, field, maxBytes);
  }
  if (otherField !== undefined) {
    throw new Problem('file_missing', {
      detail: `The picture came in another field. Send it in the field "${field}".`,
    });
  }
  if (!sample) throw missing(field);
  if (sample.length === 0) throw new Problem('file_missing', { detail: 'The file is empty.' });
  return { sample, texts };
}

function missing(field: string): Problem {
  const detail = `Send multipart/form-data with one picture in the field "${field}".`;
  return new Problem('file_missing', { detail });
}

function uploadProblem(error: unknown, field: string, maxBytes: number): Problem {
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge(maxBytes);
  return new Problem('malformed_upload', {
    detail: `The multipart body is damaged, or has more than one file. Send one picture in the field "${field}".`,
  });
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('image_too_large', {
    detail: `The file is larger than ${Math.floor(maxBytes / 1e5) / 10} MB. Send a smaller picture.`,
  });
}
