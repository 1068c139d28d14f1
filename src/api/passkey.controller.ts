import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

import { Passkeys } from '../auth/passkeys.js';
import type { AuthenticatedCaller } from '../auth/sessions.js';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '../auth/webauthn.js';
import { Answers, JsonBody, bodyProblems } from './api-documentation.js';
import { Bearer, Caller, SessionGuard } from './bearer.js';
import { PathId } from './path-id.js';
import { Expensive } from './rate-limits.js';
import { revokedSchema, signedInSchema } from './schemas/answers.js';
import * as examples from './schemas/examples.js';
import {
  emptySchema,
  passkeyAnswer,
  passkeyAnswerSchema,
  passkeyAnswerToChallengeSchema,
  passkeyRegistrationSchema,
  passkeysSchema,
  publicKeyOptionsSchema,
} from './schemas/second-factors.js';
import { SignInAnswers } from './sign-in-answers.js';
import { TokenAnswers } from './token-answers.js';

const OPTIONS = {
  200: {
    schema: publicKeyOptionsSchema,
    description: 'For the browser. The challenge in it is accepted once, within five minutes.',
    example: examples.publicKeyOptions,
  },
} as const;

@ApiTags('Passkeys')
@Controller('user')
export class PasskeyController {
  constructor(
    @Inject(Passkeys) private readonly passkeys: Passkeys,
    @Inject(SignInAnswers) private readonly answers: SignInAnswers,
    @Inject(TokenAnswers) private readonly tokens: TokenAnswers,
  ) {}

  @Post('passkeys/options')
  @HttpCode(200)
  @UseGuards(SessionGuard)
  @ApiBearerAuth('authorization')
  @ApiOperation({
    summary: 'What a browser needs to make a passkey',
    description: 'The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @Answers(OPTIONS, bodyProblems('invalid_token', 'reauthentication_required'))
  registrationOptions(@Caller() caller: AuthenticatedCaller) {
    return this.passkeys.registrationOptions(caller);
  }

  @Post('passkeys')
  @UseGuards(SessionGuard)
  @ApiBearerAuth('authorization')
  @ApiOperation({
    summary: 'Bind a passkey: from then on a sign-in needs it, the face, or a recovery code',
    description: 'The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @JsonBody(passkeyRegistrationSchema)
  @Answers(
    {
      201: {
        schema: passkeyAnswerSchema,
        description: 'It is bound.',
        example: { passkey: examples.passkey },
      },
    },
    bodyProblems(
      'validation_failed',
      'invalid_token',
      'reauthentication_required',
      'passkey_rejected',
      'passkey_in_use',
      'too_many_passkeys',
    ),
  )
  async register(
    @Caller() caller: AuthenticatedCaller,
    @Body({ schema: passkeyRegistrationSchema }) body: z.infer<typeof passkeyRegistrationSchema>,
  ) {
    const response = body.response as unknown as RegistrationResponseJSON;
    return { passkey: passkeyAnswer(await this.passkeys.register(caller, body.name, response)) };
  }

  @Get('passkeys')
  @UseGuards(SessionGuard)
  @ApiBearerAuth('authorization')
  @ApiOperation({ summary: 'The passkeys of the account' })
  @Answers(
    {
      200: { schema: passkeysSchema, description: 'All of them.', example: { passkeys: [examples.passkey] } },
    },
    ['invalid_token'],
  )
  async list(@Caller() { account }: AuthenticatedCaller) {
    return { passkeys: (await this.passkeys.list(account.id)).map(passkeyAnswer) };
  }

  @Delete('passkeys/:id')
  @UseGuards(SessionGuard)
  @ApiBearerAuth('authorization')
  @ApiParam({ name: 'id', description: 'Of a passkey of this account.' })
  @ApiOperation({
    summary: 'Remove a passkey',
    description: 'The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @Answers(
    { 200: { schema: revokedSchema, description: 'It is removed.', example: { revoked: true } } },
    bodyProblems('invalid_token', 'reauthentication_required', 'passkey_not_found'),
  )
  async remove(@Caller() caller: AuthenticatedCaller, @PathId() id: string) {
    await this.passkeys.remove(caller, id);
    return { revoked: true };
  }

  @Post('auth/passkey/options')
  @HttpCode(200)
  @ApiBearerAuth('verification')
  @ApiOperation({ summary: 'What a browser needs to complete a sign-in with a passkey' })
  @Answers(OPTIONS, bodyProblems('invalid_token', 'too_many_attempts'))
  signInOptions(@Bearer('verification') token: string) {
    return this.passkeys.signInOptions(token);
  }

  @Post('auth/passkey')
  @HttpCode(200)
  @Expensive()
  @ApiBearerAuth('verification')
  @ApiOperation({ summary: 'Complete a sign-in with a passkey' })
  @JsonBody(passkeyAnswerToChallengeSchema)
  @Answers(
    { 200: { schema: signedInSchema, description: 'Signed in.', example: examples.signedIn } },
    bodyProblems('validation_failed', 'invalid_token', 'passkey_rejected', 'too_many_attempts'),
  )
  async signIn(
    @Bearer('verification') token: string,
    @Body({ schema: passkeyAnswerToChallengeSchema })
    { response }: z.infer<typeof passkeyAnswerToChallengeSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = response as unknown as AuthenticationResponseJSON;
    return this.answers.signedIn(reply, await this.passkeys.signIn(token, answer));
  }

  @Post('auth/device/options')
  @HttpCode(200)
  @ApiOperation({ summary: 'What a browser needs to show that its device is known by a passkey' })
  @Answers(OPTIONS, bodyProblems())
  deviceOptions() {
    return this.passkeys.deviceOptions();
  }

  @Post('auth/device')
  @HttpCode(200)
  @Expensive()
  @ApiOperation({
    summary: 'Become a known device with a passkey',
    description:
      'It signs nobody in. Its owner can sign in while others are kept waiting by the failed attempts of strangers. The device token comes in the header `Vultus-Device-Token`, or in a cookie.',
  })
  @JsonBody(passkeyAnswerToChallengeSchema)
  @Answers(
    { 200: { schema: emptySchema, description: 'It is known.', example: {} } },
    bodyProblems('validation_failed', 'passkey_rejected'),
  )
  async recogniseDevice(
    @Body({ schema: passkeyAnswerToChallengeSchema })
    { response }: z.infer<typeof passkeyAnswerToChallengeSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = response as unknown as AuthenticationResponseJSON;
    this.tokens.deviceKnown(reply, await this.passkeys.recogniseDevice(answer));
    return {};
  }
}
