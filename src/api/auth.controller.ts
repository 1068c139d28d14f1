import { Body, Controller, HttpCode, Inject, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

import { type AuthenticatedCaller, Sessions } from '../auth/sessions.js';
import { SignIn } from '../auth/sign-in.js';
import { SignUp } from '../auth/sign-up.js';
import { Answers, JsonBody, bodyProblems } from './api-documentation.js';
import { Caller, SessionGuard } from './bearer.js';
import * as examples from './schemas/examples.js';
import { faceRequiredSchema, revokedSchema, signedInSchema, userAnswer } from './schemas/answers.js';
import { credentialsSchema } from './schemas/requests.js';

/** The password was right, the face is still to come: the published contract's own status. */
const STATUS_FACE_REQUIRED = 210;

type Credentials = z.infer<typeof credentialsSchema>;

@ApiTags('Sign-up and sign-in')
@Controller('user/auth')
export class AuthController {
  constructor(
    @Inject(SignUp) private readonly signUps: SignUp,
    @Inject(SignIn) private readonly signIns: SignIn,
    @Inject(Sessions) private readonly sessions: Sessions,
  ) {}

  @Post('sign-up')
  @ApiOperation({ summary: 'Create an account and sign in' })
  @JsonBody(credentialsSchema)
  @Answers(
    {
      201: {
        schema: signedInSchema,
        description: 'The new account and its authorization token.',
        example: examples.signedIn,
      },
    },
    bodyProblems('validation_failed', 'email_taken'),
  )
  async signUp(@Body({ schema: credentialsSchema }) credentials: Credentials) {
    const { account, token } = await this.signUps.run(credentials);
    return { user: userAnswer(account, null), token };
  }

  @Post('sign-in')
  @ApiOperation({
    summary: 'Sign in with e-mail and password',
    description: 'An account with an enrolled face is answered 210 and finishes with compare-faces.',
  })
  @JsonBody(credentialsSchema)
  @Answers(
    {
      200: {
        schema: signedInSchema,
        description: 'Signed in: the account has no face.',
        example: examples.signedIn,
      },
      210: {
        schema: faceRequiredSchema,
        description: 'The password is right and the face check comes next.',
        example: examples.faceRequired,
      },
    },
    bodyProblems('validation_failed', 'invalid_credentials'),
  )
  async signIn(
    @Body({ schema: credentialsSchema }) credentials: Credentials,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const result = await this.signIns.run(credentials);
    if (result.outcome === 'face_required') {
      void reply.status(STATUS_FACE_REQUIRED);
      reply.raw.statusMessage = 'Face Verification Required';
      return { verification_token: result.verificationToken };
    }
    void reply.status(200);
    return { user: userAnswer(result.account, null), token: result.token };
  }

  @Post('revoke-token')
  @HttpCode(200)
  @UseGuards(SessionGuard)
  @ApiBearerAuth('authorization')
  @ApiOperation({ summary: 'Sign out: end the session behind the token' })
  @Answers(
    {
      200: {
        schema: revokedSchema,
        description: 'The token is not valid any more.',
        example: { revoked: true },
      },
    },
    bodyProblems('invalid_token'),
  )
  async revoke(@Caller() { session }: AuthenticatedCaller) {
    await this.sessions.revoke(session);
    return { revoked: true };
  }
}
