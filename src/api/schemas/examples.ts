/** The answers that the documentation shows; vectors are shortened to three of their 512 numbers. */

const fv = [0.0312, -0.0178, 0.0541];
const id = '5f0c9a3e-2b7d-4b0e-9c55-0f4f6f1d2a77';
const email = 'ada@example.org';
export const TOKEN = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1ZjBj…';

export const ready = { status: 'ready', checks: { storage: 'ok', models: 'ok', workers: 'ok' } };
export const user = { user: { id, email, fv: [] } };
export const userWithFace = { user: { id, email, fv } };
export const signedIn = { ...user, token: TOKEN };
export const faceRequired = { verification_token: TOKEN };
export const liveTicket = {
  id: 'b2mGq0b3bXyX4m0lQ4b7bqk2m3J0l2m1a8kQ3v5n7xY',
  ticket: TOKEN,
  expires_at: '2026-01-01T12:01:30.000Z',
  socket: '/user/live-verification',
  frames: '/user/live-verification/b2mGq0b3bXyX4m0lQ4b7bqk2m3J0l2m1a8kQ3v5n7xY/frames',
};
export const exchanged = { messages: [{ type: 'guidance', sequence: 7, hint: 'move_closer' }] };
export const enrolled = { fv };
export const compared = { cosine_similarity: '0.812312', result: { ...userWithFace, token: TOKEN } };
export const pendingSignIn = {
  methods: ['face', 'passkey', 'recovery_code'],
  expires_at: '2026-01-01T12:02:00.000Z',
};
export const sessions = {
  sessions: [
    {
      id: 'b2mGq0b3bXyX4m0lQ4b7bqk2m3J0l2m1a8kQ3v5n7xY',
      current: true,
      device: 'Firefox on Linux',
      methods: ['pwd', 'face'],
      authenticated_at: '2026-01-01T12:00:00.000Z',
      last_used_at: '2026-01-01T12:40:00.000Z',
      expires_at: '2026-01-02T12:00:00.000Z',
    },
  ],
};
const consent = {
  version: '1',
  text_sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  given_at: '2026-01-01T12:00:00.000Z',
  withdrawn_at: null,
  means: 'call',
};
export const consentState = { required: true, version: '1', text: '…', given: consent, current: true };
export const receipt = {
  receipt: {
    account_id: id,
    erased_at: '2026-01-01T12:00:00.000Z',
    erased: {
      face: true,
      live_records: 2,
      sessions: 1,
      passkeys: 1,
      recovery_codes: 10,
      notices: 4,
      consents: 1,
    },
    signature: 'yJ3lVf8w0m8p2q0kq9c1Tn4xP3s6m2a7b9d1e5f7g9h',
  },
};
export const exported = {
  exported_at: '2026-01-01T12:00:00.000Z',
  account: { id, email, created_at: '2026-01-01T11:00:00.000Z', second_factor_owed: false },
  face: null,
  sessions: [],
  passkeys: [],
  recovery_codes_left: 10,
  consents: [consent],
  notices: [],
  audit_log: [
    { action: 'sign_up', outcome: 'success', by: 'account', sequence: 7, at: '2026-01-01T11:00:00.000Z' },
  ],
};
export const publicKeyOptions = {
  challenge: 'Qm9vLCB5b3UgaGF2ZSBmb3VuZCBhbiBleGFtcGxl',
  rpId: 'login.example.org',
  allowCredentials: [],
  userVerification: 'preferred',
};
export const passkey = {
  id: 'AbCdEf0123456789',
  name: 'Blue key',
  backed_up: false,
  created_at: '2026-01-01T12:00:00.000Z',
  last_used_at: null,
};
