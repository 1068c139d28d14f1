import { readFile } from 'node:fs/promises';

import type { ConsentTerms } from './auth/consent.js';
import { type Config, ConfigError } from './config/config.js';

const MAX_CHARACTERS = 20_000;

/** Says what this program does, and no more; who runs it knows who they are and how long they keep what. */
const BUILT_IN_TEXT = `To sign you in, this service can check your face. If you agree:

- A picture of your face is taken now, and whenever you sign in. Pictures are read in memory and thrown away at once.
- From the first picture, numbers that describe your face are computed and kept, encrypted. They are used for one thing: to check, when you sign in, that it is you.
- You can take your consent back at any time. The numbers are then erased at once.
- You need not agree. A passkey protects your account without your face.
`;

/** @throws ConfigError when the operator's text cannot be read */
export async function readConsentTerms(consent: Config['consent']): Promise<ConsentTerms> {
  const { policy, version, textFile } = consent;
  return {
    required: policy === 'required',
    version,
    text: textFile === null ? BUILT_IN_TEXT : await readText(textFile),
  };
}

async function readText(file: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch {
    throw new ConfigError(`CONSENT_TEXT_FILE: ${file} cannot be read.`);
  }
  if (text.length > 0 && text.length <= MAX_CHARACTERS) return text;
  throw new ConfigError(`CONSENT_TEXT_FILE: ${file} must have between 1 and ${MAX_CHARACTERS} characters.`);
}
