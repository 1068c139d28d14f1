import 'reflect-metadata';

import { fastifyMultipart } from '@fastify/multipart';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

import { closeConnectionsWhenStopping } from '../api/connection-drain.js';
import { cacheDocumentation } from '../api/documentation-cache.js';
import { UPLOAD_LIMITS } from '../api/form-parts.js';
import { createHttpAdapter } from '../api/http-adapter.js';
import { addMetricsRoute } from '../api/metrics-route.js';
import { ProblemFilter } from '../api/problem.filter.js';
import { PROBLEMS } from '../api/problems.js';
import { Readiness } from '../api/readiness.js';
import { addRequestLog } from '../api/request-log.js';
import { addRequestMetrics } from '../api/request-metrics.js';
import { traceRequests } from '../api/request-traces.js';
import { addSecurityHeaders } from '../api/security-headers.js';
import { UploadGate } from '../api/upload-gate.js';
import { createValidationPipe } from '../api/validation.js';
import { EngineUnavailable } from '../face/biometric-engine.js';
import { FaceEnginePool } from '../face/engine-pool.js';
import type { ModelPack } from '../face/model-pack.js';
import { SAMPLE_MEDIA_TYPE } from '../face/remote/wire-format.js';
import { ENGINE_WORKER } from '../installation.js';
import { FrameworkLogger } from '../logger.js';
import { renderMetrics } from '../metrics/registry.js';
import { ServiceMetrics } from '../metrics/service-metrics.js';
import { addHealthGauge, addUploadGauges } from '../metrics/state-gauges.js';
import { CurrentTrace } from '../tracing/current-trace.js';
import { ApiKeys } from './api-keys.js';
import { logCallerTrace } from './caller-trace.js';
import { FaceServiceModule } from './face-service.module.js';
import { requireKey } from './key-check.js';
import { SERVED_CHECKS, ServedEngine } from './served-engine.js';
import type { ServiceConfig } from './service-config.js';
import { buildServiceDocument } from './service-documentation.js';

/**
 * The face recognition service, not yet listening: the engine of the server behind an API key, without accounts, without a
 * store, and with nothing on the disk. Closing it closes the engine.
 */
export async function createFaceService(
  config: ServiceConfig,
  pack: ModelPack,
  logger: Logger,
  version: string,
): Promise<NestFastifyApplication> {
  const { keys, face, metricsToken } = config;
  const problemCodes = Object.keys(PROBLEMS);
  const metrics = new ServiceMetrics({ version, problemCodes, keys: keys.length });
  const traces = config.tracing ? await openTraces(version, logger) : null;
  const currentTrace = new CurrentTrace();
  const pool = await FaceEnginePool.start(pack, {
    ...face,
    checks: SERVED_CHECKS,
    workerFile: ENGINE_WORKER,
    onReport: (report) => {
      metrics.engine.observe(report);
      currentTrace.engineWorked(report);
    },
  });
  const capacity = face.workers + face.maxQueue;
  const uploads = new UploadGate(capacity, capacity);
  const readiness = createReadiness(pool, logger);
  metrics.engine.readLoad(pool);
  addUploadGauges(metrics.registry, uploads);
  addHealthGauge(metrics.registry, () => readiness.results());

  const app = await NestFactory.create<NestFastifyApplication>(
    FaceServiceModule.of(new ServedEngine(pool, uploads, face.limits, pack), readiness, traces),
    createHttpAdapter(logger, []),
    { logger: new FrameworkLogger(logger), bodyParser: false, abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(createValidationPipe());
  if (traces) traceRequests(app, traces, currentTrace);
  else logCallerTrace(app);
  addRequestMetrics(app, metrics.http);
  await acceptPictures(app);
  closeConnectionsWhenStopping(app);
  addRequestLog(app);
  // It is none that browsers come to: TLS, and what to say of it, is for what stands in front.
  addSecurityHeaders(app, 'http://localhost');
  requireKey(app, new ApiKeys(keys), (place) => {
    metrics.keyUsed(place);
  });
  cacheDocumentation(app.getHttpAdapter().getInstance());
  SwaggerModule.setup('docs', app, () => buildServiceDocument(app, version), {
    customSiteTitle: 'Vultus face recognition service',
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
  addMetricsRoute(app, metricsToken, () => renderMetrics(metrics.registry));
  return app;
}

/** From now on load balancers are told to look elsewhere; requests are still answered. */
export function announceStop(app: NestFastifyApplication): void {
  app.get(Readiness).stop();
}

/** Forms, and bodies that are pictures; each is read by its call, once there is a place for it. */
async function acceptPictures(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    SAMPLE_MEDIA_TYPE,
    (_request: FastifyRequest, _body: unknown, done: (error: null) => void) => {
      done(null);
    },
  );
  await app.register(fastifyMultipart, { limits: UPLOAD_LIMITS });
}

function createReadiness(pool: FaceEnginePool, logger: Logger): Readiness {
  return new Readiness({
    checks: [
      // Verified when the service started, or it would not have.
      { name: 'models', run: () => Promise.resolve(), unavailable: EngineUnavailable },
      { name: 'workers', run: () => pool.checkHealth(), unavailable: EngineUnavailable },
    ],
    logger,
    now: () => Date.now(),
  });
}

async function openTraces(version: string, logger: Logger) {
  const { openOtlpTraces } = await import('../tracing/otlp-traces.js');
  return openOtlpTraces({
    serviceName: 'vultus-face-service',
    version,
    warn: (sentence) => {
      logger.warn(sentence);
    },
  });
}
