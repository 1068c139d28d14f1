import { Gauge, type Registry } from 'prom-client';

import { addGauge } from './registry.js';

/** Where pictures wait to be let in. */
export interface ReadableGate {
  readonly inUse: number;
  readonly capacity: number;
}

export type HealthReading = () => Promise<Readonly<Record<string, 'ok' | 'failed'>>>;

export function addUploadGauges(registry: Registry, gate: ReadableGate): void {
  addGauge(
    registry,
    'vultus_uploads_in_use',
    'Pictures that are being received, waiting or looked at.',
    () => gate.inUse,
  );
  addGauge(
    registry,
    'vultus_uploads_capacity',
    'Pictures that may be in the server at once; one more is answered busy.',
    () => gate.capacity,
  );
}

/** @param check answers quickly, and whatever may fail */
export function addHealthGauge(registry: Registry, check: HealthReading): void {
  new Gauge({
    name: 'vultus_health_check_up',
    help: 'Whether a part that requests need works, as GET /health/ready says it.',
    labelNames: ['check'],
    registers: [registry],
    async collect() {
      for (const [name, result] of Object.entries(await check())) {
        this.set({ check: name }, result === 'ok' ? 1 : 0);
      }
    },
  });
}
