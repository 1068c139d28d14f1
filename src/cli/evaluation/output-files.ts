import { constants } from 'node:fs';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { UsageError, reasonOf } from '../usage-error.js';

/** Makes the folder, or says now that it cannot be written to and not after minutes of measuring. */
export async function prepareDirectory(option: string, directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw new UsageError(`${option}: nothing can be written to ${directory} (${reasonOf(error)})`);
  }
}

/** A reader, such as a server that starts, finds the old file or the new one, never a half of it. */
export async function writeFileAtomically(file: string, content: string): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, content);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new UsageError(`${file} cannot be written (${reasonOf(error)})`);
  }
}
