import { existsSync } from 'node:fs';
import path from 'node:path';

/** The nearest folder above this file that is a package: the build puts files elsewhere than the sources are. */
function findRoot(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (folder === path.dirname(folder)) throw new Error('the program lies in no package');
  }
}

const ROOT = findRoot();

/** A file or folder of this installation, wherever the program is run from. @param place relative to its package */
export function installed(place: string): string {
  return path.join(ROOT, place);
}

/** What `FaceEnginePool` runs on each of its threads. */
export const ENGINE_WORKER = installed('dist/face/engine-worker.js');
