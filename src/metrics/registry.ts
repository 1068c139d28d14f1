import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** How far apart two looks at the event loop's delay are, in milliseconds. */
const LOOP_PRECISION_MS = 10;

/**
 * The metrics of one program, with those of its process already in: memory, processor time, garbage collection, delay of
 * the event loop. Each class beside this file adds its own to the registry that it is given, so that a program has what
 * it makes and nothing else:
 *
 *     const registry = createRegistry({ version });
 *     const http = new HttpMetrics(registry, Object.keys(PROBLEMS));
 *     const engine = new EngineMetrics(registry, new DecisionMetrics(registry));
 *     const pool = await FaceEnginePool.start(pack, { …, onReport: (report) => engine.observe(report) });
 *     engine.readLoad(pool);
 *     const { contentType, text } = await renderMetrics(registry);
 *
 * No label holds what a client has sent, or says who anybody is: all of them come from closed lists.
 */
export function createRegistry({ version }: { readonly version: string }): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
  new Gauge({
    name: 'vultus_build_info',
    help: 'The program that is running; always 1.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  return registry;
}

/** All metrics as Prometheus reads them. */
export async function renderMetrics(registry: Registry): Promise<{ contentType: string; text: string }> {
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** A value that is read when it is asked for. */
export function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
