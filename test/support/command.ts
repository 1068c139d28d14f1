import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The built `vultus` command, running as a process of its own. */
export interface RunningCommand {
  readonly process: ChildProcess;
  /** What it has written so far. */
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

export interface CommandPlace {
  /** The built command, where it is another installation's. */
  readonly command?: string;
  /** Whom it runs as, where this runs as root. */
  readonly uid?: number;
}

export function startCommand(
  args: readonly string[],
  environment: Record<string, string> = {},
  { command = COMMAND, uid }: CommandPlace = {},
): RunningCommand {
  const child = spawn(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
    env: { PATH: process.env['PATH'], ...environment },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { process: child, output, ended };
}

export function runCommand(
  args: readonly string[],
  environment: Record<string, string> = {},
  place: CommandPlace = {},
) {
  return startCommand(args, environment, place).ended;
}
