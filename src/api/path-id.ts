import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Of every id that stands in a path: base64url. */
const ID = /^[\w-]+$/;

/** The `id` of the path. What cannot be one is empty, which names nothing: a store need not be able to look for it. */
export const PathId = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { id = '' } = context.switchToHttp().getRequest<FastifyRequest>().params as { id?: string };
  return ID.test(id) ? id : '';
});
