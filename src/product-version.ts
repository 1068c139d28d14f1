import { readFile } from 'node:fs/promises';

/** Of the package that the program is part of. */
export async function productVersion(): Promise<string> {
  const packageFile = new URL('../package.json', import.meta.url);
  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string };
  return version;
}
