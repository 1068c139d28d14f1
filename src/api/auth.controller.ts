import { Body, Controller, Get, HttpCode, Inject, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

import { SecondFactor } from '../auth/second-factor.js';
import { type AuthenticatedCaller, Sessions } from '../auth/sessions.js';
import { SignIn } from '../auth/sign-in.js';
import { SignUp } from '../auth/sign-up.js';
import { Answers, JsonBody, bodyProblems } from './api-documentation.js';
import { ApiSettings } from './api-settings.js';
import { Bearer, Caller, SessionGuard } from './bearer.js';
import { Expensive } from './rate-limits.js';
import * as examples from './schemas/examples.js';
import {
  faceRequiredSchema,
  pendingSignInSchema,
  refreshedSchema,
  revokedSchema,
  signedInSchema,
} from './schemas/answers.js';
import { credentialsSchema } from './schemas/requests.js';
import { TokenAnswers } from './token-answers.js';

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
    @Inject(SecondFactor) private readonly secondFactor: SecondFactor,
    @Inject(TokenAnswers) private readonly tokens: TokenAnswers,
    @Inject(ApiSettings) private readonly settings: ApiSettings,
  ) {}

  @Post('sign-up')
  @Expensive()
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
    bodyProblems('validation_failed', 'email_taken', 'busy'),
  )
  async signUp(
    @Body({ schema: credentialsSchema }) credentials: Credentials,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.tokens.signedIn(reply, await this.signUps.run(credentials), null);
  }

  @Post('sign-in')
  @Expensive()
  @ApiOperation({
    summary: 'Sign in with e-mail and password',
    description:
      'An account with an enrolled face is answered 210 and finishes with compare-faces, a live session, a passkey or a recovery code.',
  })
  @JsonBody(credentialsSchema)
  @Answers(
    {
      200: {
        schema: signedInSchema,
        description: 'Signed in: the account has no second factor.',
        example: examples.signedIn,
      },
      210: {
        schema: faceRequiredSchema,
        description: 'The password is right and the face check comes next.',
        example: examples.faceRequired,
      },
    },
    bodyProblems('validation_failed', 'invalid_credentials', 'too_many_attempts', 'busy'),
  )
  async signIn(
    @Body({ schema: credentialsSchema }) credentials: Credentials,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const result = await this.signIns.run(credentials);
    if (result.outcome === 'face_required') {
      void reply.status(STATUS_FACE_REQUIRED);
      reply.raw.statusMessage = 'Face Verification Required';
      return this.tokens.faceRequired(reply, result);
    }
    void reply.status(200);
    return this.tokens.signedIn(reply, result, null);
  }

  @Get('verification')
  @ApiBearerAuth('verification')
  @ApiOperation({ summary: 'What a sign-in that was answered 210 can be completed with' })
  @Answers(
    {
      200: {
        schema: pendingSignInSchema,
        description: 'Any one of the methods completes it.',
        example: examples.pendingSignIn,
      },
    },
    ['invalid_token', 'too_many_attempts'],
  )
  async pending(@Bearer('verification') token: string) {
    const flow = await this.secondFactor.claim(token);
    return {
      methods: await this.secondFactor.kindsOf(flow, this.settings.modelId),
      expires_at: new Date(flow.expiresAt).toISOString(),
    };
  }

  @Post('refresh')
  @HttpCode(200)
  @ApiBearerAuth('authorization')
  @ApiOperation({
    summary: 'Replace the authorization token',
    description:
      'The session stays, with its end where it was. The replaced token is taken for ten more seconds; shown after that, it ends the session, for two hold it.',
  })
  @Answers(
    {
      200: {
        schema: refreshedSchema,
        description: 'The token to use from now on.',
        example: { token: examples.TOKEN },
      },
    },
    bodyProblems('invalid_token', 'token_superseded'),
  )
  async refresh(@Bearer('authorization') token: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.tokens.refreshed(reply, await this.sessions.refresh(token));
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
  async revoke(@Caller() { session }: AuthenticatedCaller, @Res({ passthrough: true }) reply: FastifyReply) {
    await this.sessions.revoke(session);
    this.tokens.signedOut(reply);
    return { revoked: true };
  }
}
