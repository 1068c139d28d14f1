import { MemoryTokens, VultusClient } from '@vultus/client';

/**
 * Lets on who brings the authorization token of a session (`Authorization: Bearer …`), as `response.locals.user`.
 * The Vultus server is asked each time and nothing is remembered: a session that was revoked is refused at once.
 * What else Vultus answers, or that it does not, goes to the error handler.
 *
 * @param {string} serverUrl where the Vultus server is
 * @returns {import('express').RequestHandler}
 */
export function requireUser(serverUrl) {
  return async (request, response, next) => {
    const token = /^Bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1];
    if (token === undefined) {
      response
        .status(401)
        .set('www-authenticate', 'Bearer')
        .json({ code: 'invalid_token', detail: 'Please sign in.' });
      return;
    }
    const tokens = new MemoryTokens({ authorization: token });
    response.locals['user'] = await new VultusClient({ serverUrl, tokens, timeoutMs: 5_000 }).account();
    next();
  };
}
