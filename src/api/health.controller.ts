import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';

import { Answers } from './api-documentation.js';
import { Readiness } from './readiness.js';
import { liveSchema, readySchema } from './schemas/answers.js';
import * as examples from './schemas/examples.js';

/** For load balancers and supervisors: whether to send requests here, and whether to restart. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers; restart it when it does not' })
  @Answers({ 200: { schema: liveSchema, description: 'It does.', example: { status: 'live' } } }, [])
  live() {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Whether requests can be served; send none while they cannot. No restart is needed then',
    description: 'What fails is named in `checks` of the refusal. It is looked at once a second at the most.',
  })
  @Answers({ 200: { schema: readySchema, description: 'They can.', example: examples.ready } }, [
    'stopping',
    'face_service_unavailable',
  ])
  async ready() {
    return { status: 'ready', checks: await this.readiness.check() };
  }
}
