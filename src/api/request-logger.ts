import type { FastifyBaseLogger } from 'fastify';

type Line = Parameters<FastifyBaseLogger['info']>;

/**
 * The logger of one request, which names it in each line. It is made when something is first to be said: of most requests
 * nothing is, beside the line that `addRequestLog` writes.
 */
export class RequestLogger implements FastifyBaseLogger {
  readonly #make: () => FastifyBaseLogger;
  #made: FastifyBaseLogger | undefined;

  constructor(make: () => FastifyBaseLogger) {
    this.#make = make;
  }

  get #logger(): FastifyBaseLogger {
    return (this.#made ??= this.#make());
  }

  get level(): string {
    return this.#logger.level;
  }

  trace(...line: unknown[]): void {
    this.#logger.trace(...(line as Line));
  }

  debug(...line: unknown[]): void {
    this.#logger.debug(...(line as Line));
  }

  info(...line: unknown[]): void {
    this.#logger.info(...(line as Line));
  }

  warn(...line: unknown[]): void {
    this.#logger.warn(...(line as Line));
  }

  error(...line: unknown[]): void {
    this.#logger.error(...(line as Line));
  }

  fatal(...line: unknown[]): void {
    this.#logger.fatal(...(line as Line));
  }

  silent(...line: unknown[]): void {
    this.#logger.silent(...(line as Line));
  }

  child(...how: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger {
    return this.#logger.child(...how);
  }
}
