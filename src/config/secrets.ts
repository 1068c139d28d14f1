import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { type Config, ConfigError, secretSchema, templateKeySchema } from './config.js';

export interface Secrets {
  readonly jwtSecret: string;
  readonly faceAuthSecret: string;
  /** 32 bytes. */
  readonly templateKey: Uint8Array;
}

const FILE = 'secrets.json';

const fileSchema = z.object({
  jwt_secret: secretSchema,
  face_auth_secret: secretSchema,
  template_key: templateKeySchema,
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
export async function loadSecrets({ dataDirectory, storage, secrets }: Config): Promise<Secrets> {
  const { jwtSecret, faceAuthSecret, templateKey } = secrets;
  if (jwtSecret !== undefined && faceAuthSecret !== undefined && templateKey !== undefined) {
    return { jwtSecret, faceAuthSecret, templateKey };
  }
  const file = path.join(dataDirectory, FILE);
  if (!existsSync(file)) {
    if (storage.kind === 'sqlite' && existsSync(storage.file)) {
      throw new ConfigError(
        `There is a database, ${storage.file}, but ${file} is missing. Restore it from the backup, ` +
          'or set JWT_SECRET, FACE_AUTH_SECRET and TEMPLATE_KEY to the values in use before.',
      );
    }
    await generate(file);
  }
  const stored = await read(file);
  return {
    jwtSecret: jwtSecret ?? stored.jwt_secret,
    faceAuthSecret: faceAuthSecret ?? stored.face_auth_secret,
    templateKey: templateKey ?? stored.template_key,
  };
}

/** Writes all of the file or nothing; of two processes that start together both use the first one's. */
async function generate(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    const content = {
      jwt_secret: randomBytes(48).toString('base64'),
      face_auth_secret: randomBytes(48).toString('base64'),
      template_key: randomBytes(32).toString('base64'),
    };
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
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
