import { type ProblemBody, type StageMessage, VultusProblem } from '@vultus/client';
import { describe, expect, it } from 'vitest';

import { isFinal, needsCamera } from './check-state.js';
import { type FaceCheck, type Happening, NEW_CHECK, afterwards } from './face-check.js';

const problem = (code: ProblemBody['code'], more: Partial<ProblemBody> = {}, retryAfter?: number) =>
  new VultusProblem(
    { type: '', title: '', status: 422, code, detail: '', request_id: 'r', ...more },
    retryAfter,
  );
const stage = (kind: 'position' | 'rest', done = 0): StageMessage => ({
  type: 'stage',
  stage: { kind },
  nonce: 'uVxpAYJ59dM',
  deadline_ms: 7000,
  done,
  total: 3,
});
const TURN: StageMessage = { ...stage('rest', 2), stage: { kind: 'movement', movement: 'turn_left' } };
const follow = (happenings: readonly Happening[], from: FaceCheck = NEW_CHECK) =>
  happenings.reduce(afterwards, from);

const CONNECTING: readonly Happening[] = [{ type: 'started' }, { type: 'camera_opened' }];
const UNDER_WAY: readonly Happening[] = [...CONNECTING, { type: 'stage_due', message: stage('position') }];

describe('a face check', () => {
  it('goes from the introduction through stages to a result', () => {
    const names = [
      ...UNDER_WAY,
      { type: 'stage_due', message: stage('rest') },
      { type: 'stage_due', message: TURN },
      { type: 'answered' },
      { type: 'passed', user: { id: '1', email: 'ada@example.org', fv: [] } },
    ].map((_, i, all) => follow(all.slice(0, i + 1) as Happening[]).state.name);
    expect(names).toEqual([
      'requesting_camera',
      'connecting',
      'positioning',
      'rest',
      'movement',
      'deciding',
      'passed',
    ]);
  });

  it('shows a hint until the next stage', () => {
    const hinted = follow([...UNDER_WAY, { type: 'hint_steady', hint: 'too_dark' }]);
    expect(hinted.state).toMatchObject({ name: 'positioning', hint: 'too_dark' });
    expect(afterwards(hinted, { type: 'stage_due', message: stage('rest') }).state).toMatchObject({
      hint: null,
    });
  });

  it('hears nothing of what was cancelled', () => {
    const cancelled = follow([...UNDER_WAY, { type: 'cancelled' }]);
    for (const late of [
      { type: 'camera_opened' },
      { type: 'stage_due', message: TURN },
      { type: 'hint_steady', hint: 'nod' },
      { type: 'refused', problem: problem('face_mismatch') },
      { type: 'connection_lost' },
      { type: 'wait_over' },
      { type: 'camera_ended' },
      { type: 'page_hidden' },
    ] satisfies Happening[]) {
      expect(afterwards(cancelled, late), late.type).toBe(cancelled);
    }
  });

  it('tries again by itself twice when the connection is lost, then leaves it to the person', () => {
    let check = follow(UNDER_WAY);
    for (let i = 0; i < 2; i++) {
      check = afterwards(check, { type: 'connection_lost' });
      expect(check.state).toMatchObject({ name: 'connection_lost', retries: true });
      expect(needsCamera(check.state)).toBe(true);
      check = afterwards(check, { type: 'wait_over' });
      expect(check.state.name).toBe('connecting');
    }
    check = afterwards(check, { type: 'connection_lost' });
    expect(check.state).toMatchObject({ name: 'connection_lost', retries: false });
    expect(needsCamera(check.state)).toBe(false);
    expect(afterwards(check, { type: 'wait_over' })).toBe(check);
    expect(afterwards(check, { type: 'started' })).toMatchObject({
      lost: 0,
      state: { name: 'requesting_camera' },
    });
  });

  it('begins anew by itself when the server is restarted or has lost the session', () => {
    for (const refusal of [
      problem('live_session_ended', { reasons: ['shutting_down'] }),
      problem('live_session_not_found'),
    ]) {
      const { state } = follow([...UNDER_WAY, { type: 'refused', problem: refusal }]);
      expect(state).toMatchObject({ name: 'connection_lost', retries: true });
    }
  });

  it('counts down while the server is busy, and goes on by itself five times', () => {
    const busy: Happening = { type: 'refused', problem: problem('busy', { status: 503 }, 2) };
    let check = follow(CONNECTING);
    for (let i = 0; i < 5; i++) {
      check = afterwards(check, busy);
      expect(check.state).toMatchObject({ name: 'server_busy', seconds: 2, retries: true });
      check = afterwards(check, { type: 'second_passed' });
      expect(check.state).toMatchObject({ seconds: 1 });
      check = follow([{ type: 'second_passed' }, { type: 'camera_opened' }], check);
      expect(check.state.name).toBe('connecting');
    }
    check = afterwards(check, busy);
    expect(check.state).toMatchObject({ name: 'server_busy', retries: false });
    check = follow([{ type: 'second_passed' }, { type: 'second_passed' }], check);
    expect(check.state).toMatchObject({ name: 'server_busy', seconds: 0 });
    expect(afterwards(check, { type: 'second_passed' })).toBe(check);
  });

  it('takes pictures where there are no live checks, also at the next start', () => {
    const check = follow([...CONNECTING, { type: 'refused', problem: problem('live_check_not_offered') }]);
    expect(check.state).toEqual({ name: 'live_not_offered', advice: null });
    const dark = problem('poor_quality', { reasons: ['too_dark'] });
    const advised = follow([{ type: 'picture_taken' }, { type: 'picture_unusable', problem: dark }], check);
    expect(advised.state).toEqual({ name: 'live_not_offered', advice: dark });
    expect(follow(CONNECTING, advised).state.name).toBe('live_not_offered');
  });

  it.each([
    ['invalid_token', 'expired'],
    ['too_many_attempts', 'too_many_attempts'],
    ['consent_required', 'consent_required'],
    ['reauthentication_required', 'reauthentication_required'],
    ['enrolment_superseded', 'failed'],
  ] as const)('is over for good after %s', (code, name) => {
    const { state } = follow([...UNDER_WAY, { type: 'refused', problem: problem(code) }]);
    expect(state.name).toBe(name);
    expect(isFinal(state)).toBe(true);
    expect(needsCamera(state)).toBe(false);
  });

  it.each([
    ['face_mismatch', true],
    ['live_check_failed', true],
    ['presentation_attack', true],
    ['internal_error', true],
    ['face_suspended', false],
    ['reference_incompatible', false],
  ] as const)('offers another try after %s only where one can help', (code, mayRetry) => {
    const { state } = follow([...UNDER_WAY, { type: 'refused', problem: problem(code) }]);
    expect(state).toMatchObject({ name: 'failed', mayRetry });
    expect(isFinal(state)).toBe(false);
  });

  it('stops when the page is left or the camera ends, but not while the browser asks for it', () => {
    expect(follow([...UNDER_WAY, { type: 'page_hidden' }]).state.name).toBe('interrupted');
    expect(follow([...UNDER_WAY, { type: 'camera_ended' }]).state.name).toBe('camera_lost');
    expect(follow([{ type: 'started' }, { type: 'page_hidden' }]).state.name).toBe('requesting_camera');
  });
});
