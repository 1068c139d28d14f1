import type { EngineChecks } from '../engine.js';
import type { EngineReport } from '../engine-report.js';
import type { ImageLimits } from '../decode.js';
import type { CalibratedPipeline } from '../model-pack.js';
import { isExposed } from './exposed-address.js';
import { FaceServiceError } from './face-service-error.js';
import {
  CALIBRATE,
  missing,
  mixed,
  modelsDiffer,
  nameless,
  nobody,
  unencrypted,
  withoutChecks,
} from './meeting-sentences.js';
import { OTHER_MODEL, OwnProtocol, type PublishedOnly, askForModel } from './own-protocol.js';
import { PublishedProtocol, publishedPipeline } from './published-protocol.js';
import { RemoteFaceEngine } from './remote-face-engine.js';
import { type CallHeaders, ServiceConnection } from './service-connection.js';
import { ServiceInstance, type ServiceLog } from './service-instance.js';
import type { ServiceProtocol } from './service-protocol.js';
import { ServiceFailure, type ServiceFacts } from './service-reply.js';
import { CHECK_TIMEOUT_MS, SERVICE_TIMING, type ServiceTiming } from './service-timing.js';
import type { ModelAnswer } from './wire-format.js';

/** Services that are started together with the server have their models loaded by then. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 300;

export interface ServiceSettings {
  /** Without a slash at the end, at least one. */
  readonly urls: readonly string[];
  readonly key: string;
  /** What services of the published contract have, by the operator's word. */
  readonly model: string | null;
  readonly checks: EngineChecks;
  /** Of pictures for services of the published contract. */
  readonly limits: ImageLimits;
  readonly log: ServiceLog;
  readonly callHeaders?: CallHeaders;
  readonly onReport?: (report: EngineReport) => void;
  /** How long it is waited for the first of them to answer; default ten seconds. */
  readonly patienceMs?: number;
  readonly timing?: ServiceTiming;
}

export interface MetServices {
  readonly engine: RemoteFaceEngine;
  /** Of those that have answered, together. */
  readonly workers: number;
  readonly pipeline: CalibratedPipeline;
  /** The command that makes a calibration for them. */
  readonly calibrationCommand: string;
}

/** A service, and what it has said of itself: null for one that has not answered. */
interface Met {
  readonly connection: ServiceConnection;
  readonly answer: ModelAnswer | PublishedOnly | null;
}

/**
 * Asks all services which model they have. One that answers is enough to begin with; the others are asked until they do.
 *
 * @throws FaceServiceError when none answers, one refuses the key, or they do not agree
 */
export async function meetServices(settings: ServiceSettings): Promise<MetServices> {
  const { urls, key, log, callHeaders } = settings;
  const connections = urls.map((url) => new ServiceConnection(url, key, callHeaders));
  try {
    for (const url of urls.filter(isExposed)) log.warn(unencrypted(url));
    const met = await firstAnswers(connections, settings.patienceMs ?? PATIENCE_MS);
    return agree(met, settings);
  } catch (error) {
    await Promise.all(connections.map((connection) => connection.close()));
    throw error;
  }
}

async function firstAnswers(
  connections: readonly ServiceConnection[],
  patienceMs: number,
): Promise<readonly Met[]> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const met = await Promise.all(connections.map(meet));
    const failures = met.flatMap(({ failure }) => failure ?? []);
    if (failures.length < met.length) return met;
    if (performance.now() > giveUpAt) {
      throw new FaceServiceError(nobody(failures));
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function meet(connection: ServiceConnection): Promise<Met & { readonly failure: string | null }> {
  try {
    const answer = await askForModel(connection, AbortSignal.timeout(CHECK_TIMEOUT_MS));
    if ('kind' in answer && answer.kind === 'objection') {
      throw new FaceServiceError(`The face recognition service at ${connection.url} ${answer.sentence}.`);
    }
    return { connection, answer, failure: null };
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    return { connection, answer: null, failure: `${connection.url} ${error.message}` };
  }
}

function agree(met: readonly Met[], settings: ServiceSettings): MetServices {
  const answered = met.filter(({ answer }) => answer !== null);
  const [first] = answered.flatMap(({ answer }) => (answer && !('kind' in answer) ? [answer] : []));
  const strangers = answered.filter(({ answer }) => answer && 'kind' in answer);
  if (!first) return agreeOnContract(met, answered[0]!.connection.url, settings);
  if (strangers.length > 0) throw new FaceServiceError(mixed(strangers.map(urlOf)));
  return agreeOnModel(met, first, settings);
}

function agreeOnContract(met: readonly Met[], url: string, settings: ServiceSettings): MetServices {
  const { model, checks, limits } = settings;
  if (model === null) throw new FaceServiceError(nameless(url));
  if (checks.presentation || checks.live) throw new FaceServiceError(withoutChecks(url));
  const facts: ServiceFacts = { kind: 'fit', workers: 1 };
  const judged = met.map(({ connection, answer }) => ({ connection, facts: answer && facts }));
  return {
    ...watch(judged, new PublishedProtocol(model, limits), settings),
    pipeline: publishedPipeline(model),
    calibrationCommand: `${CALIBRATE}, with FACE_API_URL, FACE_API_KEY and FACE_API_MODEL set as they are now`,
  };
}

function agreeOnModel(met: readonly Met[], model: ModelAnswer, settings: ServiceSettings): MetServices {
  const protocol = new OwnProtocol(model, settings.checks);
  // All are judged before the first is watched: who is refused leaves nothing behind.
  const judged = met.map(({ connection, answer }) => {
    if (!answer || 'kind' in answer) return { connection, facts: null };
    const facts = protocol.judge(answer);
    if (facts.kind === 'fit') return { connection, facts };
    throw new FaceServiceError(
      facts === OTHER_MODEL
        ? disagreement(met)
        : `The face recognition service at ${connection.url} ${facts.sentence}.`,
    );
  });
  return {
    ...watch(judged, protocol, settings),
    pipeline: { id: model.recognition_model, pipelineSha256: model.pipeline_sha256 },
    calibrationCommand: `${CALIBRATE}, with FACE_API_URL and FACE_API_KEY set`,
  };
}

function watch(
  judged: readonly { readonly connection: ServiceConnection; readonly facts: ServiceFacts | null }[],
  protocol: ServiceProtocol,
  { log, onReport, timing = SERVICE_TIMING }: ServiceSettings,
) {
  const instances = judged.map(({ connection, facts }) => {
    if (!facts) log.warn(missing(connection.url));
    return new ServiceInstance(connection, protocol, log, facts, timing);
  });
  return {
    engine: new RemoteFaceEngine(protocol, instances, onReport),
    workers: judged.reduce((sum, { facts }) => sum + (facts?.workers ?? 0), 0),
  };
}

function urlOf({ connection }: Met): string {
  return connection.url;
}

function disagreement(met: readonly Met[]): string {
  return modelsDiffer(
    met.flatMap(({ connection: { url }, answer }) =>
      answer && !('kind' in answer)
        ? `${url}: ${answer.model_id}, pipeline ${answer.pipeline_sha256.slice(0, 12)}`
        : [],
    ),
  );
}
