import type { LiveInterruption } from '../../auth/live-session.js';
import type { LiveFailure } from '../../face/live/live-event.js';
import { Problem } from '../problems.js';

const ADVICE: Record<LiveFailure, string> = {
  not_positioned:
    'Your face could not be read well enough. Look straight into the camera, near enough, in even light, and try again.',
  step_timed_out:
    'What was asked for was not seen in time. Follow the instructions as they appear, and try again.',
  wrong_movement: 'Another movement was asked for. Follow the instructions as they appear, and try again.',
  face_lost: 'Your face was out of the picture for too long. Stay before the camera, and try again.',
  several_people: 'Only one person may be in the picture. Ask the others to step aside, and try again.',
  person_changed: 'The face changed during the check. Stay before the camera alone, and try again.',
  camera_frozen: 'The camera shows a standing picture. Close other programs that use it, and try again.',
  light_not_reflected:
    'The light of the screen was not seen on your face. Turn the screen brighter, come closer, away from strong light, or choose the check without coloured light.',
  abilities_insufficient:
    'Too little is left to ask for. Choose more of the movements or the coloured light, or another way to sign in.',
};

const INTERRUPTED: Record<LiveInterruption, string> = {
  idle: 'No picture came for ten seconds. Start again.',
  timed_out: 'The check took longer than a minute. Start again.',
  gone: 'The connection was lost. Start again.',
  superseded: 'The check was started again elsewhere.',
  protocol_violated:
    'The page or program sent what it may not. Start again; if it stays so, its maker has to mend it.',
  shutting_down: 'The server is being restarted. Start again in a moment.',
};

export function failureProblem(failure: LiveFailure): Problem {
  return new Problem('live_check_failed', { detail: ADVICE[failure], reasons: [failure] });
}

export function interruptionProblem(by: LiveInterruption): Problem {
  return new Problem('live_session_ended', { detail: INTERRUPTED[by], reasons: [by] });
}
