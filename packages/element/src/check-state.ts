import type { Hint, StageMessage, User, VultusProblem } from '@vultus/client';

import type { CameraFailure } from './camera-failure.js';

export type Purpose = 'sign_in' | 'enrolment';
export type StageName = 'positioning' | 'rest' | 'movement' | 'light';

/** What the person sees. Each state has a text of its own and a way on. */
export type CheckState =
  | { readonly name: 'introduction' }
  | { readonly name: 'requesting_camera' }
  | { readonly name: 'connecting' }
  | { readonly name: StageName; readonly shown: StageMessage; readonly hint: Hint | null }
  /** Single pictures, at a server that makes no live checks. `advice`: why the last one could not be used. */
  | { readonly name: 'live_not_offered'; readonly advice: VultusProblem | null }
  | { readonly name: 'deciding' }
  | { readonly name: 'passed'; readonly user: User }
  | { readonly name: 'failed'; readonly problem: VultusProblem; readonly mayRetry: boolean }
  | { readonly name: CameraFailure | 'camera_lost' | 'interrupted' }
  /** `retries`: it tries again by itself, after `waitMs`. */
  | { readonly name: 'connection_lost'; readonly retries: boolean; readonly waitMs: number }
  | {
      readonly name: 'server_busy';
      readonly problem: VultusProblem;
      readonly retries: boolean;
      readonly seconds: number;
    }
  | { readonly name: 'too_many_attempts'; readonly problem: VultusProblem; readonly seconds: number }
  | {
      readonly name: 'expired' | 'consent_required' | 'reauthentication_required';
      readonly problem: VultusProblem;
    };

export type StateName = CheckState['name'];

/** In these the camera is on, and no other ones. */
const WITH_CAMERA: ReadonlySet<StateName> = new Set([
  'requesting_camera',
  'connecting',
  'positioning',
  'rest',
  'movement',
  'light',
  'live_not_offered',
  'deciding',
]);

export function needsCamera(state: CheckState): boolean {
  return WITH_CAMERA.has(state.name) || (state.name === 'connection_lost' && state.retries);
}

/** Whether a live session is under way and the person is asked for something. */
export function isStage(state: CheckState): state is Extract<CheckState, { name: StageName }> {
  return 'shown' in state;
}

/** The way on is the password, or a consent. */
const FINAL: ReadonlySet<StateName> = new Set([
  'expired',
  'too_many_attempts',
  'consent_required',
  'reauthentication_required',
]);

/** Whether this sign-in or session is over. */
export function isFinal(state: CheckState): boolean {
  return FINAL.has(state.name) || (state.name === 'failed' && state.problem.code === 'enrolment_superseded');
}
