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
  show(@Caller() { account }: AuthenticatedCaller) {
    return { user: userAnswer(account, this.enrolment.reference(account)?.vector ?? null) };
  }

  @Post('disable-face-verification')
  @HttpCode(200)
  @ApiOperation({ summary: 'Erase the face reference; the password alone signs in from then on' })
  @Answers(
    {
      200: { schema: userAnswerSchema, description: 'The account, without a face.', example: examples.user },
    },
    bodyProblems('invalid_token'),
  )
  async disableFace(@Caller() { account }: AuthenticatedCaller) {
    await this.enrolment.disable(account);
    return { user: userAnswer(account, null) };
  }
}
