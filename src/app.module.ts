import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { FastifyBaseLogger } from 'fastify';

import { ApiSettings } from './api/api-settings.js';
import { AuthController } from './api/auth.controller.js';
import { FaceController } from './api/face.controller.js';
import { HealthController } from './api/health.controller.js';
import { HomeController } from './api/home.controller.js';
import { LiveCalls } from './api/live/live-calls.js';
import { LiveSessions } from './api/live/live-sessions.js';
import { LiveSocketServer } from './api/live/live-socket-server.js';
import { LiveController } from './api/live/live.controller.js';
import { Readiness } from './api/readiness.js';
import { UploadGate } from './api/upload-gate.js';
import { UserController } from './api/user.controller.js';
import { FaceEnrolment } from './auth/face-enrolment.js';
import { FaceVerification } from './auth/face-verification.js';
import { LiveEnrolment } from './auth/live-enrolment.js';
import { LiveRecords } from './auth/live-records.js';
import { LiveTickets } from './auth/live-tickets.js';
import { LiveVerification } from './auth/live-verification.js';
import { PasswordPolicy } from './auth/password-policy.js';
import { Sessions } from './auth/sessions.js';
import { SignIn } from './auth/sign-in.js';
import { SignUp } from './auth/sign-up.js';
import { TemplateVault } from './auth/template-vault.js';
import { TokenSigner } from './auth/tokens.js';
import type { Parts } from './parts.js';

const HOUSEKEEPING_MS = 60_000;

/** The composition root: binds the use cases to the parts and the controllers to the use cases. */
@Module({})
export class AppModule {
  static of(parts: Parts, logger: FastifyBaseLogger): DynamicModule {
    const useCases = createUseCases(parts);
    const live = createLiveChecks(parts, useCases, logger);
    const { config, storage } = parts;
    const instances = [
      new ApiSettings(config.face.limits.maxBytes, config.similarityFormat),
      new Readiness(() => storage.ping()),
      new UploadGate(config.face.workers + config.face.maxQueue),
      new Lifecycle(parts, live.liveSessions),
      ...Object.values(useCases),
      ...Object.values(live),
    ];
    return {
      module: AppModule,
      controllers: [
        HomeController,
        HealthController,
        AuthController,
        UserController,
        FaceController,
        LiveController,
      ],
      // Each is bound under its own class.
      providers: instances.map((instance) => ({ provide: instance.constructor, useValue: instance })),
    };
  }
}

const now = () => Date.now();

function createUseCases({ config, secrets, storage, engine, threshold, witnessThreshold, hasher }: Parts) {
  const { accounts, signInFlows: flows } = storage;
  const vault = new TemplateVault(secrets.templateKey);
  const verificationTokens = new TokenSigner('verification', secrets.faceAuthSecret);
  const maxFaceFailures = config.face.maxFailures;
  const { liveness } = config;
  const sessions = new Sessions({
    sessions: storage.sessions,
    tokens: new TokenSigner('authorization', secrets.jwtSecret),
    lifetimeSeconds: config.sessionSeconds,
    now,
  });
  const signUp = new SignUp({
    accounts,
    sessions,
    hasher,
    passwords: new PasswordPolicy(config.minPasswordLength),
    now,
  });
  const signIn = new SignIn({
    accounts,
    flows,
    sessions,
    hasher,
    verificationTokens,
    verificationSeconds: config.verificationSeconds,
    maxFaceFailures,
    now,
  });
  const enrolment = new FaceEnrolment({ accounts, capturer: engine, vault, liveness, now });
  const verification = new FaceVerification({
    accounts,
    flows,
    sessions,
    verificationTokens,
    capturer: engine,
    vault,
    threshold,
    witnessThreshold,
    maxFaceFailures,
    liveness,
    now,
  });
  const tickets = new LiveTickets(secrets.faceAuthSecret, storage.tickets, now);
  const records = new LiveRecords({ accounts, vault, now });
  const liveVerification = new LiveVerification({ verification, tickets, records });
  const liveEnrolment = new LiveEnrolment({
    enrolment,
    sessions,
    tickets,
    records,
    reauthenticationSeconds: config.reauthenticationSeconds,
    now,
  });
  return { sessions, signUp, signIn, enrolment, verification, tickets, liveVerification, liveEnrolment };
}

function createLiveChecks(
  { config, engine, challenges }: Parts,
  { tickets, liveVerification, liveEnrolment }: ReturnType<typeof createUseCases>,
  logger: FastifyBaseLogger,
) {
  const liveSessions = new LiveSessions({
    tickets,
    verification: liveVerification,
    enrolment: liveEnrolment,
    observer: engine,
    challenges,
    maxSessions: config.maxLiveSessions,
    offered: config.liveness !== 'off',
    now,
    logger,
  });
  return {
    liveSessions,
    liveCalls: new LiveCalls(liveSessions),
    liveSocketServer: new LiveSocketServer(liveSessions, config.corsOrigins),
  };
}

/** Removes what has expired while the server runs, and lets everything go in order when it stops. */
class Lifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new Logger('housekeeping');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly liveSessions: LiveSessions,
  ) {}

  onApplicationBootstrap(): void {
    // Expiry is also part of every query: this only keeps the tables small.
    this.#timer = setInterval(() => {
      this.parts.storage.removeExpired(Date.now()).catch((error: unknown) => {
        this.#logger.error(`expired records could not be removed: ${String(error)}`);
      });
    }, HOUSEKEEPING_MS);
    this.#timer.unref();
  }

  /** A live session may last a minute: its client is told to start again, here or at another server. */
  beforeApplicationShutdown(): void {
    this.liveSessions.closeAll();
  }

  /** Called after the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.parts.engine.close();
    await this.parts.storage.close();
  }
}
