import os from 'node:os';

import { z } from 'zod';

import { parseEnvironment } from '../config/config.js';
import {
  apiKeySchema,
  boundedInt,
  commaSeparated,
  environmentSchema,
  isTracing,
  tracingVariables,
} from '../config/environment.js';
import type { ImageLimits } from '../face/decode.js';

/** Settings of the face recognition service, read once. */
export interface ServiceConfig {
  readonly host: string;
  readonly port: number;
  /** Any of them is accepted. */
  readonly keys: readonly string[];
  readonly logLevel: string;
  /** Bearer token of whoever reads the metrics; null where only this machine may. */
  readonly metricsToken: string | null;
  /** Whether requests are traced. Where to is for the tracer to read. */
  readonly tracing: boolean;
  /** How long the service goes on serving after it has been told to stop and says so. */
  readonly stopDelaySeconds: number;
  readonly face: {
    readonly workers: number;
    readonly maxQueue: number;
    readonly limits: ImageLimits;
  };
}

const MAKE_ONE = 'make one with: openssl rand -hex 32';

const keysSchema = z
  .string(`is not set, and there is no default; ${MAKE_ONE}`)
  .transform(commaSeparated)
  .pipe(
    z
      .array(apiKeySchema.min(32, `each key must have at least 32 characters; ${MAKE_ONE}`))
      .min(1, `holds no key; ${MAKE_ONE}`),
  );

/** Every variable that the service reads; what it has in common with the server means the same. */
const serviceEnvironmentSchema = environmentSchema
  .pick({
    HOST: true,
    METRICS_TOKEN: true,
    STOP_DELAY: true,
    LOG_LEVEL: true,
    FACE_WORKERS: true,
    FACE_QUEUE: true,
    IMAGE_MAX_BYTES: true,
    IMAGE_MAX_PIXELS: true,
  })
  .extend({ PORT: boundedInt(0, 65_535).default(8081), FACE_API_KEY: keysSchema, ...tracingVariables });

/** @throws ConfigError naming every variable that cannot be used, without its value */
export function readServiceConfig(environment: NodeJS.ProcessEnv): ServiceConfig {
  const env = parseEnvironment(serviceEnvironmentSchema, environment);
  return Object.freeze({
    host: env.HOST,
    port: env.PORT,
    keys: env.FACE_API_KEY,
    logLevel: env.LOG_LEVEL,
    metricsToken: env.METRICS_TOKEN ?? null,
    tracing: isTracing(env),
    stopDelaySeconds: env.STOP_DELAY,
    face: {
      workers: env.FACE_WORKERS ?? os.availableParallelism(),
      maxQueue: env.FACE_QUEUE,
      limits: { maxBytes: env.IMAGE_MAX_BYTES, maxPixels: env.IMAGE_MAX_PIXELS },
    },
  });
}
