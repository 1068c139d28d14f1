import { describe, expect, it } from 'vitest';

import { LiveTickets } from './live-tickets.js';
import { RequestOrigins } from './request-origin.js';
import { TokenSigner } from './tokens.js';

const secret = 'a secret of at least thirty-two characters';
const NOW = 1_900_000_000_000;

function ticketOffice(of = secret) {
  const clock = { now: NOW };
  const spent = new Map<string, number>();
  const store = {
    spend: async (id: string, expiresAt: number) => {
      if (spent.has(id)) return false;
      spent.set(id, expiresAt);
      return true;
    },
  };
  return {
    clock,
    spent,
    tickets: new LiveTickets(of, store, new RequestOrigins(), { current: async () => null }, () => clock.now),
  };
}

describe('LiveTickets', () => {
  it('reads its own ticket for as long as it promised', async () => {
    const { clock, tickets } = ticketOffice();
    const { ticket, id, expiresAt } = await tickets.issue('verification', 'account', 'flow');
    expect(expiresAt).toBe(NOW + 30_000);
    clock.now = expiresAt;
    const read = await tickets.read(ticket, 'verification');
    expect(read).toEqual({
      id,
      purpose: 'verification',
      accountId: 'account',
      boundTo: 'flow',
      cookies: false,
      origin: { device: null },
      expiresAt: NOW + 90_000,
    });
    await tickets.spend(read);
  });

  it('is shown again by every call of its session, however long that takes', async () => {
    const { clock, tickets } = ticketOffice();
    const { ticket, expiresAt } = await tickets.issue('verification', 'account', 'flow');
    clock.now = expiresAt + 59_000;
    const read = await tickets.read(ticket, 'verification');
    await expect(tickets.spend(read)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('refuses a ticket that has been kept for too long', async () => {
    const { clock, tickets } = ticketOffice();
    const { ticket, expiresAt } = await tickets.issue('verification', 'account', 'flow');
    clock.now = expiresAt + 61_000;
    await expect(tickets.read(ticket, 'verification')).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('refuses a ticket of the other purpose', async () => {
    const { tickets } = ticketOffice();
    const { ticket } = await tickets.issue('enrolment', 'account', 'session');
    await expect(tickets.read(ticket, 'verification')).rejects.toMatchObject({ code: 'invalid_token' });
    expect(await tickets.read(ticket, 'enrolment')).toMatchObject({ boundTo: 'session' });
  });

  it("refuses another server's ticket", async () => {
    const { ticket } = await ticketOffice(`${secret}!`).tickets.issue('enrolment', 'account', 'session');
    await expect(ticketOffice().tickets.read(ticket, 'enrolment')).rejects.toMatchObject({
      code: 'invalid_token',
    });
  });

  it.each(['authorization', 'verification'] as const)(
    'refuses a token for %s in the place of a ticket',
    async (type) => {
      const { token } = new TokenSigner(type, secret).issue({
        accountId: 'account',
        methods: ['pwd'],
        lifetimeSeconds: 60,
        now: NOW,
        live: { bound_to: 'flow' },
      });
      const { tickets } = ticketOffice();
      await expect(tickets.read(token, 'verification')).rejects.toMatchObject({ code: 'invalid_token' });
    },
  );

  it('refuses a ticket that is bound to nothing', async () => {
    const { token } = new TokenSigner('live_verification', secret).issue({
      accountId: 'account',
      methods: [],
      lifetimeSeconds: 60,
      now: NOW,
    });
    await expect(ticketOffice().tickets.read(token, 'verification')).rejects.toMatchObject({
      code: 'invalid_token',
    });
  });

  it('is not spent twice by a burst of openings', async () => {
    const { tickets, spent } = ticketOffice();
    const { ticket } = await tickets.issue('verification', 'account', 'flow');
    const read = await tickets.read(ticket, 'verification');
    const openings = await Promise.allSettled(Array.from({ length: 20 }, () => tickets.spend(read)));
    expect(openings.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    // Remembered until its age alone refuses it.
    expect([...spent]).toEqual([[read.id, read.expiresAt]]);
  });
});
