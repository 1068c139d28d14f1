const HEADER_BYTES = 17;
const VERSION = 1;

export interface FrameHeader {
  /** Above that of every frame before. */
  readonly sequence: number;
  /** Milliseconds on a clock of the client's own; only distances count. */
  readonly takenAt: number;
  /** Of the stage that was on the screen when the frame was taken. */
  readonly nonce: string;
}

/** The binary message of a frame: a header of 17 bytes, then the picture (docs/live-protocol.md). */
export function frameMessage({ sequence, takenAt, nonce }: FrameHeader, picture: Blob): Blob {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint8(0, VERSION);
  header.setUint32(1, sequence);
  header.setUint32(5, Math.round(takenAt) >>> 0);
  const bytes = atob(nonce.replaceAll('-', '+').replaceAll('_', '/'));
  for (let i = 0; i < bytes.length; i++) header.setUint8(9 + i, bytes.charCodeAt(i));
  return new Blob([header.buffer, picture]);
}
