import { randomUUID } from 'node:crypto';

/** A request id of a proxy in front is kept, when it cannot be anything but an id in the log. */
const FOREIGN_REQUEST_ID = /^[\w-]{8,64}$/;

/** @param given the header X-Request-Id, where there is one */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && FOREIGN_REQUEST_ID.test(given) ? given : randomUUID();
}
