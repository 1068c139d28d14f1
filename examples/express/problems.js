import { ServerUnreachable, isProblem } from '@vultus/client';

/**
 * Answers what the Vultus server refused as it refused it, and 503 where it cannot be asked: never as if somebody
 * were signed in.
 *
 * @param {unknown} error
 * @param {import('express').Request} _request
 * @param {import('express').Response} response
 * @param {import('express').NextFunction} next
 */
export function answerProblem(error, _request, response, next) {
  if (response.headersSent) {
    next(error);
  } else if (error instanceof ServerUnreachable) {
    response.status(503).set('retry-after', '5');
    response.json({
      code: 'vultus_unreachable',
      detail: 'The sign-in server does not answer. Please try again.',
    });
  } else if (isProblem(error)) {
    const { code, detail, errors, retryAfter, status } = error;
    if (retryAfter !== undefined) response.set('retry-after', String(retryAfter));
    if (status === 401) response.set('www-authenticate', 'Bearer');
    response.status(status >= 500 ? 503 : status).json({ code, detail, errors });
  } else {
    next(error);
  }
}
