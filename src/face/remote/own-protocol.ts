import type { z } from 'zod';

import type { BiometricSample, CaptureOutcome, CapturePurpose, FailureToAcquire } from '../capture.js';
import type { EngineChecks } from '../engine.js';
import type { StageTimes } from '../engine-report.js';
import type { FrameOutcome } from '../frame-observation.js';
import { refusedCall } from './refused-call.js';
import type { HttpAnswer, ServiceConnection } from './service-connection.js';
import type { ServiceCall, ServiceProtocol } from './service-protocol.js';
import {
  ServiceFailure,
  type ServiceFacts,
  type ServiceObjection,
  type ServiceReply,
  WRONG_KEY,
} from './service-reply.js';
import {
  type ModelAnswer,
  SAMPLE_MEDIA_TYPE,
  captureAnswerSchema,
  modelAnswerSchema,
  observeAnswerSchema,
} from './wire-format.js';

export const OTHER_MODEL: ServiceObjection = {
  kind: 'objection',
  sentence:
    'has other models than those that the services agreed on when this server was started: install the same ones ' +
    'everywhere, or restart the server for the new ones',
};
const NO_PRESENTATION_CHECK: ServiceObjection = {
  kind: 'objection',
  sentence:
    'does not look for presentation attacks, which LIVENESS asks for: start it with these checks, or set LIVENESS=off',
};
const NO_LIVE_CHECK: ServiceObjection = {
  kind: 'objection',
  sentence:
    'cannot observe live sessions, which LIVENESS asks for: start it with these checks, or set LIVENESS=off',
};
const OTHER_KIND: ServiceObjection = {
  kind: 'objection',
  sentence:
    'does not say which model it has, as it did when this server was started: another program runs there',
};

/** With services of our own, which say which model they have, and all that a worker of this process would say. */
export class OwnProtocol implements ServiceProtocol {
  readonly modelId: string;

  /**
   * @param agreed what the services answered when they were asked first
   * @param required without which no service may be asked
   */
  constructor(
    private readonly agreed: ModelAnswer,
    private readonly required: EngineChecks,
  ) {
    this.modelId = agreed.model_id;
  }

  async check(connection: ServiceConnection, signal: AbortSignal): Promise<ServiceFacts | ServiceObjection> {
    const answer = await askForModel(connection, signal);
    if ('kind' in answer) return answer.kind === 'published' ? OTHER_KIND : answer;
    return this.judge(answer);
  }

  judge({
    model_id: modelId,
    pipeline_sha256: pipeline,
    checks,
    workers,
  }: ModelAnswer): ServiceFacts | ServiceObjection {
    if (modelId !== this.agreed.model_id || pipeline !== this.agreed.pipeline_sha256) return OTHER_MODEL;
    if (this.required.presentation && !checks.presentation) return NO_PRESENTATION_CHECK;
    if (this.required.live && !checks.live) return NO_LIVE_CHECK;
    return { kind: 'fit', workers };
  }

  capture(sample: BiometricSample, purpose: CapturePurpose): Promise<ServiceCall<CaptureOutcome>> {
    const isChecked = this.required.presentation;
    const path = `/capture?purpose=${purpose}${isChecked ? '' : '&presentation=off'}`;
    return Promise.resolve(async (connection, signal) => {
      const reply = await this.#ask(connection, path, sample, signal, readCapture);
      if (reply.kind !== 'answered' || reply.outcome.outcome !== 'captured') return reply;
      const { template, presentation } = reply.outcome;
      if (template.modelId !== this.modelId) return OTHER_MODEL;
      // What was not looked at must not pass for somebody who is there.
      if (isChecked && presentation === 'not_checked') return NO_PRESENTATION_CHECK;
      return isChecked ? reply : { ...reply, outcome: { ...reply.outcome, presentation: 'not_checked' } };
    });
  }

  observe(frame: BiometricSample, purpose: CapturePurpose): ServiceCall<FrameOutcome> {
    return async (connection, signal) => {
      const path = `/observe?purpose=${purpose}`;
      const reply = await this.#ask(connection, path, frame, signal, readObservation);
      if (reply.kind !== 'answered' || reply.outcome.outcome !== 'observed') return reply;
      const { probe } = reply.outcome;
      return probe && probe.modelId !== this.modelId ? OTHER_MODEL : reply;
    };
  }

  async #ask<T>(
    connection: ServiceConnection,
    path: string,
    sample: BiometricSample,
    signal: AbortSignal,
    readAnswer: (answer: HttpAnswer) => EngineAnswer<T>,
  ): Promise<ServiceReply<T | FailureToAcquire>> {
    const answer = await connection.post(path, sample, SAMPLE_MEDIA_TYPE, signal);
    if (answer.status !== 200) return refusedCall(answer);
    const { model_id: modelId, outcome, ms, stages } = readAnswer(answer);
    return modelId === this.modelId ? { kind: 'answered', outcome, ms, stages } : OTHER_MODEL;
  }
}

interface EngineAnswer<T> {
  readonly model_id: string;
  readonly ms: number;
  readonly stages: StageTimes;
  readonly outcome: T;
}

const readCapture = (answer: HttpAnswer): EngineAnswer<CaptureOutcome> => read(captureAnswerSchema, answer);
const readObservation = (answer: HttpAnswer): EngineAnswer<FrameOutcome> => read(observeAnswerSchema, answer);

/** A service that knows nothing but the published contract. */
export interface PublishedOnly {
  readonly kind: 'published';
}

/** @throws ServiceFailure */
export async function askForModel(
  connection: ServiceConnection,
  signal: AbortSignal,
): Promise<ModelAnswer | PublishedOnly | ServiceObjection> {
  const answer = await connection.get('/model', signal);
  if (answer.status === 404) return { kind: 'published' };
  if (answer.status === 200) return read(modelAnswerSchema, answer);
  if (answer.status === 401) return WRONG_KEY;
  throw new ServiceFailure(`answers ${answer.status}`);
}

function read<T extends z.ZodType>(schema: T, { body }: HttpAnswer): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ServiceFailure('answers what cannot be read: it may be of another version');
}
