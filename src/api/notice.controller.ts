import { Body, Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';

import { Notices } from '../auth/notices.js';
import type { AuthenticatedCaller } from '../auth/sessions.js';
import { Answers, JsonBody, bodyProblems } from './api-documentation.js';
import { Caller, SessionGuard } from './bearer.js';
import { noticeAnswer, noticesExample, noticesSchema, seenSchema } from './schemas/notices.js';

@ApiTags('Notices')
@ApiBearerAuth('authorization')
@UseGuards(SessionGuard)
@Controller('user/notices')
export class NoticeController {
  constructor(@Inject(Notices) private readonly notices: Notices) {}

  @Get()
  @ApiOperation({ summary: 'What the owner of the account should know, newest first' })
  @Answers({ 200: { schema: noticesSchema, description: 'The notices.', example: noticesExample } }, [
    'invalid_token',
  ])
  async list(@Caller() { account }: AuthenticatedCaller) {
    return { notices: (await this.notices.list(account.id)).map(noticeAnswer) };
  }

  @Post('seen')
  @HttpCode(200)
  @ApiOperation({ summary: 'Mark notices as seen' })
  @JsonBody(seenSchema)
  @Answers(
    { 200: { schema: noticesSchema, description: 'All notices.', example: noticesExample } },
    bodyProblems('validation_failed', 'invalid_token'),
  )
  async markSeen(
    @Caller() { account }: AuthenticatedCaller,
    @Body({ schema: seenSchema }) { ids }: z.infer<typeof seenSchema>,
  ) {
    return { notices: (await this.notices.markSeen(account.id, ids)).map(noticeAnswer) };
  }
}
