import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import path from 'node:path';

import type { Box } from '../src/face/rgb-image.js';
import { ROOT } from './speed-server.js';

/** What is measured beside ours has a package of its own there. */
export const PEERS_FOLDER = path.join(ROOT, 'bench', 'peers');

export interface PeerFace {
  readonly box: Box;
  readonly points: number;
  readonly descriptor: Float32Array;
}

interface PeerAnswer {
  readonly ms: number;
  readonly faces: readonly PeerFace[];
}

interface AboutPeer {
  readonly name: string;
  readonly version: string;
  readonly models: readonly string[];
  readonly backEnd: string;
  readonly simd: boolean;
  readonly threads: number;
}

type Message = { readonly about: AboutPeer } | ({ readonly error: string } | PeerAnswer);

/** Another library in a process of its own, which looks at one picture at a time. */
export class PeerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly about: AboutPeer,
  ) {}

  /** @param file of bench/peers */
  static async start(file: string): Promise<PeerProcess> {
    const child = fork(path.join(PEERS_FOLDER, file), { serialization: 'advanced' });
    const message = await nextMessage(child);
    if (!('about' in message)) throw new Error(`${file} did not introduce itself`);
    return new PeerProcess(child, message.about);
  }

  /** @param most faces that are looked for */
  async recognise(sample: Uint8Array, most = 1): Promise<PeerAnswer> {
    const answer = nextMessage(this.child);
    this.child.send({ sample, most });
    const message = await answer;
    if ('error' in message) throw new Error(`${this.about.name}: ${message.error}`);
    if ('about' in message) throw new Error(`${this.about.name} introduced itself twice`);
    return message;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}

/** @throws Error when the process ends first */
async function nextMessage(child: ChildProcess): Promise<Message> {
  const waiting = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', waiting).then(([message]) => message as Message),
      once(child, 'exit', waiting).then(() => {
        throw new Error('the process of a peer ended; its words stand above');
      }),
    ]);
  } finally {
    waiting.abort();
  }
}

/** On first use, and when their lockfile has changed. @returns whether the peers are there */
export async function installPeers(): Promise<boolean> {
  const installed = await modifiedAt('node_modules/.package-lock.json');
  const locked = await modifiedAt('package-lock.json');
  if (installed !== null && locked !== null && installed >= locked) return true;
  process.stderr.write('Installing what is measured beside Vultus (bench/peers) …\n');
  const npm = spawn('npm', ['ci', '--no-audit'], {
    cwd: PEERS_FOLDER,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const code = await Promise.race([
    once(npm, 'exit').then(([code]) => code as number | null),
    once(npm, 'error').then(() => null),
  ]);
  return code === 0;
}

async function modifiedAt(file: string): Promise<number | null> {
  return stat(path.join(PEERS_FOLDER, file)).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}
