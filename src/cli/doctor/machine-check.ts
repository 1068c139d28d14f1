import { readFile } from 'node:fs/promises';
import os from 'node:os';

import type { Config } from '../../config/config.js';
import { installed } from '../../installation.js';
import { type Finding, findings } from './finding.js';

/** README.md: a worker with its models, and what it needs more while it decodes the largest picture. */
const WORKER_MIB = 80;
const DECODING_MIB = 100;
const SERVER_MIB = 200;
const LEAST_OPEN_FILES = 4096;

/** Against the version that package.json asks for. */
export async function checkNode(): Promise<Finding[]> {
  const { ok, failed } = findings('node');
  const { engines } = JSON.parse(await readFile(installed('package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const wanted = engines.node.replace(/^>=/, '');
  return [
    isAtLeast(process.versions.node, wanted)
      ? ok(process.version)
      : failed(`${process.version} is older than ${wanted}`, `Install Node.js ${wanted} or newer.`),
  ];
}

function isAtLeast(version: string, wanted: string): boolean {
  return version.localeCompare(wanted, 'en', { numeric: true }) >= 0;
}

export async function checkMachine({ face, faceEngine }: Config): Promise<Finding[]> {
  return [
    ...(faceEngine.kind === 'local' ? [...(await checkCores(face.workers)), checkMemory(face.workers)] : []),
    await checkOpenFiles(),
  ];
}

async function checkCores(workers: number): Promise<Finding[]> {
  const { ok, warning } = findings('cores');
  const cores = Math.min(os.availableParallelism(), (await quotaOfCores()) ?? Infinity);
  const says = `${workers} worker${workers === 1 ? '' : 's'} on ${round(cores)} core${cores === 1 ? '' : 's'}`;
  if (workers <= Math.ceil(cores)) return [ok(says)];
  return [
    warning(`${says}: they take turns, and every picture takes longer`, 'Set FACE_WORKERS to the cores.'),
  ];
}

/** What a container may use of them; null where there is no such limit. */
async function quotaOfCores(): Promise<number | null> {
  const text = await readFile('/sys/fs/cgroup/cpu.max', 'utf8').catch(() => 'max');
  const [quota, period] = text.trim().split(' ').map(Number);
  return quota && period ? quota / period : null;
}

function checkMemory(workers: number): Finding {
  const { ok, warning } = findings('memory');
  const limit = process.constrainedMemory();
  const bytes = Math.min(os.totalmem(), limit && limit > 0 ? limit : Infinity);
  const mib = Math.round(bytes / 2 ** 20);
  const wanted = SERVER_MIB + workers * (WORKER_MIB + DECODING_MIB);
  const says = `${mib} MiB, of which ${workers} worker${workers === 1 ? '' : 's'} and the server may need ${wanted}`;
  return mib >= wanted ? ok(says) : warning(says, 'Give it more memory, or set FACE_WORKERS lower.');
}

async function checkOpenFiles(): Promise<Finding> {
  const { ok, warning, skipped } = findings('open files');
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  if (soft === undefined) return skipped('this system does not say how many files a process may open');
  const number = soft === 'unlimited' ? Infinity : Number(soft);
  if (number >= LEAST_OPEN_FILES) return ok(`a process may have ${soft} open`);
  return warning(
    `a process may have ${soft} open, and every connection is one`,
    `Allow at least ${LEAST_OPEN_FILES}: ulimit -n, or LimitNOFILE of the service.`,
  );
}

function round(value: number): string {
  return String(Number(value.toFixed(1)));
}
