import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  UseGuards,
  applyDecorators,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { AddressBudget, Budget } from './address-budget.js';
import { accountIdOf } from './bearer.js';
import { scopesOf } from './client-address.js';

/**
 * Budgets of requests a minute, in this process: several servers allow several times as much. Lock-outs do not stand
 * here but in the database, where they are exact.
 */
export class RateLimits {
  readonly #all: AddressBudget | null;
  readonly #expensive: { readonly addresses: AddressBudget; readonly accounts: Budget } | null;

  /** @param rates requests a minute; 0 for no limit */
  constructor({ address, expensive }: { readonly address: number; readonly expensive: number }) {
    this.#all = address === 0 ? null : new AddressBudget(address);
    this.#expensive =
      expensive === 0 ? null : { addresses: new AddressBudget(expensive), accounts: new Budget(expensive) };
  }

  /** @returns null where there is no limit to wait for. @throws Problem `too_many_requests` */
  takeRequest(address: string): Promise<void> | null {
    return this.#all?.take(scopesOf(address)) ?? null;
  }

  /** For what hashes a password or runs a model. @throws Problem `too_many_requests` */
  async takeExpensive(address: string, accountId: string | null): Promise<void> {
    await this.#expensive?.addresses.take(scopesOf(address));
    if (accountId !== null) await this.#expensive?.accounts.take(accountId);
  }
}

/** Before a picture in the body has been read. */
@Injectable()
export class ExpensiveGuard implements CanActivate {
  constructor(@Inject(RateLimits) private readonly limits: RateLimits) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    await this.limits.takeExpensive(request.ip, accountIdOf(request));
    return true;
  }
}

/**
 * For calls that hash a password or run a model. To stand above the guard that finds out whose request it is, which
 * then runs first: the account has a budget, too.
 */
export function Expensive(): MethodDecorator {
  return applyDecorators(UseGuards(ExpensiveGuard));
}
