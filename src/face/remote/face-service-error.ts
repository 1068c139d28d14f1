/** The face recognition services cannot be used as they are; the message says what the operator can do. */
export class FaceServiceError extends Error {
  override readonly name = 'FaceServiceError';
}
