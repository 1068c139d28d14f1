import type { Hint, StageMessage, User, VultusProblem } from '@vultus/client';

import type { CameraFailure } from './camera-failure.js';
import { type CheckState, type StageName, isStage, needsCamera } from './check-state.js';

/** What the element remembers of one face check beside what it shows. */
export interface FaceCheck {
  readonly state: CheckState;
  /** Connections lost since the person has started; so many retries went by themselves. */
  readonly lost: number;
  readonly busy: number;
  /** False once the server has said that it makes no live checks. */
  readonly isLive: boolean;
}

export type Happening =
  | { readonly type: 'started' | 'camera_opened' | 'camera_ended' | 'page_hidden' | 'cancelled' }
  | { readonly type: 'camera_failed'; readonly failure: CameraFailure }
  | { readonly type: 'stage_due'; readonly message: StageMessage }
  | { readonly type: 'hint_steady'; readonly hint: Hint | null }
  /** The server looks at nothing any more: what was asked has been answered. */
  | { readonly type: 'answered' | 'picture_taken' }
  | { readonly type: 'picture_unusable'; readonly problem: VultusProblem }
  | { readonly type: 'passed'; readonly user: User }
  | { readonly type: 'refused'; readonly problem: VultusProblem }
  | { readonly type: 'connection_lost' | 'wait_over' | 'second_passed' };

const RETRIES_AFTER_LOSS = 2;
const RETRIES_WHEN_BUSY = 5;
/** A connection that broke has often been broken for everybody: they shall not all come back at once. */
const WAIT_AFTER_LOSS_MS = [800, 2_000] as const;
const BUSY_SECONDS = 10;

const STAGE_NAMES: Record<StageMessage['stage']['kind'], StageName> = {
  position: 'positioning',
  rest: 'rest',
  movement: 'movement',
  light: 'light',
};

/** Another try with what is there cannot help. */
const WITHOUT_RETRY: ReadonlySet<string> = new Set([
  'face_suspended',
  'reference_incompatible',
  'enrolment_superseded',
  'origin_not_allowed',
  'cross_site_request',
  'live_verification_required',
]);

export const NEW_CHECK: FaceCheck = { state: { name: 'introduction' }, lost: 0, busy: 0, isLive: true };

/** The next state. What does not fit the present one, such as an answer to what was cancelled, changes nothing. */
export function afterwards(check: FaceCheck, happening: Happening): FaceCheck {
  const { state } = check;
  switch (happening.type) {
    case 'started':
      return { ...check, lost: 0, busy: 0, state: { name: 'requesting_camera' } };
    case 'cancelled':
      return { ...check, state: { name: 'introduction' } };
    case 'camera_failed':
      return needsCamera(state) ? { ...check, state: { name: happening.failure } } : check;
    case 'camera_ended':
      return needsCamera(state) ? { ...check, state: { name: 'camera_lost' } } : check;
    case 'page_hidden':
      return isWatching(state) ? { ...check, state: { name: 'interrupted' } } : check;
    case 'camera_opened':
      return state.name === 'requesting_camera' ? { ...check, state: afterCamera(check) } : check;
    case 'wait_over':
      return state.name === 'connection_lost' && state.retries
        ? { ...check, state: afterCamera(check) }
        : check;
    case 'second_passed':
      return afterSecond(check);
    case 'stage_due':
      return isLiveState(state) ? { ...check, state: stageState(happening.message) } : check;
    case 'hint_steady':
      return isStage(state) ? { ...check, state: { ...state, hint: happening.hint } } : check;
    case 'answered':
      return state.name === 'movement' ? { ...check, state: { name: 'deciding' } } : check;
    case 'picture_taken':
      return state.name === 'live_not_offered' ? { ...check, state: { name: 'deciding' } } : check;
    case 'picture_unusable':
      return isPictureState(check)
        ? { ...check, state: { name: 'live_not_offered', advice: happening.problem } }
        : check;
    case 'passed':
      return isWatching(state) ? { ...check, state: { name: 'passed', user: happening.user } } : check;
    case 'refused':
      return isWatching(state) ? refused(check, happening.problem) : check;
    case 'connection_lost':
      return isWatching(state) ? lost(check) : check;
  }
}

/** From when the camera has been asked for to a result. */
function isWatching(state: CheckState): boolean {
  return needsCamera(state) && state.name !== 'requesting_camera';
}

function isLiveState(state: CheckState): boolean {
  return state.name === 'connecting' || state.name === 'deciding' || isStage(state);
}

function isPictureState({ state, isLive }: FaceCheck): boolean {
  return !isLive && (state.name === 'live_not_offered' || state.name === 'deciding');
}

function afterCamera({ isLive }: FaceCheck): CheckState {
  return isLive ? { name: 'connecting' } : { name: 'live_not_offered', advice: null };
}

function stageState(message: StageMessage): CheckState {
  return { name: STAGE_NAMES[message.stage.kind], shown: message, hint: null };
}

function afterSecond(check: FaceCheck): FaceCheck {
  const { state } = check;
  if (state.name !== 'server_busy' && state.name !== 'too_many_attempts') return check;
  if (state.seconds === 0) return check;
  const seconds = Math.max(0, state.seconds - 1);
  if (seconds === 0 && state.name === 'server_busy' && state.retries) {
    return { ...check, state: { name: 'requesting_camera' } };
  }
  return { ...check, state: { ...state, seconds } };
}

function lost(check: FaceCheck): FaceCheck {
  const retries = check.lost < RETRIES_AFTER_LOSS;
  const waitMs = WAIT_AFTER_LOSS_MS[check.lost] ?? 0;
  return { ...check, lost: check.lost + 1, state: { name: 'connection_lost', retries, waitMs } };
}

/** The server has no room for anybody just now. */
const BUSY: ReadonlySet<string> = new Set([
  'busy',
  'face_service_unavailable',
  'storage_unavailable',
  'too_many_requests',
]);

function refused(check: FaceCheck, problem: VultusProblem): FaceCheck {
  const { code, retryAfter, reasons } = problem;
  if (code === 'live_check_not_offered') {
    return { ...check, isLive: false, state: { name: 'live_not_offered', advice: null } };
  }
  if (code === 'invalid_token') return { ...check, state: { name: 'expired', problem } };
  if (code === 'consent_required' || code === 'reauthentication_required') {
    return { ...check, state: { name: code, problem } };
  }
  if (code === 'too_many_attempts') {
    return { ...check, state: { name: code, problem, seconds: retryAfter ?? 0 } };
  }
  if (BUSY.has(code)) {
    const retries = check.busy < RETRIES_WHEN_BUSY;
    const seconds = Math.max(1, retryAfter ?? BUSY_SECONDS);
    return { ...check, busy: check.busy + 1, state: { name: 'server_busy', problem, retries, seconds } };
  }
  // What was begun is gone, and may be begun anew.
  if (code === 'live_session_not_found' || reasons.includes('shutting_down')) return lost(check);
  return { ...check, state: { name: 'failed', problem, mayRetry: !WITHOUT_RETRY.has(code) } };
}
