import os from 'node:os';

/** On what was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    memoryGiB: round(os.totalmem() / 2 ** 30, 1),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
  };
}

/** Processes that wanted to run, on average over the last minute; 0 where the system does not say. */
export function load(): number {
  return round(os.loadavg()[0] ?? 0, 2);
}

export function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
