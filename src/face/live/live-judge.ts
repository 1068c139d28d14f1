import type { FrameOutcome, ObservedFace } from '../frame-observation.js';
import { judgePresentation } from '../presentation-attack.js';
import type { Abilities, Challenge, ChallengeSource, ChallengeStep } from './challenge.js';
import { IdentityTrack } from './identity-track.js';
import type { JudgedFrame, Judgement } from './judgement.js';
import { LightJudge } from './light-judge.js';
import type { Hint, LiveFailure, Stage, StageEvent } from './live-event.js';
import { MovementJudge, isAtRest } from './movement-judge.js';
import { newNonce } from './nonce.js';
import { type FrameTrace, traceOf } from './recordings.js';
import { Positioning, type RestingFace, positionHint } from './positioning.js';

/** How long each kind of stage may take, in milliseconds. */
const DEADLINE_MS = { position: 20_000, rest: 8_000, movement: 7_000, light: 4_000 } as const;
/** A face that is away for this long may have become another one. */
const MAX_FACE_LOST_MS = 2_000;
/** Frames with several people, in a row, that end a session: one can be a picture on the wall. */
const MAX_CROWDED_FRAMES = 5;
/** Room in front of the first colour, in which the light of the room is measured. */
const ROOM_LIGHT_MS = 400;

type CurrentStage =
  | { readonly kind: 'position'; readonly positioning: Positioning }
  | {
      readonly kind: 'rest';
      readonly untilMs: number;
      restingSince: number | null;
      readonly room: LightJudge | null;
    }
  | { readonly kind: 'movement'; readonly judge: MovementJudge; readonly hint: Hint }
  | { readonly kind: 'light'; readonly judge: LightJudge };

/**
 * The judge of one live session: position → for each step (rest → movement) or (rest → colours) → answered.
 * Everything it knows comes from frames it has judged itself; it keeps numbers, never a picture. It has no
 * clock of its own: the caller says when frames were taken, and calls `tick` so that deadlines pass.
 */
export class LiveJudge {
  #stage: CurrentStage;
  #nonce = newNonce();
  #deadline: number;
  #challenge: Challenge | null = null;
  #done = 0;
  #rest: RestingFace | null = null;
  #identity: IdentityTrack | null = null;
  #lostSince: number | null = null;
  #crowdedFrames = 0;
  #ended = false;
  readonly #traces: FrameTrace[] = [];
  readonly #witnesses: Float32Array[] = [];

  constructor(
    private readonly challenges: ChallengeSource,
    private readonly abilities: Abilities,
    startedAt: number,
  ) {
    this.#stage = { kind: 'position', positioning: new Positioning(abilities.light !== 'none') };
    this.#deadline = startedAt + DEADLINE_MS.position;
  }

  /** Whether the challenge has been drawn: from then on the attempt counts. */
  get disclosed(): boolean {
    return this.#challenge !== null;
  }

  /** The stage that frames are to answer now, whose time begins when the person is told of it. */
  show(now: number): StageEvent {
    this.#deadline = now + DEADLINE_MS[this.#stage.kind];
    return this.current(now);
  }

  /** The stage that frames are to answer now. */
  current(now: number): StageEvent {
    return {
      type: 'stage',
      stage: this.#describe(),
      nonce: this.#nonce,
      deadlineMs: Math.max(0, this.#deadline - now),
      done: this.#done,
      total: this.#challenge?.length ?? 0,
    };
  }

  /** Whether a frame with this nonce would be judged; looking at any other one is a waste. */
  awaits(nonce: string): boolean {
    return !this.#ended && nonce === this.#nonce;
  }

  /** @returns the failure when a deadline has passed */
  tick(now: number): Judgement | null {
    if (this.#ended || now < this.#deadline) return null;
    return this.#fail(this.#stage.kind === 'position' ? 'not_positioned' : 'step_timed_out');
  }

  /**
   * @param framesPerSecond what the session has managed so far, for the draw of the challenge
   * @returns what follows from the frame; after `answered` or `failed` nothing more does
   */
  judge(frame: JudgedFrame, framesPerSecond: number): Judgement {
    const late = this.tick(frame.at);
    if (late) return late;
    if (!this.awaits(frame.nonce)) return { kind: 'stale' };
    const { outcome, at } = frame;
    if (this.#stage.kind === 'position')
      return this.#position(this.#stage.positioning, frame, framesPerSecond);
    if (outcome.outcome !== 'observed') return this.#withoutFace(outcome, at);
    this.#lostSince = null;
    this.#crowdedFrames = 0;
    return this.#follow(outcome, at) ?? this.#judgeStage(outcome, at);
  }

  #position(positioning: Positioning, { outcome, at }: JudgedFrame, framesPerSecond: number): Judgement {
    const found = positioning.look(outcome, at);
    if ('hint' in found) return guidance(found.hint);
    this.#challenge = this.challenges.draw(this.abilities, framesPerSecond);
    if (!this.#challenge) return this.#fail('abilities_insufficient');
    this.#rest = found.rest;
    this.#identity = new IdentityTrack(positioning.faces);
    return this.#beginStep(at);
  }

  /** @returns what ends the session or makes the frame worthless; null when it shows the session's person */
  #follow(face: ObservedFace, at: number): Judgement | null {
    switch (this.#identity!.follow(face, at)) {
      case 'same':
        this.#traces.push(traceOf(face));
        return null;
      case 'doubtful':
        return guidance('hold_still');
      case 'changed':
        return this.#fail('person_changed');
      case 'frozen':
        return this.#fail('camera_frozen');
    }
  }

  #withoutFace(outcome: Exclude<FrameOutcome, ObservedFace>, at: number): Judgement {
    if (outcome.outcome === 'multiple_faces') {
      if (++this.#crowdedFrames >= MAX_CROWDED_FRAMES) return this.#fail('several_people');
    } else {
      this.#lostSince ??= at;
      if (at - this.#lostSince > MAX_FACE_LOST_MS) return this.#fail('face_lost');
    }
    return guidance(positionHint(outcome));
  }

  #judgeStage(face: ObservedFace, at: number): Judgement {
    const stage = this.#stage;
    switch (stage.kind) {
      case 'position':
        throw new Error('positioning is judged before there is a person to follow');
      case 'rest':
        return this.#judgeRest(stage, face, at);
      case 'movement':
        return this.#judgeMovement(stage, face, at);
      case 'light':
        return this.#judgeLight(stage.judge, face, at);
    }
  }

  #judgeRest(stage: CurrentStage & { kind: 'rest' }, face: ObservedFace, at: number): Judgement {
    if (!face.probe || !isAtRest(face, this.#rest!)) {
      stage.restingSince = null;
      stage.room?.forgetRoom();
      return guidance(positionHint(face) ?? 'return_to_rest');
    }
    stage.restingSince ??= at;
    stage.room?.lookAtRoom(face.colours);
    if (at - stage.restingSince < stage.untilMs) return guidance('hold_still');
    return stage.room
      ? this.#enter({ kind: 'light', judge: stage.room }, at)
      : this.#enter(this.#movementStage(this.#step()), at);
  }

  #judgeMovement(stage: CurrentStage & { kind: 'movement' }, face: ObservedFace, at: number): Judgement {
    const verdict = stage.judge.look(face, at);
    if (stage.judge.isAtExtent) this.#witnesses.push(face.features);
    switch (verdict) {
      case 'waiting':
      case 'under_way':
        return guidance(stage.hint);
      case 'return':
        return guidance('return_to_rest');
      case 'wrong':
        return this.#fail('wrong_movement');
      case 'done':
        return this.#completeStep(at);
    }
  }

  #judgeLight(judge: LightJudge, face: ObservedFace, at: number): Judgement {
    if (!isAtRest(face, this.#rest!)) return guidance('return_to_rest');
    this.#witnesses.push(face.features);
    if (!judge.look(face.colours, at)) return guidance('keep_looking');
    if (judge.colour !== null) return this.#enter({ kind: 'light', judge }, at);
    return judge.decide().reflected ? this.#completeStep(at) : this.#fail('light_not_reflected');
  }

  #completeStep(at: number): Judgement {
    this.#done++;
    return this.#done < this.#challenge!.length ? this.#beginStep(at) : this.#answer();
  }

  #beginStep(at: number): Judgement {
    const step = this.#step();
    return this.#enter(
      step.kind === 'light'
        ? { kind: 'rest', untilMs: ROOM_LIGHT_MS, restingSince: null, room: new LightJudge(step) }
        : { kind: 'rest', untilMs: step.restMs, restingSince: null, room: null },
      at,
    );
  }

  #step(): ChallengeStep {
    return this.#challenge![this.#done]!;
  }

  #movementStage(step: ChallengeStep): CurrentStage {
    if (step.kind !== 'movement') throw new Error('a light step has no movement');
    return { kind: 'movement', judge: new MovementJudge(step.movement, this.#rest!), hint: step.movement };
  }

  #enter(stage: CurrentStage, at: number): Judgement {
    this.#stage = stage;
    this.#nonce = newNonce();
    this.#deadline = at + DEADLINE_MS[stage.kind];
    return { kind: 'stage' };
  }

  #describe(): Stage {
    const stage = this.#stage;
    switch (stage.kind) {
      case 'position':
      case 'rest':
        return { kind: stage.kind };
      case 'movement': {
        const step = this.#step();
        if (step.kind !== 'movement') throw new Error('the stage belongs to another step');
        return { kind: 'movement', movement: step.movement };
      }
      case 'light': {
        const step = this.#step();
        const { colour, position } = stage.judge;
        if (step.kind !== 'light' || !colour) throw new Error('the stage belongs to another step');
        return { kind: 'light', mode: step.mode, colour, position, of: step.colours.length };
      }
    }
  }

  #answer(): Judgement {
    const identity = this.#identity!;
    const { template, qualityScore } = identity.probe();
    if (!identity.isAllOf(template)) return this.#fail('person_changed');
    this.#ended = true;
    const { all, compared } = identity.presentation;
    const decisions = [judgePresentation(all), judgePresentation(compared)];
    return {
      kind: 'answered',
      evidence: {
        template,
        qualityScore,
        presentation: decisions.find((decision) => decision !== 'bona_fide') ?? 'bona_fide',
        witnesses: this.#witnesses,
        traces: this.#traces,
      },
    };
  }

  #fail(failure: LiveFailure): Judgement {
    this.#ended = true;
    return { kind: 'failed', failure };
  }
}

function guidance(hint: Hint | null): Judgement {
  return { kind: 'guidance', hint };
}
