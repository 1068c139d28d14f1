import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** How long running requests may take to finish once the program stops. */
const DRAIN_MS = 10_000;
/** How long it may take to stop altogether: a part that hangs must not keep a process alive that serves nobody. */
const STOP_MS = 14_000;

/** Under npm one Ctrl-C arrives twice: from the terminal and, passed on, from npm. */
const ECHO_MS = 1000;

interface HttpProgram {
  getHttpServer(): Pick<Server, 'closeAllConnections'>;
  /** Lets running requests finish, then ends what they stand on. */
  close(): Promise<unknown>;
}

/** What is done before running requests are finished. */
interface StopNotice {
  /** Has the program say that it is not ready any more. */
  readonly announce: () => void;
  readonly logger: { info: (line: string) => void };
  /** Load balancers ask every few seconds: until they have, they send requests here, and the program goes on serving. */
  readonly delaySeconds: number;
}

/**
 * The first signal drains: running requests are finished, then the process ends with 0. A second one, from somebody who
 * has lost patience, ends it at once.
 */
export function stopOnSignals(app: HttpProgram, notice: StopNotice, fail: (error: unknown) => never): void {
  // Whoever closes the other end of our output must not end the program with it.
  process.stdout.on('error', () => undefined);
  let stoppingSince: number | undefined;
  const onSignal = (): void => {
    if (stoppingSince === undefined) {
      stoppingSince = Date.now();
      stop(app, notice, fail).then(() => process.exit(0), fail);
    } else if (Date.now() - stoppingSince > ECHO_MS) {
      process.exit(1);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

async function stop(
  app: HttpProgram,
  { announce, logger, delaySeconds }: StopNotice,
  fail: (error: unknown) => never,
): Promise<void> {
  announce();
  logger.info('stopping: running requests are finished first');
  await pause(delaySeconds * 1000);
  await drain(app, fail);
}

async function drain(app: HttpProgram, fail: (error: unknown) => never): Promise<void> {
  // A client that never finishes its request must not keep the program from stopping.
  setTimeout(() => {
    app.getHttpServer().closeAllConnections();
  }, DRAIN_MS).unref();
  setTimeout(() => {
    fail(new Error('The program did not stop in time and was ended.'));
  }, STOP_MS).unref();
  await app.close();
}

/** What the operator of a program can mend. */
export interface Mendable {
  /** Errors whose message says it all. */
  readonly kinds: readonly (new (...args: never[]) => Error)[];
  /** What to look at when the system refuses: a folder that is a file, a port only for root, a host that is not ours. */
  readonly settings: string;
}

/** @returns what ends the process with 1 and with one sentence for what can be mended, everything there is for the rest */
export function endOnFault(mendable: Mendable): (error: unknown) => never {
  return (error) => {
    process.stderr.write(`${explain(error, mendable)}\n`);
    process.exit(1);
  };
}

function explain(error: unknown, { kinds, settings }: Mendable): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'The port is in use by another program. Stop that one, or set PORT.';
  if (kinds.some((kind) => error instanceof kind)) return error.message;
  if (syscall !== undefined) return `The program cannot start: ${error.message}. Look at ${settings}.`;
  return error.stack ?? error.message;
}

/** A host to type into a browser: "every interface" is no address, and IPv6 wants brackets. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
