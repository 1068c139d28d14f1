import { type VultusClient, VultusProblem, isConnectionLost, isProblem } from '@vultus/client';

import { Camera, type CameraChoice, CameraUnavailable } from './camera.js';
import { type CheckState, type Purpose, needsCamera } from './check-state.js';
import { type Choices, abilitiesOf } from './choices.js';
import type { ColourPace } from './colour-pace.js';
import { type FaceCheck, type Happening, NEW_CHECK, afterwards } from './face-check.js';
import { LiveCheck } from './live-check.js';
import { PictureCheck } from './picture-check.js';
import { ScreenLock } from './screen-lock.js';

/** What one face check is made with. */
export interface CheckSettings {
  readonly client: VultusClient;
  readonly purpose: Purpose;
  readonly consentVersion: string | undefined;
  readonly choices: Choices;
}

export interface CheckScreen {
  readonly video: HTMLVideoElement;
  /** Shows it at once, so that the next picture on the screen has it. */
  show(state: CheckState): void;
  /** @param id of the one that is on */
  offerCameras(cameras: readonly CameraChoice[], id: string): void;
}

/** Superseded sessions are closed with a code of their own; the reason may have been lost on the way. */
const SUPERSEDED = 4002;

/** Does what each state asks for: camera, connection, waiting. What happens goes through `afterwards`. */
export class CheckRunner {
  #check: FaceCheck = NEW_CHECK;
  #settings: CheckSettings | null = null;
  #camera: Camera | null = null;
  #live: LiveCheck | null = null;
  #run = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #screenLock = new ScreenLock();

  constructor(
    private readonly screen: CheckScreen,
    private readonly pace: ColourPace,
    private readonly onChange: (state: CheckState, before: CheckState) => void,
  ) {}

  get state(): CheckState {
    return this.#check.state;
  }

  start(settings: CheckSettings): void {
    this.#breakOff();
    this.#settings = settings;
    this.happen({ type: 'started' });
  }

  /** Releases everything; nothing is told any more. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#breakOff();
    this.#check = NEW_CHECK;
  }

  happen(happening: Happening): void {
    const before = this.#check.state;
    this.#check = afterwards(this.#check, happening);
    const { state } = this.#check;
    if (state === before) return;
    if (!needsCamera(state)) this.#breakOff();
    this.screen.show(state);
    // Begun anew while the camera is asked for: the state is the same, what was under way is not.
    if (state.name !== before.name || happening.type === 'started') this.#enter(state);
    else if (happening.type === 'second_passed') this.#countSeconds();
    this.onChange(state, before);
  }

  async chooseCamera(id: string): Promise<void> {
    const { signal } = this.#run;
    try {
      const camera = await this.#open(id);
      if (signal.aborted) camera.close();
      else this.#use(camera);
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  async takePicture(): Promise<void> {
    const { signal } = this.#run;
    try {
      await this.#pictures(signal).enrol();
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  #enter(state: CheckState): void {
    clearTimeout(this.#timer);
    const { signal } = this.#run;
    if (state.name === 'requesting_camera') void this.#openCamera(signal);
    else if (state.name === 'connecting') void this.#openLive(signal);
    else if (state.name === 'server_busy' || state.name === 'too_many_attempts') this.#countSeconds();
    else if (state.name === 'live_not_offered') {
      if (this.#settings?.purpose === 'sign_in') void this.#verifyPictures(signal);
    } else if (state.name === 'connection_lost' && state.retries) {
      this.#timer = setTimeout(() => {
        this.happen({ type: 'wait_over' });
      }, state.waitMs);
    }
  }

  async #openCamera(signal: AbortSignal): Promise<void> {
    try {
      const camera = await this.#open(this.#settings!.choices.cameraId);
      if (signal.aborted) {
        camera.close();
        return;
      }
      this.#use(camera);
      void this.#screenLock.hold();
      this.happen({ type: 'camera_opened' });
      if (document.hidden) this.happen({ type: 'page_hidden' });
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  #open(id: string | null): Promise<Camera> {
    return Camera.open(id, () => {
      this.happen({ type: 'camera_ended' });
    });
  }

  #use(camera: Camera): void {
    this.#camera?.close();
    this.#camera = camera;
    const { video } = this.screen;
    video.srcObject = camera.stream;
    // Rejected when the source is taken away again before it plays.
    void video.play().catch(() => undefined);
    void this.#offerCameras(camera);
  }

  async #offerCameras(camera: Camera): Promise<void> {
    const choices = await camera.choices().catch(() => []);
    if (this.#camera === camera) this.screen.offerCameras(choices, camera.id);
  }

  async #openLive(signal: AbortSignal): Promise<void> {
    const { client, purpose, consentVersion, choices } = this.#settings!;
    try {
      const session = await client.openLiveSession({
        purpose,
        // Twice over what is usual, then over what gets through anywhere.
        via: this.#check.lost < 2 ? 'auto' : 'calls',
        signal,
        ...(consentVersion === undefined ? {} : { consentVersion }),
      });
      const live = new LiveCheck(session, this.screen.video, this.pace, this.#reporter(signal));
      this.#live = live;
      const result = await live.hold(abilitiesOf(choices));
      if (signal.aborted) return;
      this.#live = null;
      if (result.outcome === 'passed') this.happen({ type: 'passed', user: result.user });
      else this.happen({ type: 'refused', problem: result.problem });
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  async #verifyPictures(signal: AbortSignal): Promise<void> {
    try {
      await this.#pictures(signal).verify();
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  #pictures(signal: AbortSignal): PictureCheck {
    const { client, purpose, consentVersion } = this.#settings!;
    const { video } = this.screen;
    return new PictureCheck({
      client,
      purpose,
      consentVersion,
      video,
      signal,
      report: this.#reporter(signal),
    });
  }

  #reporter(signal: AbortSignal): (happening: Happening) => void {
    return (happening) => {
      if (!signal.aborted) this.happen(happening);
    };
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#live = null;
    if (error instanceof CameraUnavailable) this.happen({ type: 'camera_failed', failure: error.failure });
    else if (isProblem(error)) this.happen({ type: 'refused', problem: error });
    else if (isConnectionLost(error) && error.closeCode === SUPERSEDED) {
      this.happen({ type: 'refused', problem: superseded() });
    } else this.happen({ type: 'connection_lost' });
  }

  #countSeconds(): void {
    this.#timer = setTimeout(() => {
      this.happen({ type: 'second_passed' });
    }, 1_000);
  }

  /** Camera off, session ended, answers that are still to come unheard. */
  #breakOff(): void {
    this.#live?.breakOff();
    this.#live = null;
    this.#run.abort();
    this.#run = new AbortController();
    this.#camera?.close();
    this.#camera = null;
    this.screen.video.srcObject = null;
    this.#screenLock.release();
  }
}

function superseded(): VultusProblem {
  return new VultusProblem({
    type: 'urn:vultus:problem:live_session_ended',
    title: 'The live check was broken off',
    status: 409,
    code: 'live_session_ended',
    detail: 'The check was started elsewhere.',
    request_id: '',
    reasons: ['superseded'],
  });
}
