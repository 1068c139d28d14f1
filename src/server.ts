import 'reflect-metadata';

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';

import { createHttpAdapter } from './api/http-adapter.js';
import { configureHttp } from './api/http-configuration.js';
import { LiveSocketServer } from './api/live/live-socket-server.js';
import { addMetricsRoute } from './api/metrics-route.js';
import { ProblemFilter } from './api/problem.filter.js';
import { PROBLEMS } from './api/problems.js';
import { Readiness } from './api/readiness.js';
import { addRequestMetrics } from './api/request-metrics.js';
import { traceRequests } from './api/request-traces.js';
import { createValidationPipe } from './api/validation.js';
import { AppModule } from './app.module.js';
import { installed } from './installation.js';
import { FrameworkLogger } from './logger.js';
import { ConfigError } from './config/config.js';
import { renderMetrics } from './metrics/registry.js';
import { ServerMetrics } from './metrics/server-metrics.js';
import type { Parts } from './parts.js';
import type { RequestTraces } from './tracing/current-trace.js';

/** As the build leaves it. */
const PAGE = pathToFileURL(installed('dist/web/'));

/** The HTTP server over the parts, not yet listening. Closing it closes the parts. */
export async function createServer(
  parts: Parts,
  logger: Logger,
  version: string,
): Promise<NestFastifyApplication> {
  const { config } = parts;
  const metrics = new ServerMetrics({ version, problemCodes: Object.keys(PROBLEMS) });
  const traces = config.tracing ? await openTraces(version, logger) : null;
  parts.engineReports.watch((report) => {
    metrics.engine.observe(report);
  });
  if (traces) parts.engineReports.watch(parts.currentTrace.engineWorked);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of(parts, logger, { metrics, traces }),
    createHttpAdapter(logger, config.trustedProxies),
    { logger: new FrameworkLogger(logger), bodyParser: false, abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(createValidationPipe());
  if (traces) traceRequests(app, traces, parts.currentTrace);
  addRequestMetrics(app, metrics.http, () => {
    metrics.storageFailed('request');
  });
  await configureHttp(app, { ...config, version, pageFolder: config.page ? builtPage() : null });
  addMetricsRoute(app, config.metricsToken, () => renderMetrics(metrics.registry));
  app.get(LiveSocketServer).attach(app.getHttpServer());
  return app;
}

/** From now on load balancers are told to look elsewhere; requests are still answered. */
export function announceStop(app: NestFastifyApplication): void {
  app.get(Readiness).stop();
}

/** The tracer is loaded only where it is wanted: it would take longer to load than all that it is used by. */
async function openTraces(version: string, logger: Logger): Promise<RequestTraces> {
  const { openOtlpTraces } = await import('./tracing/otlp-traces.js');
  return openOtlpTraces({
    serviceName: 'vultus',
    version,
    warn: (sentence) => {
      logger.warn(sentence);
    },
  });
}

/** @throws ConfigError where it was never built */
function builtPage(): URL {
  if (existsSync(new URL('index.html', PAGE))) return PAGE;
  throw new ConfigError('The page has not been built. Run: npm run build; or set PAGE=off.');
}
