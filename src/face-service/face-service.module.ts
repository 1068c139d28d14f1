import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';

import { HealthController } from '../api/health.controller.js';
import type { Readiness } from '../api/readiness.js';
import type { RequestTraces } from '../tracing/current-trace.js';
import { EngineController } from './engine.controller.js';
import { PublishedController } from './published.controller.js';
import type { ServedEngine } from './served-engine.js';

/** Binds the calls of the service to the engine. */
@Module({})
export class FaceServiceModule {
  static of(engine: ServedEngine, readiness: Readiness, traces: RequestTraces | null): DynamicModule {
    const instances = [engine, readiness, new Lifecycle(engine, traces)];
    return {
      module: FaceServiceModule,
      controllers: [HealthController, PublishedController, EngineController],
      providers: instances.map((instance) => ({ provide: instance.constructor, useValue: instance })),
    };
  }
}

class Lifecycle implements OnApplicationShutdown {
  constructor(
    private readonly engine: ServedEngine,
    private readonly traces: RequestTraces | null,
  ) {}

  /** Called after the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    await this.engine.pool.close();
    await this.traces?.close();
  }
}
