import { vi } from 'vitest';

import { LiveConversation } from '../../src/api/live/live-conversation.js';
import { wireMessage } from '../../src/api/live/live-messages.js';
import { FrameCapacity } from '../../src/auth/frame-capacity.js';
import { LiveSession } from '../../src/auth/live-session.js';
import type { FaceEngine } from '../../src/face/engine.js';
import type { FrameOutcome } from '../../src/face/frame-observation.js';
import type { Challenge } from '../../src/face/live/challenge.js';
import { type Film, filmClip } from './faces.js';
import { frameMessage } from './live-client.js';

/** docs/live-protocol.md describes the format for people. */
export interface RecordedConversation {
  readonly description: string;
  /** What the session asks for, in the place of what it would draw. */
  readonly challenge: Challenge;
  readonly clips: readonly {
    readonly film: Film;
    readonly from: number;
    readonly seconds: number;
    readonly frames_per_second: number;
  }[];
  readonly conversation: readonly Entry[];
}

export type Entry =
  | { readonly from: 'client'; readonly at: number; readonly message: object }
  | { readonly from: 'client'; readonly at: number; readonly frame: RecordedFrame }
  /** Time goes by, and nobody sends anything. */
  | { readonly from: 'clock'; readonly at: number }
  | { readonly from: 'server'; readonly message: object };

interface RecordedFrame {
  readonly sequence: number;
  readonly captured_at: number;
  readonly nonce: string;
  readonly film: Film;
  /** Seconds from the film's beginning. */
  readonly time: number;
}

type ClientEntry = Exclude<Entry, { from: 'server' }>;

/** Replays the client's side of recorded conversations against a session whose engine and judge are real. */
export class Replay {
  readonly #pictures = new Map<string, Buffer>();
  /** Of frames by name: several conversations show the same ones. */
  readonly #outcomes = new Map<Buffer, FrameOutcome>();
  readonly #names = new Map<string, string>();
  readonly #nonces = new Map<string, string>();
  readonly #said: object[] = [];

  constructor(private readonly engine: FaceEngine) {}

  async load({ clips }: Pick<RecordedConversation, 'clips'>): Promise<void> {
    for (const { film, from, seconds, frames_per_second: rate } of clips) {
      if (this.#pictures.has(pictureName(film, from))) continue;
      const frames = await filmClip(film, from, seconds, rate);
      for (const [i, frame] of frames.entries())
        this.#pictures.set(pictureName(film, from + i / rate), frame);
    }
  }

  /** @param entry says what the client does next, given what the server has said; null when it is done */
  async run(challenge: Challenge, next: (said: readonly object[]) => ClientEntry | null): Promise<Entry[]> {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: 0 });
    try {
      const session = this.#session(challenge);
      const hear = (message: object) => {
        this.#hear(message);
      };
      const conversation = new LiveConversation(session, hear);
      const entries: Entry[] = [];
      conversation.welcome('session-id');
      const listen = () => {
        const said = this.#said.splice(0);
        entries.push(...said.map((message) => ({ from: 'server', message }) as const));
        return said;
      };
      let said = listen();
      for (let entry = next(said); entry; entry = next(said)) {
        entries.push(entry);
        await vi.advanceTimersByTimeAsync(entry.at - Date.now());
        if ('message' in entry) conversation.text(JSON.stringify(entry.message));
        if ('frame' in entry) conversation.binary(this.#onTheLine(entry.frame));
        await session.drained();
        said = listen();
      }
      session.interrupt('gone');
      this.#said.length = 0;
      return entries;
    } finally {
      vi.useRealTimers();
      this.#names.clear();
      this.#nonces.clear();
    }
  }

  #session(challenge: Challenge): LiveSession {
    const account = {
      id: 'account-id',
      email: 'person@example.org',
      passwordHash: '',
      createdAt: 0,
      reference: null,
      referenceErasures: 0,
      secondFactorOwed: false,
      hasPasskeys: false,
    };
    const session = {
      id: 'session-id',
      accountId: account.id,
      tokenHash: 'hash',
      replaced: null,
      createdAt: 0,
      lastUsedAt: 0,
      expiresAt: 1,
      methods: ['pwd', 'face'],
      device: null,
    };
    const reference = { modelId: 'model', vector: Float32Array.of(1, 0) };
    return new LiveSession({
      subject: {
        purpose: 'verification',
        requireAlive: async () => undefined,
        reserveAttempt: async () => async () => undefined,
        settle: async () => ({
          outcome: 'verified',
          account,
          token: 'authorization-token',
          session,
          deviceToken: null,
          reference,
        }),
      },
      observer: {
        modelId: 'model',
        framesPerSecond: null,
        observe: (image, purpose) => this.#observe(image as Buffer, purpose),
      },
      capacity: new FrameCapacity({ framesPerSecond: null }),
      challenges: { draw: () => challenge },
      maxWaiting: 1,
      now: () => Date.now(),
      onMessage: (message) => {
        this.#hear(wireMessage(message, 'request-id'));
      },
    });
  }

  async #observe(image: Buffer, purpose: 'verification' | 'enrolment'): Promise<FrameOutcome> {
    const [picture = image] = [...this.#pictures.values()].filter((known) => known.equals(image));
    const outcome = this.#outcomes.get(picture) ?? (await this.engine.observe(image, purpose));
    this.#outcomes.set(picture, outcome);
    return outcome;
  }

  /** Nonces are random: the first of a conversation is written `<nonce 1>`, and so on. */
  #hear(message: object): void {
    if (!('nonce' in message) || typeof message.nonce !== 'string') {
      this.#said.push(message);
      return;
    }
    const name = this.#names.get(message.nonce) ?? `<nonce ${this.#names.size + 1}>`;
    this.#names.set(message.nonce, name);
    this.#nonces.set(name, message.nonce);
    this.#said.push({ ...message, nonce: name });
  }

  #onTheLine({ sequence, captured_at: capturedAt, nonce, film, time }: RecordedFrame): Buffer {
    const picture = this.#pictures.get(pictureName(film, time));
    if (!picture) throw new Error(`no clip has ${film} at ${time} s`);
    return frameMessage(sequence, capturedAt, this.#nonces.get(nonce) ?? nonce, picture);
  }
}

const pictureName = (film: Film, time: number) => `${film} ${time.toFixed(3)}`;
