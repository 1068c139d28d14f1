import 'reflect-metadata';

import { existsSync } from 'node:fs';

import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';

import { configureHttp, createHttpAdapter } from './api/http-adapter.js';
import { LiveSocketServer } from './api/live/live-socket-server.js';
import { ProblemFilter } from './api/problem.filter.js';
import { createValidationPipe } from './api/validation.js';
import { AppModule } from './app.module.js';
import { FrameworkLogger } from './logger.js';
import { ConfigError } from './config/config.js';
import type { Parts } from './parts.js';

/** As the build leaves it, seen from the sources as well as from what is built of them. */
const PAGE = new URL('../dist/web/', import.meta.url);

/** The HTTP server over the parts, not yet listening. Closing it closes the parts. */
export async function createServer(
  parts: Parts,
  logger: Logger,
  version: string,
): Promise<NestFastifyApplication> {
  const { config } = parts;
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of(parts, logger),
    createHttpAdapter(logger, config.trustedProxies),
    { logger: new FrameworkLogger(logger), bodyParser: false, abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(createValidationPipe());
  await configureHttp(app, { ...config, version, pageFolder: config.page ? builtPage() : null });
  app.get(LiveSocketServer).attach(app.getHttpServer());
  return app;
}

/** @throws ConfigError where it was never built */
function builtPage(): URL {
  if (existsSync(new URL('index.html', PAGE))) return PAGE;
  throw new ConfigError('The page has not been built. Run: npm run build; or set PAGE=off.');
}
