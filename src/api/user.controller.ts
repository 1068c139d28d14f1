import { Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';

import { FaceEnrolment } from '../auth/face-enrolment.js';
import type { AuthenticatedCaller } from '../auth/sessions.js';
import { Answers, bodyProblems } from './api-documentation.js';
import { Caller, SessionGuard } from './bearer.js';
import * as examples from './schemas/examples.js';
import { userAnswer, userAnswerSchema } from './schemas/answers.js';

@ApiTags('Account')
@ApiBearerAuth('authorization')
@UseGuards(SessionGuard)
@Controller('user')
export class UserController {
  constructor(@Inject(FaceEnrolment) private readonly enrolment: FaceEnrolment) {}

  @Get()
  @ApiOperation({ summary: 'The signed-in account' })
  @Answers(
    { 200: { schema: userAnswerSchema, description: 'The account.', example: examples.userWithFace } },
    ['invalid_token'],
  )
  async show(@Caller() { account }: AuthenticatedCaller) {
    const reference = account.reference && (await this.enrolment.reference(account));
    return { user: userAnswer(account, reference?.vector ?? null) };
  }

  @Post('disable-face-verification')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Erase the face reference; unless a passkey is bound, the password alone signs in from then on',
    description: 'The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @Answers(
    {
      200: { schema: userAnswerSchema, description: 'The account, without a face.', example: examples.user },
    },
    bodyProblems('invalid_token', 'reauthentication_required'),
  )
  async disableFace(@Caller() caller: AuthenticatedCaller) {
    await this.enrolment.disable(caller);
    return { user: userAnswer(caller.account, null) };
  }
}
