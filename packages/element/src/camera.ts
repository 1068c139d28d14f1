import { type CameraFailure, cameraFailure } from './camera-failure.js';

/** A camera that gives nothing for this long is taken for lost: a call may have come in. */
const MUTED_MS = 3_000;

export class CameraUnavailable extends Error {
  override readonly name = 'CameraUnavailable';

  constructor(
    readonly failure: CameraFailure,
    cause: unknown,
  ) {
    super(failure, { cause });
  }
}

export interface CameraChoice {
  readonly id: string;
  /** Empty where the browser does not tell. */
  readonly label: string;
}

/** One camera that is on. */
export class Camera {
  readonly #track: MediaStreamTrack;
  #muted: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    readonly stream: MediaStream,
    /** Of the camera, for the next time. */
    readonly id: string,
    onEnded: () => void,
  ) {
    this.#track = stream.getVideoTracks()[0]!;
    this.#track.addEventListener('ended', onEnded);
    this.#track.addEventListener('mute', () => {
      this.#muted = setTimeout(onEnded, MUTED_MS);
    });
    this.#track.addEventListener('unmute', () => {
      clearTimeout(this.#muted);
    });
  }

  /**
   * @param id of the camera that was chosen before; another one where it is not there
   * @param onEnded the camera has stopped by itself
   * @throws CameraUnavailable
   */
  static async open(id: string | null, onEnded: () => void): Promise<Camera> {
    try {
      const stream = await request(id);
      return new Camera(stream, stream.getVideoTracks()[0]?.getSettings().deviceId ?? '', onEnded);
    } catch (error) {
      throw new CameraUnavailable(cameraFailure(error, circumstances()), error);
    }
  }

  /** The cameras of the device; only known once one is on. */
  async choices(): Promise<readonly CameraChoice[]> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices
      .filter(({ kind }) => kind === 'videoinput')
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  close(): void {
    clearTimeout(this.#muted);
    for (const track of this.stream.getTracks()) track.stop();
  }
}

function request(id: string | null): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: {
      width: { ideal: 640 },
      height: { ideal: 480 },
      frameRate: { ideal: 30 },
      ...(id ? { deviceId: { ideal: id } } : { facingMode: 'user' }),
    },
  });
}

/** Of Permissions-Policy; browsers differ in whether they have it. */
interface WithPolicy {
  readonly featurePolicy?: { allowsFeature(feature: string): boolean };
}

function circumstances() {
  const { featurePolicy } = document as WithPolicy;
  return {
    isSecureContext,
    hasMediaDevices: 'mediaDevices' in navigator,
    isAllowedByPolicy: featurePolicy?.allowsFeature('camera') ?? true,
  };
}
