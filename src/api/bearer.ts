import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  createParamDecorator,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { type BiometricClaim, FaceVerification } from '../auth/face-verification.js';
import { type AuthenticatedCaller, Sessions } from '../auth/sessions.js';
import { bearerTokenOf, credentialOf } from './token-transport.js';

/** What the guards found out, carried by the request under keys that nobody else can write. */
const CALLER = Symbol('caller');
const CLAIM = Symbol('claim');
interface GuardedRequest extends FastifyRequest {
  [CALLER]?: AuthenticatedCaller;
  [CLAIM]?: BiometricClaim;
}

/** Lets holders of an authorization token in. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    request[CALLER] = await this.sessions.authenticate(credentialOf(request, 'authorization'));
    return true;
  }
}

/** Lets holders of a verification token in, to show a picture: a sign-in that waits for its face. */
@Injectable()
export class VerificationGuard implements CanActivate {
  constructor(@Inject(FaceVerification) private readonly verification: FaceVerification) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    request[CLAIM] = await this.verification.claimForStill(credentialOf(request, 'verification'));
    return true;
  }
}

/** The token of this kind that the request brings, whatever it is worth. @throws AuthError `invalid_token` without one */
export const Bearer = createParamDecorator(
  (kind: 'authorization' | 'verification', context: ExecutionContext) =>
    credentialOf(context.switchToHttp().getRequest<FastifyRequest>(), kind),
);

/** The ticket of a live session, which is in no cookie. @throws AuthError `invalid_token` without one */
export const Ticket = createParamDecorator((_: unknown, context: ExecutionContext) =>
  bearerTokenOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The account and session behind the request; only under `SessionGuard`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  required(context.switchToHttp().getRequest<GuardedRequest>()[CALLER]),
);

/** The sign-in attempt behind the request; only under `VerificationGuard`. */
export const Claim = createParamDecorator((_: unknown, context: ExecutionContext) =>
  required(context.switchToHttp().getRequest<GuardedRequest>()[CLAIM]),
);

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the route lacks the guard that its parameter needs');
  return value;
}

/** Whose request it is, once a guard has found out. */
export function accountIdOf(request: FastifyRequest): string | null {
  const guarded = request as GuardedRequest;
  return guarded[CALLER]?.account.id ?? guarded[CLAIM]?.accountId ?? null;
}
