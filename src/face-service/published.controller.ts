import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

import { Answers, SampleForm } from '../api/api-documentation.js';
import { captureProblem } from '../api/capture-problem.js';
import type { FormRequest } from '../api/form-parts.js';
import { readPictureForm } from '../api/sample-upload.js';
import type { BiometricSample, Template } from '../face/capture.js';
import { cosineSimilarity } from '../face/comparison.js';
import {
  KEY_HEADER,
  PUBLISHED_ERRORS,
  PUBLISHED_FIELDS,
  publishedComparisonSchema,
  publishedEmbeddingSchema,
  publishedErrorSchema,
} from '../face/remote/wire-format.js';
import { MAX_VECTOR_TEXT_BYTES, readVector, requireLength } from './reference-vector.js';
import { ServedEngine } from './served-engine.js';
import { SERVICE_PROBLEMS } from './service-documentation.js';

interface PublishedError {
  readonly error: string;
}

const PICTURE_PROBLEMS = [
  'file_missing',
  'malformed_upload',
  'image_too_large',
  'unsupported_image',
  'unsupported_media_type',
  'poor_quality',
  'busy',
] as const;

const VECTOR_FIELD = {
  [PUBLISHED_FIELDS.vector]: 'The numbers of a face as /image-embedding gives them: a JSON array as text.',
};

/**
 * The published contract, for clients that know nothing else. It has no words for presentation attacks: they are not
 * looked for here, and whoever calls is told only what the features of a face are, or how alike two are.
 */
@ApiTags('Published contract')
@ApiSecurity(KEY_HEADER)
@Controller()
export class PublishedController {
  constructor(@Inject(ServedEngine) private readonly engine: ServedEngine) {}

  @Post('image-embedding')
  @HttpCode(200)
  @ApiOperation({
    summary: 'The features of the one face of a picture',
    description:
      'A picture without a face, or with several, is answered 200 with `error`. Photographs of photographs are not looked for.',
  })
  @SampleForm({}, PUBLISHED_FIELDS.image)
  @Answers(
    {
      200: {
        schema: z.union([publishedEmbeddingSchema, publishedErrorSchema]),
        description: 'The features, of unit length.',
        example: { fv: [0.0312, -0.0178, 0.0541] },
      },
    },
    ['invalid_token', ...PICTURE_PROBLEMS],
    SERVICE_PROBLEMS,
  )
  async embed(@Req() request: FormRequest): Promise<{ fv: number[] } | PublishedError> {
    const result = await this.engine.admit(async () => {
      const { sample } = await readPictureForm(request, this.#form);
      return this.#templateOf(sample);
    });
    return 'error' in result ? result : { fv: [...result.vector] };
  }

  @Post('compare-faces')
  @HttpCode(200)
  @ApiOperation({
    summary: 'How alike the one face of a picture and given features are',
    description:
      'The cosine of the angle between both, −1…1. From where on that is the same person, is for the caller to decide.',
  })
  @SampleForm(VECTOR_FIELD, PUBLISHED_FIELDS.image, [PUBLISHED_FIELDS.vector])
  @Answers(
    {
      200: {
        schema: z.union([publishedComparisonSchema, publishedErrorSchema]),
        description: 'The similarity.',
        example: { cosine_similarity: 0.812312 },
      },
    },
    ['invalid_token', 'validation_failed', ...PICTURE_PROBLEMS],
    SERVICE_PROBLEMS,
  )
  async compare(@Req() request: FormRequest): Promise<{ cosine_similarity: number } | PublishedError> {
    const { dimensions } = this.engine;
    return this.engine.admit(async () => {
      const form = { ...this.#form, maxTextBytes: MAX_VECTOR_TEXT_BYTES };
      const { sample, texts } = await readPictureForm(request, form);
      const reference = readVector(texts.get(PUBLISHED_FIELDS.vector));
      if (dimensions !== null) requireLength(reference, dimensions);
      const result = await this.#templateOf(sample);
      if ('error' in result) return result;
      requireLength(reference, result.vector.length);
      return { cosine_similarity: cosineSimilarity(result.vector, reference) };
    });
  }

  get #form() {
    return { field: PUBLISHED_FIELDS.image, maxBytes: this.engine.limits.maxBytes };
  }

  /** @throws Problem for what the contract has no word for */
  async #templateOf(sample: BiometricSample): Promise<Template | PublishedError> {
    const answer = await this.engine.pool.timedCapture(sample, 'verification', true);
    const result = 'ms' in answer ? answer.outcome : answer;
    switch (result.outcome) {
      case 'captured':
        return result.template;
      case 'no_face':
      case 'multiple_faces':
        return { error: PUBLISHED_ERRORS[result.outcome] };
      case 'presentation_attack':
        throw new Error('a picture was examined that should not have been');
      case 'poor_quality':
      case 'unsupported_image':
      case 'image_too_large':
      case 'busy':
        throw captureProblem(result);
    }
  }
}
