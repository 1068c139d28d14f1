/**
 * The schema's steps in order; `PRAGMA user_version` counts those applied. A step that has been released is
 * never changed: a new one is appended.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE accounts (
    id                    TEXT PRIMARY KEY,
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
       AND (reference_model IS NULL) = (reference_quality IS NULL)
       AND (reference_model IS NULL) = (reference_created_at IS NULL))
  ) STRICT;

  CREATE TABLE sessions (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    methods     TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sessions_account ON sessions (account_id);
  CREATE INDEX sessions_expiry ON sessions (expires_at);

  CREATE TABLE sign_in_flows (
    id             TEXT PRIMARY KEY,
    account_id     TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    state          TEXT NOT NULL CHECK (state IN ('awaiting_face', 'passed', 'locked')),
    face_failures  INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sign_in_flows_account ON sign_in_flows (account_id);
  CREATE INDEX sign_in_flows_expiry ON sign_in_flows (expires_at);
  `,
  // A session names its account's row: found faster than by the id, among a million accounts by a third. A
  // reference may come without a quality. A sign-in in progress may outlive its account; it ends by itself.
  `
  CREATE TABLE new_accounts (
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
  INSERT INTO new_accounts SELECT rowid, * FROM accounts;

  CREATE TABLE new_sessions (
    id          TEXT PRIMARY KEY,
    account     INTEGER NOT NULL REFERENCES new_accounts (number) ON DELETE CASCADE,
    -- Ascends within an account as its sessions are opened.
    position    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    methods     TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_sessions
    SELECT sessions.id, number, sessions.rowid, sessions.created_at, expires_at, methods
      FROM sessions JOIN new_accounts ON new_accounts.id = account_id;

  CREATE TABLE new_sign_in_flows (
    id             TEXT PRIMARY KEY,
    account_id     TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('awaiting_face', 'passed', 'locked')),
    face_failures  INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
  ) STRICT;
  INSERT INTO new_sign_in_flows SELECT * FROM sign_in_flows;

  DROP TABLE sign_in_flows;
  DROP TABLE sessions;
  DROP TABLE accounts;
  ALTER TABLE new_accounts RENAME TO accounts;
  ALTER TABLE new_sessions RENAME TO sessions;
  ALTER TABLE new_sign_in_flows RENAME TO sign_in_flows;
  CREATE INDEX sessions_account ON sessions (account, position);
  CREATE INDEX sessions_expiry ON sessions (expires_at);
  CREATE INDEX sign_in_flows_expiry ON sign_in_flows (expires_at);

  CREATE TABLE installation (
    fact   TEXT PRIMARY KEY,
    value  TEXT NOT NULL
  ) STRICT;
  `,
  // What live sessions leave behind: records to know their recordings by, and tickets that must not come twice.
  `
  CREATE TABLE live_records (
    account     INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    -- Ascends within an account as its records are appended.
    position    INTEGER NOT NULL,
    ciphertext  BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (account, position)
  ) STRICT;

  CREATE TABLE spent_tickets (
    id          TEXT PRIMARY KEY,
    expires_at  INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX spent_tickets_expiry ON spent_tickets (expires_at);
  `,
  // What protects an account beside its password and its face, and what is remembered about it. A session has a name
  // of its own, so that its token can be replaced.
  `
  ALTER TABLE accounts ADD COLUMN reference_last_used_at INTEGER;
  ALTER TABLE accounts ADD COLUMN reference_renewal_due INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE accounts ADD COLUMN second_factor_owed INTEGER NOT NULL DEFAULT 0;
  UPDATE accounts SET reference_last_used_at = reference_created_at;
  CREATE INDEX accounts_reference_use ON accounts (reference_last_used_at)
    WHERE reference_last_used_at IS NOT NULL;

  ALTER TABLE sessions ADD COLUMN token_hash TEXT NOT NULL DEFAULT '';
  ALTER TABLE sessions ADD COLUMN replaced_hash TEXT;
  ALTER TABLE sessions ADD COLUMN replaced_at INTEGER;
  ALTER TABLE sessions ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sessions ADD COLUMN device TEXT;
  UPDATE sessions SET token_hash = id, last_used_at = created_at;

  CREATE TABLE passkeys (
    id            TEXT PRIMARY KEY,
    account       INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    -- Ascends within an account, as everywhere below.
    position      INTEGER NOT NULL,
    public_key    BLOB NOT NULL,
    counter       INTEGER NOT NULL,
    transports    TEXT NOT NULL,
    name          TEXT NOT NULL,
    backed_up     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER
  ) STRICT;
  CREATE INDEX passkeys_account ON passkeys (account, position);

  CREATE TABLE recovery_codes (
    account  INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    hash     TEXT NOT NULL,
    PRIMARY KEY (account, hash)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE notices (
    account     INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    id          TEXT NOT NULL,
    kind        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    seen        INTEGER NOT NULL,
    details     TEXT NOT NULL,
    PRIMARY KEY (account, position),
    UNIQUE (account, id)
  ) STRICT;

  CREATE TABLE consents (
    account       INTEGER NOT NULL REFERENCES accounts (number) ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    version       TEXT NOT NULL,
    text_digest   TEXT NOT NULL,
    given_at      INTEGER NOT NULL,
    withdrawn_at  INTEGER,
    means         TEXT NOT NULL,
    PRIMARY KEY (account, position)
  ) STRICT;

  CREATE TABLE account_keys (
    account_id  TEXT PRIMARY KEY,
    sealed      BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE attempt_counters (
    subject        TEXT NOT NULL,
    origin         TEXT NOT NULL,
    failures       INTEGER NOT NULL,
    blocked_until  INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    PRIMARY KEY (subject, origin)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attempt_counters_expiry ON attempt_counters (expires_at);
  -- By which a migration pages through them.
  CREATE INDEX attempt_counters_id ON attempt_counters (subject || ' ' || origin);

  CREATE TABLE audit_log (
    sequence    INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    account_id  TEXT,
    record      TEXT NOT NULL,
    hash        TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_log_account ON audit_log (account_id, sequence) WHERE account_id IS NOT NULL;
  CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
  CREATE TRIGGER audit_log_is_not_cut BEFORE DELETE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'the audit log is not cut'); END;

  CREATE TABLE outbox (
    id          TEXT PRIMARY KEY,
    body        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX outbox_due ON outbox (due_at);
  `,
];
