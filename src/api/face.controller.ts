import { Controller, HttpCode, Inject, Post, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';

import { FaceEnrolment } from '../auth/face-enrolment.js';
import { type BiometricClaim, FaceVerification } from '../auth/face-verification.js';
import type { AuthenticatedCaller } from '../auth/sessions.js';
import { Answers, SampleForm, bodyProblems } from './api-documentation.js';
import { ApiSettings } from './api-settings.js';
import { Caller, Claim, SessionGuard, VerificationGuard } from './bearer.js';
import { captureProblem } from './capture-problem.js';
import { type FormRequest, readSample } from './sample-upload.js';
import * as examples from './schemas/examples.js';
import { comparedSchema, enrolledSchema, userAnswer } from './schemas/answers.js';
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
);

@ApiTags('Face')
@Controller('user')
export class FaceController {
  constructor(
    @Inject(FaceEnrolment) private readonly enrolment: FaceEnrolment,
    @Inject(FaceVerification) private readonly verification: FaceVerification,
    @Inject(UploadGate) private readonly uploads: UploadGate,
    @Inject(ApiSettings) private readonly settings: ApiSettings,
  ) {}

  @Post('image/image-embedding')
  @HttpCode(200)
  @UseGuards(SessionGuard)
  @ApiBearerAuth('authorization')
  @ApiOperation({
    summary: 'Enrol a face, or replace the enrolled one',
    description: 'The picture is discarded as soon as it has been read; only an encrypted template is kept.',
  })
  @SampleForm()
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
      'live_verification_required',
      'presentation_attack',
      'enrolment_superseded',
      ...CAPTURE_PROBLEMS,
    ],
  )
  async enrol(@Caller() caller: AuthenticatedCaller, @Req() request: FormRequest) {
    this.enrolment.requireStillsAllowed();
    const result = await this.uploads.admit(async () =>
      this.enrolment.enrol(caller, await readSample(request, this.settings.maxImageBytes)),
    );
    if (result.outcome !== 'enrolled') throw captureProblem(result);
    return { fv: [...result.template.vector] };
  }

  @Post(['image/compare-faces', 'faces/compare-faces'])
  @HttpCode(200)
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
      'reference_incompatible',
      ...CAPTURE_PROBLEMS,
    ],
  )
  async compare(@Claim() claim: BiometricClaim, @Req() request: FormRequest) {
    const result = await this.uploads.admit(async () =>
      this.verification.verify(claim, await readSample(request, this.settings.maxImageBytes)),
    );
    if (result.outcome !== 'verified') throw captureProblem(result);
    return {
      cosine_similarity: this.settings.formatSimilarity(result.score),
      result: { user: userAnswer(result.account, result.reference.vector), token: result.token },
    };
  }
}
