import 'reflect-metadata';

import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * The least that a server of this framework can be: one route that answers what it was started with, without log,
 * headers, sessions or a database. The speed benchmark starts it as a process of its own.
 */
const ANSWER = JSON.parse(process.env['ANSWER'] ?? '{}') as object;

@Controller()
class BareController {
  @Get('user')
  user(): object {
    return ANSWER;
  }

  @Get('health/ready')
  ready(): object {
    return {};
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), {
  logger: false,
});
process.once('SIGTERM', () => void app.close());
await app.listen(Number(process.env['PORT']), process.env['HOST'] ?? '127.0.0.1');
