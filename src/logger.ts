import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';
import { build as pretty } from 'pino-pretty';

/**
 * Structured logs on stderr; readable lines on a terminal. Requests are logged by route, never with body,
 * header or query: tokens, passwords, pictures and templates have no way into a line.
 */
export function createLogger(level: string): Logger {
  const options = {
    level,
    // A second net under the first: should a credential ever be put into a line, it does not get out.
    redact: ['*.authorization', '*.password', '*.token', '*.verification_token', '*.fv', '*.headers'],
    base: null,
  };
  return process.stderr.isTTY
    ? pino(options, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', singleLine: true }))
    : pino(options, pino.destination(2));
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
