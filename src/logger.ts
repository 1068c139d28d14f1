import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';
import { build as pretty } from 'pino-pretty';

/** Under these names nothing gets out, wherever in a line they stand. */
const SECRETS = [
  'authorization',
  'body',
  'completion',
  'cookie',
  '["set-cookie"]',
  'deviceToken',
  'email',
  'fv',
  'headers',
  'password',
  'secret',
  'ticket',
  'token',
  'url',
  'vector',
  'verification_token',
];

/**
 * Structured logs on stderr, a line of JSON each; readable lines on a terminal. Requests are logged by route, never
 * with body, header or query: tokens, passwords, pictures and templates have no way into a line.
 *
 * @param destination where lines go instead of stderr
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    // A second net under the first: should a credential ever be put into a line, it does not get out.
    redact: SECRETS.flatMap((name) => [name, name.startsWith('[') ? `*${name}` : `*.${name}`]),
    serializers: { err: describeError },
    base: null,
  };
  if (destination) return pino(options, destination);
  return process.stderr.isTTY
    ? pino(options, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', singleLine: true }))
    : pino(options, pino.destination(2));
}

/** Not what libraries hang on to their errors: the address that was called, the document that could not be written. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { type, message, stack } = pino.stdSerializers.err(error);
  const { code } = error as NodeJS.ErrnoException;
  return { type, message, stack, ...(typeof code === 'string' ? { code } : {}) };
}

/** Nest's own messages, in our log; its start-up chatter only at `debug`. */
export class FrameworkLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown): void {
    this.logger.debug(String(message));
  }

  error(message: unknown): void {
    this.logger.error(String(message));
  }

  warn(message: unknown): void {
    this.logger.warn(String(message));
  }
}
