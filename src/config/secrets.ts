import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { type Config, ConfigError } from './config.js';
import { secretSchema, templateKeySchema } from './environment.js';

export interface Secrets {
  readonly jwtSecret: string;
  readonly faceAuthSecret: string;
  /** 32 bytes each. The first one seals; what the others have sealed can be opened still. */
  readonly templateKeys: readonly Uint8Array[];
  /** Under which the audit log is chained. */
  readonly auditKey: string;
}

const FILE = 'secrets.json';
/** A change of the file takes milliseconds: an older draft is one that a crash has left. */
const DRAFT_ABANDONED_MS = 60_000;

/** What else somebody has written into it stays there. */
const fileSchema = z.looseObject({
  jwt_secret: secretSchema,
  face_auth_secret: secretSchema,
  template_key: templateKeySchema,
  retired_template_keys: z.array(templateKeySchema).default([]),
});

/**
 * The secrets of the environment; those it lacks come from `secrets.json` in the data directory, which is
 * made with mode 0600 on the first run. There is no built-in default.
 *
 * When the database exists but the secrets are gone, nothing is generated: new keys would make every stored
 * template unreadable and every session invalid without a word.
 *
 * @throws ConfigError when the file is lost, readable by others, or damaged
 */
export async function loadSecrets(config: Config): Promise<Secrets> {
  const { jwtSecret, faceAuthSecret, templateKeys, auditKey } = config.secrets;
  if (jwtSecret !== undefined && faceAuthSecret !== undefined && templateKeys !== undefined) {
    return { jwtSecret, faceAuthSecret, templateKeys, auditKey: auditKey ?? auditKeyFrom(jwtSecret) };
  }
  const file = await existingFile(config);
  const stored = await read(file);
  const usedJwtSecret = jwtSecret ?? stored.jwt_secret;
  return {
    jwtSecret: usedJwtSecret,
    faceAuthSecret: faceAuthSecret ?? stored.face_auth_secret,
    templateKeys: templateKeys ?? [stored.template_key, ...stored.retired_template_keys],
    auditKey: auditKey ?? auditKeyFrom(usedJwtSecret),
  };
}

/**
 * Puts a new template key before those of `secrets.json`.
 *
 * @throws ConfigError as `loadSecrets`, and when the keys come from the environment
 */
export async function addTemplateKey(config: Config): Promise<void> {
  await changeFile(config, (content) => ({
    ...content,
    template_key: randomBytes(32).toString('base64'),
    retired_template_keys: [content.template_key, ...(content.retired_template_keys ?? [])],
  }));
}

/**
 * Takes retired template keys out of `secrets.json`; the one that seals stays, whatever is asked for.
 *
 * @param isNeeded tells of a retired key whether anything is sealed under it
 * @throws ConfigError as `addTemplateKey`
 */
export async function removeRetiredKeys(
  config: Config,
  isNeeded: (key: Uint8Array) => boolean,
): Promise<void> {
  await changeFile(config, ({ retired_template_keys: retired = [], ...content }) => {
    const kept = retired.filter((key) => isNeeded(Buffer.from(key, 'base64')));
    return kept.length === 0 ? content : { ...content, retired_template_keys: kept };
  });
}

/** As it is written. */
interface FileContent {
  readonly template_key: string;
  readonly retired_template_keys?: readonly string[];
}

/** Of two changes at once the second one waits for nothing and is refused: neither may lose a key of the other. */
async function changeFile(config: Config, change: (content: FileContent) => FileContent): Promise<void> {
  if (config.secrets.templateKeys !== undefined) {
    throw new ConfigError(
      'The template keys come from TEMPLATE_KEY in the environment: change them there ' +
        '(docs/deployment.md, "Changing the template key").',
    );
  }
  const file = await existingFile(config);
  const draft = `${file}.draft`;
  const handle = await openDraft(draft);
  try {
    try {
      await read(file);
      const content = JSON.parse(await readFile(file, 'utf8')) as FileContent;
      await handle.writeFile(`${JSON.stringify(change(content), null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await unlink(draft);
    throw error;
  }
  await syncDirectory(path.dirname(file));
}

/** @throws ConfigError while another process writes its draft */
async function openDraft(draft: string) {
  try {
    return await open(draft, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const { mtimeMs } = await stat(draft);
  if (Date.now() - mtimeMs < DRAFT_ABANDONED_MS) {
    throw new ConfigError(`Another command is changing ${FILE}. Try again in a minute.`);
  }
  await unlink(draft);
  return open(draft, 'wx', 0o600);
}

/** Makes the new name of a file survive a loss of power, where the system can do that. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @throws ConfigError when it should be there and is not */
async function existingFile({ dataDirectory, storage }: Config): Promise<string> {
  const file = path.join(dataDirectory, FILE);
  if (existsSync(file)) return file;
  if (storage.kind === 'sqlite' && existsSync(storage.file)) {
    throw new ConfigError(
      `There is a database, ${storage.file}, but ${file} is missing. Restore it from the backup, ` +
        'or set JWT_SECRET, FACE_AUTH_SECRET and TEMPLATE_KEY to the values in use before.',
    );
  }
  await generate(file);
  return file;
}

/** Writes all of the file or nothing; of two processes that start together both use the first one's. */
async function generate(file: string): Promise<void> {
  const draft = await draftOf(file, {
    jwt_secret: randomBytes(48).toString('base64'),
    face_auth_secret: randomBytes(48).toString('base64'),
    template_key: randomBytes(32).toString('base64'),
  });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
}

/** @returns the name of a file beside `file`, written through, that nobody else can read */
async function draftOf(file: string, content: object): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

async function read(file: string): Promise<z.infer<typeof fileSchema>> {
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new ConfigError(`${file} can be read by other users. Run: chmod 600 ${file}`);
  }
  try {
    return fileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // The parser's message could quote the secrets.
    throw new ConfigError(`${file} is damaged. Restore it from the backup.`);
  }
}

/** As `deriveKey` of src/auth makes one: this room knows no other. */
function auditKeyFrom(jwtSecret: string): string {
  return Buffer.from(hkdfSync('sha256', jwtSecret, '', 'vultus:audit', 32)).toString('hex');
}
