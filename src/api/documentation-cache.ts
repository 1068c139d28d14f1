import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Made anew for each request by the framework, from a document that never changes: some thirty milliseconds each. */
const PATHS: ReadonlySet<string> = new Set([
  '/docs',
  '/docs/',
  '/docs/swagger-ui-init.js',
  '/openapi.json',
  '/openapi.yaml',
]);

interface Answer {
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** Answers what was answered before. Nothing but the documentation, which is the same for everybody. */
export function cacheDocumentation(fastify: FastifyInstance): void {
  const answers = new Map<string, Answer>();
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const answer = request.method === 'GET' ? answers.get(request.url) : undefined;
    if (answer) return reply.type(answer.contentType).send(answer.body);
    return undefined;
  });
  fastify.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, body: unknown) => {
    const isDocumentation = request.method === 'GET' && PATHS.has(request.url) && reply.statusCode === 200;
    const contentType = String(reply.getHeader('content-type'));
    if (isDocumentation && (typeof body === 'string' || Buffer.isBuffer(body))) {
      answers.set(request.url, { contentType, body });
    }
    return body;
  });
}
