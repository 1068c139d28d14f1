import { readFile } from 'node:fs/promises';

import { installed } from './installation.js';

/** Of the package that the program is part of. */
export async function productVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(installed('package.json'), 'utf8')) as { version: string };
  return version;
}
