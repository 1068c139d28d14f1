import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { AddressBudget } from './address-budget.js';
import { isLoopback, scopesOf } from './client-address.js';
import { Problem } from './problems.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** @returns the seconds to wait, null when it was granted */
async function ask(budget: AddressBudget, address: string): Promise<number | null> {
  try {
    await budget.take(scopesOf(address));
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    const { code, options } = error as Problem;
    expect(code).toBe('too_many_requests');
    return options.retryAfterSeconds!;
  }
}

async function exhaust(budget: AddressBudget, address: string, requests: number): Promise<void> {
  for (let i = 0; i < requests; i++) expect(await ask(budget, address)).toBeNull();
  expect(await ask(budget, address)).not.toBeNull();
}

describe('the budget of an address', () => {
  it('is refused when it is used up, says how long, and is there again after that', async () => {
    const budget = new AddressBudget(3);
    expect(await ask(budget, '192.0.2.1')).toBeNull();
    vi.advanceTimersByTime(20_000);
    expect(await ask(budget, '192.0.2.1')).toBeNull();
    expect(await ask(budget, '192.0.2.1')).toBeNull();
    expect(await ask(budget, '192.0.2.1')).toBe(40);
    vi.advanceTimersByTime(39_000);
    expect(await ask(budget, '192.0.2.1')).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(await ask(budget, '192.0.2.1')).toBeNull();
  });

  it.each([
    ['another IPv4 address', '192.0.2.1', '192.0.2.2', false],
    ['the same IPv4 address, written as IPv6', '192.0.2.1', '::ffff:192.0.2.1', true],
    ['the same, in hexadecimal', '192.0.2.1', '::ffff:c000:201', true],
    ['another address of the same /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
    ['another spelling', '2001:db8:1:2::1', '2001:0DB8:0001:0002::0001', true],
    ['another zone', 'fe80::1%eth0', 'fe80::1%eth1', true],
    ['the next /64', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['another port that a proxy has added', '192.0.2.1:1000', '192.0.2.1:1001', true],
  ])('and that of %s', async (_, first, second, isShared) => {
    const budget = new AddressBudget(2);
    await exhaust(budget, first, 2);
    expect((await ask(budget, second)) !== null).toBe(isShared);
  });

  it('is not multiplied by a /48 full of /64', async () => {
    const budget = new AddressBudget(2);
    let granted = 0;
    for (let i = 0; i < 200; i++) {
      if ((await ask(budget, `2001:db8:1:${i.toString(16)}::1`)) === null) granted++;
    }
    expect(granted).toBe(2 * 16);
    expect(await ask(budget, '2001:db8:2::1')).toBeNull();
  });
});

describe('more addresses than there is memory for', () => {
  it('share what their network has, and leave alone who was there before', async () => {
    const budget = new AddressBudget(2, 3);
    for (const address of ['192.0.2.1', '192.0.2.2', '2001:db8::1'])
      expect(await ask(budget, address)).toBeNull();

    let granted = 0;
    for (let i = 0; i < 100; i++) if ((await ask(budget, `198.51.100.${i}`)) === null) granted++;
    expect(granted).toBe(2 * 16);
    expect(await ask(budget, '203.0.113.1')).toBeNull();
    expect(await ask(budget, '192.0.2.1')).toBeNull();
    expect(await ask(budget, '2001:db8::1')).toBeNull();
  });

  it('are counted one by one again after a minute', async () => {
    const budget = new AddressBudget(1, 1);
    expect(await ask(budget, '192.0.2.1')).toBeNull();
    for (let i = 0; i < 16; i++) expect(await ask(budget, '198.51.100.1')).toBeNull();
    vi.advanceTimersByTime(60_000);
    await exhaust(budget, '198.51.100.1', 1);
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['192.168.0.1', false],
  ['not an address', false],
])('tells this machine from others: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
