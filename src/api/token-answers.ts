import type { FastifyReply } from 'fastify';

import type { OpenedSession, Sessions } from '../auth/sessions.js';
import type { SignedIn } from '../auth/sign-in-completion.js';
import { userAnswer } from './schemas/answers.js';
import {
  DEVICE_HEADER,
  asksForCookies,
  clearTokenCookie,
  cookieOf,
  setTokenCookie,
} from './token-transport.js';

const DEVICE_COOKIE_SECONDS = 180 * 86_400;

/** The one way in which tokens leave: in the body, or in cookies for whoever asked for that. */
export class TokenAnswers {
  constructor(
    private readonly sessions: Sessions,
    private readonly now: () => number,
  ) {}

  /** @param vector the account's template, null without a face */
  async signedIn(reply: FastifyReply, signedIn: SignedIn, vector: Float32Array | null) {
    const { account, token, session, deviceToken } = signedIn;
    const user = userAnswer(account, vector);
    if (deviceToken !== null) this.deviceKnown(reply, deviceToken);
    if (!asksForCookies(reply.request)) return { user, token };
    // Whoever was signed in with this browser is not any more: no session that was there before is gone on with.
    const earlier = cookieOf(reply.request, 'authorization');
    if (earlier !== null) await this.sessions.discard(earlier);
    this.#keep(reply, { token, session });
    clearTokenCookie(reply, 'verification');
    return { user };
  }

  faceRequired(
    reply: FastifyReply,
    pending: { readonly verificationToken: string; readonly expiresAt: number },
  ) {
    const { verificationToken, expiresAt } = pending;
    if (!asksForCookies(reply.request)) return { verification_token: verificationToken };
    setTokenCookie(reply, 'verification', verificationToken, (expiresAt - this.now()) / 1000);
    return {};
  }

  refreshed(reply: FastifyReply, renewed: OpenedSession) {
    if (!asksForCookies(reply.request)) return { token: renewed.token };
    this.#keep(reply, renewed);
    return {};
  }

  signedOut(reply: FastifyReply): void {
    if (!asksForCookies(reply.request)) return;
    clearTokenCookie(reply, 'authorization');
    clearTokenCookie(reply, 'verification');
  }

  /** The device stays known after its owner has signed out. */
  deviceKnown(reply: FastifyReply, deviceToken: string): void {
    if (asksForCookies(reply.request)) setTokenCookie(reply, 'device', deviceToken, DEVICE_COOKIE_SECONDS);
    else void reply.header(DEVICE_HEADER, deviceToken);
  }

  #keep(reply: FastifyReply, { token, session }: OpenedSession): void {
    setTokenCookie(reply, 'authorization', token, (session.expiresAt - this.now()) / 1000);
  }
}
