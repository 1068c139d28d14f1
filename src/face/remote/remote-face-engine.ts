import { type BiometricEngine, EngineUnavailable } from '../biometric-engine.js';
import type { BiometricSample, CaptureOutcome, CapturePurpose, EngineBusy } from '../capture.js';
import { type EngineReport, type StageTimes, reportedOutcome } from '../engine-report.js';
import type { FrameOutcome } from '../frame-observation.js';
import type { ServiceInstance } from './service-instance.js';
import type { ServiceCall, ServiceProtocol } from './service-protocol.js';
import type { ServiceAnswer, ServiceBusy } from './service-reply.js';

/** As long as a worker of this process may take, waiting and asking again included. */
const TASK_TIMEOUT_MS = 20_000;
/** A picture is not asked about more often: what one service cannot do, another one may; what two cannot, none can. */
const MAX_CALLS = 3;
/** A service that has answered so lately is taken to be there still. */
const FRESH_MS = 5000;
/** Weight of the latest frame in the running mean of what one takes. */
const SMOOTHING = 0.05;

/** As a worker of this process that does not come to a picture in time. */
const OVERTAXED: ServiceBusy = { kind: 'busy', busy: { outcome: 'busy', retryAfterSeconds: 1 } };

type RemoteKind = 'capture' | 'observe';
type RemoteOutcome = CaptureOutcome | FrameOutcome;

/**
 * Face recognition services elsewhere in the place of workers of this process. Each picture goes to the one with the
 * least to do; one that fails is made up for by another, for a picture may be looked at twice without harm.
 */
export class RemoteFaceEngine implements BiometricEngine {
  readonly modelId: string;
  readonly #protocol: ServiceProtocol;
  readonly #instances: readonly ServiceInstance[];
  readonly #onReport: ((report: EngineReport) => void) | undefined;
  #frameMs: number | null = null;
  #turn = 0;
  #checking: Promise<void> | null = null;

  constructor(
    protocol: ServiceProtocol,
    instances: readonly ServiceInstance[],
    onReport?: (report: EngineReport) => void,
  ) {
    this.modelId = protocol.modelId;
    this.#protocol = protocol;
    this.#instances = instances;
    this.#onReport = onReport;
  }

  get framesPerSecond(): number | null {
    if (this.#frameMs === null) return null;
    const workers = this.#usable().reduce((sum, instance) => sum + instance.workers, 0);
    return (Math.max(1, workers) * 1000) / this.#frameMs;
  }

  /** @throws EngineUnavailable */
  async capture(sample: BiometricSample, purpose: CapturePurpose): Promise<CaptureOutcome | EngineBusy> {
    const startedAt = performance.now();
    const prepared = await this.#protocol.capture(sample, purpose);
    if (typeof prepared === 'function') return this.#run('capture', prepared, startedAt);
    this.#report('capture', startedAt, prepared);
    return prepared;
  }

  /** @throws EngineUnavailable */
  async observe(frame: BiometricSample, purpose: CapturePurpose): Promise<FrameOutcome | EngineBusy> {
    return this.#run('observe', this.#protocol.observe(frame, purpose), performance.now());
  }

  async #run<T extends RemoteOutcome>(
    kind: RemoteKind,
    call: ServiceCall<T>,
    startedAt: number,
  ): Promise<T | EngineBusy> {
    try {
      const reply = await this.#ask(call);
      if (reply.kind === 'busy') {
        this.#report(kind, startedAt, 'busy');
        return reply.busy;
      }
      const { outcome, stages } = reply;
      const ms = reply.ms ?? performance.now() - startedAt;
      if (kind === 'observe') this.#measured(ms);
      this.#report(kind, startedAt, outcome, ms, stages);
      return outcome;
    } catch (error) {
      this.#report(kind, startedAt, 'failed');
      throw error;
    }
  }

  /** @throws EngineUnavailable when no service has said anything about the picture, not even that it is busy */
  async #ask<T>(call: ServiceCall<T>): Promise<ServiceAnswer<T> | ServiceBusy> {
    const giveUpAt = performance.now() + TASK_TIMEOUT_MS;
    const asked = new Set<ServiceInstance>();
    /** Those that may be asked once more, when there is no other. */
    const again = new Set<ServiceInstance>();
    let busy: ServiceBusy | null = null;
    let isSlow = false;
    for (let calls = 0; calls < MAX_CALLS; calls++) {
      const leftMs = giveUpAt - performance.now();
      if (leftMs <= 0) break;
      const instance =
        this.#choose((other) => !asked.has(other)) ?? this.#choose((other) => again.has(other));
      if (!instance) break;
      const isRepeated = again.delete(instance);
      asked.add(instance);
      const hasOther = () => calls + 1 < MAX_CALLS && this.#usable().some((other) => !asked.has(other));
      const reply = await instance.ask(call, leftMs, hasOther);
      if (reply.kind === 'answered') return reply;
      if (reply.kind === 'busy') {
        const isSecond = busy !== null;
        busy = shorter(busy, reply);
        // Services that have their hands full are not made to look for one that has not.
        if (isSecond) break;
      }
      if (reply.kind !== 'failed') continue;
      // An idle connection may end at the moment in which it is used: that says nothing about the service.
      if (reply.how === 'connection_lost' && !isRepeated) again.add(instance);
      isSlow ||= reply.how === 'slow';
    }
    if (busy) return busy;
    if (isSlow) return OVERTAXED;
    throw new EngineUnavailable('no face recognition service answers');
  }

  /** The one with the least to do for its size; among equals each in its turn. */
  #choose(may: (instance: ServiceInstance) => boolean): ServiceInstance | null {
    const candidates = this.#usable().filter(may);
    if (candidates.length === 0) return null;
    const least = Math.min(...candidates.map(({ load }) => load));
    const equals = candidates.filter(({ load }) => load === least);
    return equals[this.#turn++ % equals.length]!;
  }

  #usable(): ServiceInstance[] {
    return this.#instances.filter(({ usable }) => usable);
  }

  #measured(ms: number): void {
    this.#frameMs ??= ms;
    this.#frameMs += SMOOTHING * (ms - this.#frameMs);
  }

  #report(
    kind: RemoteKind,
    startedAt: number,
    outcome: RemoteOutcome | 'busy' | 'failed',
    ms = 0,
    stages: StageTimes = {},
  ): void {
    this.#onReport?.({
      kind,
      ...(typeof outcome === 'string'
        ? { outcome, reasons: [], presentation: null }
        : reportedOutcome(outcome)),
      queuedMs: Math.max(0, performance.now() - startedAt - ms),
      ms,
      stages,
    });
  }

  /** One service that is in order is enough. Where none has answered lately, all are asked, once for all who want to know. */
  async checkHealth(): Promise<void> {
    if (this.#isFresh()) return;
    this.#checking ??= this.#checkAll();
    await this.#checking;
    if (!this.#isFresh()) throw new EngineUnavailable('no face recognition service answers');
  }

  async #checkAll(): Promise<void> {
    await Promise.all(this.#usable().map((instance) => instance.check()));
    this.#checking = null;
  }

  #isFresh(): boolean {
    const since = performance.now() - FRESH_MS;
    return this.#usable().some(({ answeredAt }) => answeredAt >= since);
  }

  /** Lets running calls finish. */
  async close(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.close()));
  }
}

function shorter(a: ServiceBusy | null, b: ServiceBusy): ServiceBusy {
  return a && a.busy.retryAfterSeconds <= b.busy.retryAfterSeconds ? a : b;
}
