import type { FastifyReply } from 'fastify';

import type { FaceEnrolment } from '../auth/face-enrolment.js';
import type { SignedIn } from '../auth/sign-in-completion.js';
import type { TokenAnswers } from './token-answers.js';

/** Answers of sign-ins that were completed without a face: the account may have one all the same. */
export class SignInAnswers {
  constructor(
    private readonly tokens: TokenAnswers,
    private readonly enrolment: FaceEnrolment,
  ) {}

  async signedIn(reply: FastifyReply, signedIn: SignedIn) {
    const reference = await this.enrolment.reference(signedIn.account);
    return this.tokens.signedIn(reply, signedIn, reference?.vector ?? null);
  }
}
