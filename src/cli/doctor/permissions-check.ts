import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';

import type { Config } from '../../config/config.js';
import { secretsFile } from '../config/settings.js';
import { type Finding, findings, wordsOf } from './finding.js';

const { ok, warning, failed, skipped } = findings('permissions');

/** Who can read what an installation has on the disk, and whether this user can write it. */
export async function checkPermissions(config: Config): Promise<Finding[]> {
  if (process.platform === 'win32') return [skipped('are not looked at on this system')];
  const { dataDirectory, storage } = config;
  const found = [...(await checkWritable(dataDirectory)), ...(await checkPrivate(dataDirectory, 'folder'))];
  found.push(...(await checkPrivate(secretsFile(config), 'secrets')));
  if (storage.kind === 'sqlite') {
    for (const suffix of ['', '-wal']) {
      found.push(...(await checkPrivate(`${storage.file}${suffix}`, 'database')));
    }
    const folder = path.dirname(storage.file);
    if (folder !== dataDirectory) found.push(...(await checkWritable(folder)));
  }
  if (process.getuid?.() === 0) {
    found.push(
      warning(
        'this runs as root: whoever breaks into the server has the machine',
        'Run it as a user of its own, and run vultus doctor as that one.',
      ),
    );
  }
  return found.length > 0 ? found : [ok(`${dataDirectory} can be read and written by this user only`)];
}

/** A folder that is not there yet will be made in the nearest one that is. */
async function checkWritable(folder: string): Promise<Finding[]> {
  for (let place = folder; ; place = path.dirname(place)) {
    try {
      await access(place, constants.W_OK | constants.X_OK);
      if (!(await stat(place)).isDirectory())
        return [failed(`${place} is no folder`, 'Set DATA_DIR to one.')];
      return [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && place !== path.dirname(place)) continue;
      const says = `${place} cannot be written: it ${wordsOf(error)}`;
      return [failed(says, 'Make it writable for the user of the server, or set DATA_DIR.')];
    }
  }
}

async function checkPrivate(file: string, what: 'folder' | 'secrets' | 'database'): Promise<Finding[]> {
  const stats = await stat(file).catch(() => null);
  if (!stats) return [];
  const found: Finding[] = [];
  const { mode, uid } = stats;
  const wanted = what === 'folder' ? '700' : '600';
  const says = `${file} can be read by other users (mode ${(mode & 0o777).toString(8)})`;
  const advice = `chmod ${wanted} ${file}`;
  // The server does not start with such secrets. What everybody may read is as bad as lost; a group may be meant.
  if ((mode & 0o007) !== 0 && what !== 'folder') found.push(failed(says, advice));
  else if ((mode & 0o077) !== 0)
    found.push(what === 'secrets' ? failed(says, advice) : warning(says, advice));
  const self = process.getuid?.();
  if (self !== undefined && self !== 0 && uid !== self) {
    const owner = `${file} belongs to another user (${uid}) than the one that asks (${self})`;
    found.push(warning(owner, 'Run vultus doctor as the user of the server; give the files to that one.'));
  }
  return found;
}
