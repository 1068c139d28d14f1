import type { FrameSize } from './frame-thrift.js';

/** A picture of the camera as it is sent: upright, not mirrored. */
export interface TakenFrame {
  readonly picture: Blob;
  /** When the camera took it, as `performance.now()` counts. */
  readonly takenAt: number;
}

/** Of single pictures, and of frames where the line bears them. */
const FULL_SIZE: FrameSize = { longestSide: 1280, quality: 0.85 };
/** What lies between camera and page, where the browser does not say when a frame was taken. */
const ASSUMED_LATENCY_MS = 100;
/** A browser that tells no frame for so long, because something covers the video, is asked without. */
const SILENT_MS = 250;
const POLL_MS = 30;

type FrameInfo = Pick<VideoFrameCallbackMetadata, 'captureTime'>;

/** Takes frames from a playing video, one at a time, in order. */
export class FrameTaker {
  readonly #canvas = new FrameCanvas();
  #isRunning = false;
  #isEncoding = false;
  #callback: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param wants asked before a frame is taken
   * @param deliver called with each frame
   * @param size at which the next frame is made
   */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly wants: () => boolean,
    private readonly deliver: (frame: TakenFrame) => void,
    private readonly size: () => FrameSize,
  ) {}

  start(): void {
    this.#isRunning = true;
    this.#awaitFrame();
  }

  stop(): void {
    this.#isRunning = false;
    this.#stopAwaiting();
  }

  #awaitFrame(): void {
    const tells = 'requestVideoFrameCallback' in this.video;
    if (tells) {
      this.#callback = this.video.requestVideoFrameCallback((_now, info) => {
        this.#onFrame(info);
      });
    }
    this.#timer = setTimeout(
      () => {
        this.#onFrame({});
      },
      tells ? SILENT_MS : POLL_MS,
    );
  }

  #stopAwaiting(): void {
    clearTimeout(this.#timer);
    if (this.#callback !== undefined) this.video.cancelVideoFrameCallback(this.#callback);
  }

  #onFrame(info: FrameInfo): void {
    this.#stopAwaiting();
    if (!this.#isRunning) return;
    if (!this.#isEncoding && this.video.videoWidth > 0 && this.wants()) {
      void this.#take(captureTime(info, performance.now()));
    }
    this.#awaitFrame();
  }

  async #take(takenAt: number): Promise<void> {
    this.#isEncoding = true;
    try {
      const picture = await this.#canvas.picture(this.video, this.size());
      if (this.#isRunning && picture) this.deliver({ picture, takenAt });
    } finally {
      this.#isEncoding = false;
    }
  }
}

/** @param info what the browser knows of the frame. @returns when it was taken, never in the future */
export function captureTime({ captureTime }: FrameInfo, now: number): number {
  const isCredible = captureTime !== undefined && captureTime <= now && captureTime > now - 1_000;
  return isCredible ? captureTime : now - ASSUMED_LATENCY_MS;
}

/** @returns the size at which a picture is sent */
export function sentSize(
  width: number,
  height: number,
  longestSide = FULL_SIZE.longestSide,
): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, longestSide / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** One canvas for all frames: a new one each time would be ten a second. */
export class FrameCanvas {
  readonly #canvas: OffscreenCanvas | HTMLCanvasElement =
    'OffscreenCanvas' in globalThis ? new OffscreenCanvas(1, 1) : document.createElement('canvas');

  /** @returns null when the video shows nothing, or the picture cannot be made */
  async picture(video: HTMLVideoElement, { longestSide, quality } = FULL_SIZE): Promise<Blob | null> {
    const canvas = this.#canvas;
    const { width, height } = sentSize(video.videoWidth, video.videoHeight, longestSide);
    if (width === 0 || height === 0) return null;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    // The pixels are read back each time; keeping them off the graphics card is faster.
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    if (!context) return null;
    context.drawImage(video, 0, 0, width, height);
    if ('convertToBlob' in canvas) return canvas.convertToBlob({ type: 'image/jpeg', quality });
    return new Promise((resolve) => {
      canvas.toBlob(resolve, 'image/jpeg', quality);
    });
  }
}
