/** The answers that the documentation shows; vectors are shortened to three of their 512 numbers. */

const fv = [0.0312, -0.0178, 0.0541];
const id = '5f0c9a3e-2b7d-4b0e-9c55-0f4f6f1d2a77';
const email = 'ada@example.org';
const token = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI1ZjBj…';

export const user = { user: { id, email, fv: [] } };
export const userWithFace = { user: { id, email, fv } };
export const signedIn = { ...user, token };
export const faceRequired = { verification_token: token };
export const liveTicket = {
  id: 'b2mGq0b3bXyX4m0lQ4b7bqk2m3J0l2m1a8kQ3v5n7xY',
  ticket: token,
  expires_at: '2026-01-01T12:01:30.000Z',
  socket: '/user/live-verification',
  frames: '/user/live-verification/b2mGq0b3bXyX4m0lQ4b7bqk2m3J0l2m1a8kQ3v5n7xY/frames',
};
export const exchanged = { messages: [{ type: 'guidance', sequence: 7, hint: 'move_closer' }] };
export const enrolled = { fv };
export const compared = { cosine_similarity: '0.812312', result: { ...userWithFace, token } };
