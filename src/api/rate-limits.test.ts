import 'reflect-metadata';

import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { describe, expect, it } from 'vitest';

import { SessionGuard, VerificationGuard } from './bearer.js';
import { ExpensiveGuard, RateLimits } from './rate-limits.js';

type Handler = (...args: never[]) => unknown;

/** All methods of all controllers, by name, with the guards that Nest runs before them, in their order. */
async function guardedCalls(): Promise<[string, unknown[]][]> {
  const files = await readdir(import.meta.dirname, { recursive: true });
  const modules = await Promise.all(
    files
      .filter((file) => file.endsWith('.controller.ts'))
      .map((file) => import(path.join(import.meta.dirname, file)) as Promise<Record<string, unknown>>),
  );
  const controllers = modules.flatMap((module) => Object.values(module)) as {
    name: string;
    prototype: object;
  }[];
  return controllers.flatMap(({ name, prototype }) =>
    Object.getOwnPropertyNames(prototype)
      .filter((method) => method !== 'constructor')
      .map((method): [string, unknown[]] => {
        const handler = (prototype as Record<string, Handler>)[method]!;
        return [`${name}.${method}`, (Reflect.getMetadata(GUARDS_METADATA, handler) ?? []) as unknown[]];
      }),
  );
}

describe('what hashes a password or runs a model', () => {
  it.each([
    'AuthController.signUp',
    'AuthController.signIn',
    'SessionController.changePassword',
    'FaceController.enrol',
    'FaceController.compare',
    'LiveController.startVerification',
    'LiveController.startEnrolment',
  ])('has a budget: %s', async (name) => {
    const guards = new Map(await guardedCalls()).get(name);
    expect(guards).toContain(ExpensiveGuard);
  });

  it('is charged to the account, which is known by then', async () => {
    const expensive = (await guardedCalls()).filter(([, guards]) => guards.includes(ExpensiveGuard));
    expect(expensive.length).toBeGreaterThanOrEqual(7);
    for (const [name, guards] of expensive) {
      for (const guard of [SessionGuard, VerificationGuard]) {
        expect(guards.indexOf(guard), name).toBeLessThan(guards.indexOf(ExpensiveGuard));
      }
    }
  });
});

it('there is no budget where it is set to 0', async () => {
  const limits = new RateLimits({ address: 0, expensive: 0 });
  for (let i = 0; i < 5000; i++) {
    await limits.takeRequest('192.0.2.1');
    await limits.takeExpensive('192.0.2.1', 'account');
  }
});
