import { Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Answers } from '../api/api-documentation.js';
import { captureProblem } from '../api/capture-problem.js';
import { tooLargeFile } from '../face/decode.js';
import type { BiometricSample, EngineBusy } from '../face/capture.js';
import type { EngineAnswer, EngineOutcome } from '../face/engine-worker.js';
import {
  KEY_HEADER,
  captureAnswerSchema,
  captureQuerySchema,
  modelAnswerSchema,
  observeAnswerSchema,
  observeQuerySchema,
} from '../face/remote/wire-format.js';
import { type RawRequest, readRawSample } from './raw-sample.js';
import { ServedEngine } from './served-engine.js';
import { RawSampleBody, SERVICE_PROBLEMS } from './service-documentation.js';

const PROBLEMS = [
  'invalid_token',
  'validation_failed',
  'file_missing',
  'malformed_upload',
  'unsupported_media_type',
  'busy',
] as const;

const ABOUT = { model_id: 'fr_feature@0123456789ab', ms: 41.2, stages: { decode: 4.1, detection: 4.9 } };
const NO_FACE = { ...ABOUT, outcome: { outcome: 'no_face' } };

/**
 * What a Vultus server asks of its services, beside the published contract: all that a worker of its own would tell it.
 * That a picture gives no template is an answer here, and no refusal.
 */
@ApiTags('Between Vultus programs')
@ApiSecurity(KEY_HEADER)
@Controller()
export class EngineController {
  constructor(@Inject(ServedEngine) private readonly engine: ServedEngine) {}

  @Get('model')
  @ApiOperation({ summary: 'Which models are in use, and what is accepted' })
  @Answers(
    {
      200: {
        schema: modelAnswerSchema,
        description: 'The models. A calibration holds for one `pipeline_sha256`.',
        example: {
          model_id: ABOUT.model_id,
          recognition_model: 'fr_feature',
          pipeline_sha256: '5b1e'.repeat(16),
          workers: 2,
          checks: { presentation: true, live: true },
          limits: { max_bytes: 10_000_000, max_pixels: 25_000_000 },
        },
      },
    },
    ['invalid_token'],
    SERVICE_PROBLEMS,
  )
  model() {
    return this.engine.model;
  }

  @Post('capture')
  @HttpCode(200)
  @ApiOperation({
    summary: 'A template of the one face of a picture, or why there is none',
    description: 'Vectors are base64 of little-endian single precision.',
  })
  @ApiQuery({ name: 'purpose', enum: ['enrolment', 'verification'] })
  @ApiQuery({ name: 'presentation', enum: ['on', 'off'], required: false })
  @RawSampleBody()
  @Answers(
    { 200: { schema: captureAnswerSchema, description: 'What became of the picture.', example: NO_FACE } },
    PROBLEMS,
    SERVICE_PROBLEMS,
  )
  async capture(
    @Req() request: RawRequest,
    @Query({ schema: captureQuerySchema }) query: z.infer<typeof captureQuerySchema>,
  ) {
    const unexamined = query.presentation === 'off';
    const answer = await this.#lookAt(request, (sample) =>
      this.engine.pool.timedCapture(sample, query.purpose, unexamined),
    );
    return z.encode(captureAnswerSchema, answer);
  }

  @Post('observe')
  @HttpCode(200)
  @ApiOperation({ summary: 'What one frame of a live session shows' })
  @ApiQuery({ name: 'purpose', enum: ['enrolment', 'verification'] })
  @RawSampleBody()
  @Answers(
    { 200: { schema: observeAnswerSchema, description: 'What the frame shows.', example: NO_FACE } },
    PROBLEMS,
    SERVICE_PROBLEMS,
  )
  async observe(
    @Req() request: RawRequest,
    @Query({ schema: observeQuerySchema }) { purpose }: z.infer<typeof observeQuerySchema>,
  ) {
    const answer = await this.#lookAt(request, (frame) => this.engine.pool.timedObserve(frame, purpose));
    return z.encode(observeAnswerSchema, answer);
  }

  /** @throws Problem `busy` */
  async #lookAt<O extends EngineOutcome>(
    request: RawRequest,
    look: (sample: BiometricSample) => Promise<EngineAnswer<O> | EngineBusy>,
  ) {
    const { pool, limits } = this.engine;
    const answer = await this.engine.admit(async () => {
      const sample = await readRawSample(request, limits.maxBytes);
      return sample ? look(sample) : { outcome: tooLargeFile(limits.maxBytes), ms: 0, stages: {} };
    });
    if (!('ms' in answer)) throw captureProblem(answer);
    return { model_id: pool.modelId, ...answer };
  }
}
