import { Controller, Headers, HttpCode, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import type { GivenConsent } from '../auth/consent.js';
import { FaceEnrolment } from '../auth/face-enrolment.js';
import { type BiometricClaim, FaceVerification } from '../auth/face-verification.js';
import type { AuthenticatedCaller } from '../auth/sessions.js';
import { Answers, SampleForm, bodyProblems } from './api-documentation.js';
import { ApiSettings } from './api-settings.js';
import { Caller, Claim, SessionGuard, VerificationGuard } from './bearer.js';
import { captureProblem } from './capture-problem.js';
import { Expensive } from './rate-limits.js';
import type { FormRequest } from './form-parts.js';
import { CONSENT_DESCRIPTION, CONSENT_HEADER, readSample, readSampleForm } from './sample-upload.js';
import * as examples from './schemas/examples.js';
import { comparedSchema, enrolledSchema } from './schemas/answers.js';
import { TokenAnswers } from './token-answers.js';
import { UploadGate } from './upload-gate.js';

const CAPTURE_PROBLEMS = bodyProblems(
  'file_missing',
  'malformed_upload',
  'unsupported_image',
  'image_too_large',
  'no_face',
  'multiple_faces',
  'poor_quality',
  'busy',
  'face_service_unavailable',
);

@ApiTags('Face')
@Controller('user')
export class FaceController {
  constructor(
    @Inject(FaceEnrolment) private readonly enrolment: FaceEnrolment,
    @Inject(FaceVerification) private readonly verification: FaceVerification,
    @Inject(UploadGate) private readonly uploads: UploadGate,
    @Inject(ApiSettings) private readonly settings: ApiSettings,
    @Inject(TokenAnswers) private readonly tokens: TokenAnswers,
  ) {}

  @Post('image/image-embedding')
  @HttpCode(200)
  @Expensive()
  @UseGuards(SessionGuard)
  @ApiBearerAuth('authorization')
  @ApiHeader({ name: CONSENT_HEADER, required: false, description: CONSENT_DESCRIPTION })
  @ApiOperation({
    summary: 'Enrol a face, or replace the enrolled one',
    description:
      'The picture is discarded as soon as it has been read; only an encrypted template is kept. The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @SampleForm({ consent: CONSENT_DESCRIPTION })
  @Answers(
    {
      200: {
        schema: enrolledSchema,
        description: 'The face reference now on the account.',
        example: examples.enrolled,
      },
    },
    [
      'invalid_token',
      'validation_failed',
      'reauthentication_required',
      'consent_required',
      'live_verification_required',
      'presentation_attack',
      'enrolment_superseded',
      ...CAPTURE_PROBLEMS,
    ],
  )
  async enrol(
    @Caller() caller: AuthenticatedCaller,
    @Req() request: FormRequest,
    @Headers(CONSENT_HEADER) consentHeader: string | undefined,
  ) {
    this.enrolment.requireStillsAllowed(caller);
    const result = await this.uploads.admit(caller.account.id, async () => {
      const { sample, consentField } = await readSampleForm(request, this.settings.maxImageBytes);
      return this.enrolment.enrol(caller, sample, givenConsent(consentHeader, consentField));
    });
    if (result.outcome !== 'enrolled') throw captureProblem(result);
    return { fv: [...result.template.vector] };
  }

  @Post(['image/compare-faces', 'faces/compare-faces'])
  @HttpCode(200)
  @Expensive()
  @UseGuards(VerificationGuard)
  @ApiBearerAuth('verification')
  @ApiOperation({
    summary: 'Complete a sign-in with a face',
    description: 'Needs the verification token of a 210. Both paths are the same call.',
  })
  @SampleForm()
  @Answers(
    {
      200: {
        schema: comparedSchema,
        description: 'The face matches: signed in.',
        example: examples.compared,
      },
    },
    [
      'invalid_token',
      'live_verification_required',
      'face_mismatch',
      'too_many_attempts',
      'face_suspended',
      'reference_incompatible',
      ...CAPTURE_PROBLEMS,
    ],
  )
  async compare(
    @Claim() claim: BiometricClaim,
    @Req() request: FormRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const result = await this.uploads.admit(claim.accountId, async () =>
      this.verification.verify(claim, await readSample(request, this.settings.maxImageBytes)),
    );
    if (result.outcome !== 'verified') throw captureProblem(result);
    return {
      cosine_similarity: this.settings.formatSimilarity(result.score),
      result: await this.tokens.signedIn(reply, result, result.reference.vector),
    };
  }
}

function givenConsent(header: string | undefined, field: string | null): GivenConsent | null {
  if (header !== undefined) return { version: header, means: 'header' };
  return field === null ? null : { version: field, means: 'form_field' };
}
