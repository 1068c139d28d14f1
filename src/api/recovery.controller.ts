import { Body, Controller, Get, HttpCode, Inject, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

import { RecoveryCodes } from '../auth/recovery-codes.js';
import type { AuthenticatedCaller } from '../auth/sessions.js';
import { Answers, JsonBody, bodyProblems } from './api-documentation.js';
import { Bearer, Caller, SessionGuard } from './bearer.js';
import { Expensive } from './rate-limits.js';
import { signedInSchema } from './schemas/answers.js';
import * as examples from './schemas/examples.js';
import {
  recoveryCodeSchema,
  recoveryCodesLeftSchema,
  recoveryCodesSchema,
} from './schemas/second-factors.js';
import { SignInAnswers } from './sign-in-answers.js';

@ApiTags('Recovery codes')
@Controller('user')
export class RecoveryController {
  constructor(
    @Inject(RecoveryCodes) private readonly codes: RecoveryCodes,
    @Inject(SignInAnswers) private readonly answers: SignInAnswers,
  ) {}

  @Post('recovery-codes')
  @Expensive()
  @UseGuards(SessionGuard)
  @ApiBearerAuth('authorization')
  @ApiOperation({
    summary: 'Make ten recovery codes; earlier ones are not accepted any more',
    description: 'The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @Answers(
    {
      201: {
        schema: recoveryCodesSchema,
        description: 'The codes, which cannot be shown again.',
        example: { codes: ['7K3M-Q9TD-2XVB-HW5E', '…'] },
      },
    },
    bodyProblems('invalid_token', 'reauthentication_required'),
  )
  async issue(@Caller() caller: AuthenticatedCaller) {
    return { codes: await this.codes.issue(caller) };
  }

  @Get('recovery-codes')
  @UseGuards(SessionGuard)
  @ApiBearerAuth('authorization')
  @ApiOperation({ summary: 'How many recovery codes are left' })
  @Answers(
    { 200: { schema: recoveryCodesLeftSchema, description: 'The number.', example: { remaining: 9 } } },
    ['invalid_token'],
  )
  async remaining(@Caller() { account }: AuthenticatedCaller) {
    return { remaining: await this.codes.remaining(account.id) };
  }

  @Post('auth/recovery-code')
  @HttpCode(200)
  @Expensive()
  @ApiBearerAuth('verification')
  @ApiOperation({
    summary: 'Complete a sign-in with a recovery code in the place of the face or the passkey',
  })
  @JsonBody(recoveryCodeSchema)
  @Answers(
    { 200: { schema: signedInSchema, description: 'Signed in.', example: examples.signedIn } },
    bodyProblems('validation_failed', 'invalid_token', 'invalid_recovery_code', 'too_many_attempts'),
  )
  async signIn(
    @Bearer('verification') token: string,
    @Body({ schema: recoveryCodeSchema }) { code }: z.infer<typeof recoveryCodeSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.answers.signedIn(reply, await this.codes.signIn(token, code));
  }
}
