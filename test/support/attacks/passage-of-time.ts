import path from 'node:path';

import Database from 'libsql';

import type { RunningServer } from '../server.js';

/** Makes all sessions of the server older by so much, and what has happened to them too: nobody waits for it. */
export function ageSessions({ dataDirectory }: Pick<RunningServer, 'dataDirectory'>, seconds: number): void {
  const db = new Database(path.join(dataDirectory, 'vultus.db'));
  try {
    db.exec('PRAGMA busy_timeout = 5000');
    const changed = db
      .prepare('UPDATE sessions SET created_at = created_at - ?1, replaced_at = replaced_at - ?1')
      .run([seconds * 1000]);
    if (changed.changes === 0) throw new Error('there are no sessions');
  } finally {
    db.close();
  }
}
