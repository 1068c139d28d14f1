import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

import { AccountErasure } from '../auth/account-erasure.js';
import { AccountExport } from '../auth/account-export.js';
import { Consents } from '../auth/consent.js';
import type { AuthenticatedCaller } from '../auth/sessions.js';
import { Answers, JsonBody, bodyProblems } from './api-documentation.js';
import { Caller, SessionGuard } from './bearer.js';
import { Expensive } from './rate-limits.js';
import * as examples from './schemas/examples.js';
import {
  consentAnswer,
  consentRequestSchema,
  consentStateSchema,
  exportAnswer,
  exportSchema,
  receiptSchema,
} from './schemas/privacy.js';
import { TokenAnswers } from './token-answers.js';

@ApiTags('Privacy')
@ApiBearerAuth('authorization')
@UseGuards(SessionGuard)
@Controller('user')
export class PrivacyController {
  constructor(
    @Inject(Consents) private readonly consents: Consents,
    @Inject(AccountExport) private readonly exports: AccountExport,
    @Inject(AccountErasure) private readonly erasure: AccountErasure,
    @Inject(TokenAnswers) private readonly tokens: TokenAnswers,
  ) {}

  @Get('consent')
  @ApiOperation({ summary: 'What a person agrees to before their face is enrolled, and whether they have' })
  @Answers(
    {
      200: { schema: consentStateSchema, description: 'The text in force.', example: examples.consentState },
    },
    ['invalid_token'],
  )
  async consent(@Caller() { account }: AuthenticatedCaller) {
    return consentAnswer(await this.consents.stateOf(account));
  }

  @Post('consent')
  @HttpCode(200)
  @ApiOperation({ summary: 'Agree to the text in force' })
  @JsonBody(consentRequestSchema)
  @Answers(
    { 200: { schema: consentStateSchema, description: 'It is noted.', example: examples.consentState } },
    bodyProblems('validation_failed', 'invalid_token'),
  )
  async agree(
    @Caller() { account }: AuthenticatedCaller,
    @Body({ schema: consentRequestSchema }) { version }: z.infer<typeof consentRequestSchema>,
  ) {
    await this.consents.give(account, { version, means: 'call' });
    return consentAnswer(await this.consents.stateOf(account));
  }

  @Delete('consent')
  @ApiOperation({
    summary: 'Withdraw the consent; the face is erased',
    description: 'The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @Answers(
    {
      200: {
        schema: consentStateSchema,
        description: 'It is withdrawn.',
        example: { ...examples.consentState, given: null, current: false },
      },
    },
    bodyProblems('invalid_token', 'reauthentication_required'),
  )
  async withdraw(@Caller() caller: AuthenticatedCaller) {
    await this.consents.withdraw(caller);
    return consentAnswer(await this.consents.stateOf(caller.account));
  }

  @Get('export')
  @Expensive()
  @ApiOperation({
    summary: 'Everything that is stored about the account',
    description: 'The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @Answers({ 200: { schema: exportSchema, description: 'One document.', example: examples.exported } }, [
    'invalid_token',
    'reauthentication_required',
  ])
  async export(@Caller() caller: AuthenticatedCaller, @Res({ passthrough: true }) reply: FastifyReply) {
    const exported = exportAnswer(await this.exports.run(caller));
    void reply.header('content-disposition', 'attachment; filename="vultus-account.json"');
    return exported;
  }

  @Delete()
  @ApiOperation({
    summary: 'Erase the account with all that belongs to it',
    description: 'The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @Answers(
    { 200: { schema: receiptSchema, description: 'It is gone.', example: examples.receipt } },
    bodyProblems('invalid_token', 'reauthentication_required'),
  )
  async erase(@Caller() caller: AuthenticatedCaller, @Res({ passthrough: true }) reply: FastifyReply) {
    const receipt = await this.erasure.eraseOwn(caller);
    this.tokens.signedOut(reply);
    return { receipt };
  }
}
