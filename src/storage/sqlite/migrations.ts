/**
 * The schema's steps in order; `PRAGMA user_version` counts those applied. A step that has been released is
 * never changed: a new one is appended.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE accounts (
    -- Refers to the row from within the file: found faster than by the id, among a million by a third.
    number                INTEGER PRIMARY KEY,
    id                    TEXT NOT NULL UNIQUE,
    email                 TEXT NOT NULL UNIQUE,
    password_hash         TEXT NOT NULL,
    created_at            INTEGER NOT NULL,
    reference_model       TEXT,
    reference_ciphertext  BLOB,
    reference_quality     REAL,
    reference_created_at  INTEGER,
    reference_erasures    INTEGER NOT NULL DEFAULT 0,
    -- A reference is there as a whole or not at all.
    CHECK ((reference_model IS NULL) = (reference_ciphertext IS NULL)
       AND (reference_model IS NULL) = (reference_created_at IS NULL)
       AND (reference_model IS NOT NULL OR reference_quality IS NULL))
  ) STRICT;

  CREATE TABLE sessions (
    id          TEXT PRIMARY KEY,
    account     INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    -- Ascends within an account as its sessions are opened.
    position    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    methods     TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_account ON sessions (account, position);
  CREATE INDEX sessions_expiry ON sessions (expires_at);

  CREATE TABLE sign_in_flows (
    id             TEXT PRIMARY KEY,
    account_id     TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('awaiting_face', 'passed', 'locked')),
    face_failures  INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sign_in_flows_expiry ON sign_in_flows (expires_at);

  CREATE TABLE installation (
    fact   TEXT PRIMARY KEY,
    value  TEXT NOT NULL
  ) STRICT;
  `,
];
