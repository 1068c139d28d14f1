import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { FastifyBaseLogger } from 'fastify';

import { createAccountGuards } from './account-guards.js';
import { ApiSettings } from './api/api-settings.js';
import { AuthController } from './api/auth.controller.js';
import { FaceController } from './api/face.controller.js';
import { HealthController } from './api/health.controller.js';
import { LiveCalls } from './api/live/live-calls.js';
import { LiveSessions } from './api/live/live-sessions.js';
import { LiveSocketServer } from './api/live/live-socket-server.js';
import { LiveController } from './api/live/live.controller.js';
import { NoticeController } from './api/notice.controller.js';
import { PageOrigins } from './api/page-origins.js';
import { PasskeyController } from './api/passkey.controller.js';
import { PrivacyController } from './api/privacy.controller.js';
import { RateLimits } from './api/rate-limits.js';
import { Readiness } from './api/readiness.js';
import { RecoveryController } from './api/recovery.controller.js';
import { SessionController } from './api/session.controller.js';
import { SignInAnswers } from './api/sign-in-answers.js';
import { TokenAnswers } from './api/token-answers.js';
import { UploadGate } from './api/upload-gate.js';
import { UserController } from './api/user.controller.js';
import { AccountExport } from './auth/account-export.js';
import { AuditTrail } from './auth/audit-trail.js';
import { Consents } from './auth/consent.js';
import { deriveKey } from './auth/derived-key.js';
import { EventJournal } from './auth/event-journal.js';
import { FaceEnrolment } from './auth/face-enrolment.js';
import { FaceRetention } from './auth/face-retention.js';
import { FaceVerification } from './auth/face-verification.js';
import { LiveCompletions } from './auth/live-completions.js';
import { LiveEnrolment } from './auth/live-enrolment.js';
import { LiveRecords } from './auth/live-records.js';
import { LiveTickets } from './auth/live-tickets.js';
import { LiveVerification } from './auth/live-verification.js';
import { Notices } from './auth/notices.js';
import { PasskeyChallenges } from './auth/passkey-challenges.js';
import { Passkeys } from './auth/passkeys.js';
import { PasswordChange } from './auth/password-change.js';
import { PasswordPolicy } from './auth/password-policy.js';
import { ReferenceUpkeep } from './auth/reference-upkeep.js';
import { SignIn } from './auth/sign-in.js';
import { SignUp } from './auth/sign-up.js';
import { TokenSigner } from './auth/tokens.js';
import { RelyingParty } from './auth/webauthn.js';
import { WebhookDelivery } from './auth/webhook-delivery.js';
import { WebhookSigner } from './auth/webhook-signature.js';
import { EngineUnavailable } from './face/biometric-engine.js';
import { MeteredSecurityEvents } from './metrics/security-metrics.js';
import type { ServerMetrics } from './metrics/server-metrics.js';
import type { Parts } from './parts.js';
import { StorageUnavailable } from './storage/port.js';
import type { RequestTraces } from './tracing/current-trace.js';

const HOUSEKEEPING_MS = 60_000;

/** The composition root: binds the use cases to the parts and the controllers to the use cases. */
@Module({})
export class AppModule {
  static of(parts: Parts, logger: FastifyBaseLogger, watch: Watch): DynamicModule {
    const { metrics } = watch;
    const accountUseCases = createAccountUseCases(parts, metrics);
    const faceUseCases = createFaceUseCases(parts, accountUseCases);
    const useCases = { ...accountUseCases, ...faceUseCases };
    const live = createLiveChecks(parts, useCases, logger, metrics);
    const { config, engine } = parts;
    const tokenAnswers = new TokenAnswers(accountUseCases.sessions, now);
    const uploads = new UploadGate(config.face.workers + config.face.maxQueue);
    const readiness = createReadiness(parts, logger, metrics);
    metrics.readUploads(uploads);
    metrics.engine.readLoad(engine);
    metrics.readHealth(() => readiness.results());
    const instances = [
      new ApiSettings(config.face.limits.maxBytes, engine.modelId, config.similarityFormat),
      tokenAnswers,
      new SignInAnswers(tokenAnswers, faceUseCases.enrolment),
      new RateLimits(config.rates),
      readiness,
      uploads,
      new Lifecycle(
        parts,
        live.liveSessions,
        faceUseCases.retention,
        createWebhookDelivery(parts, accountUseCases.audit, logger, metrics),
        watch,
      ),
      ...Object.values(useCases),
      ...Object.values(live),
    ];
    return {
      module: AppModule,
      controllers: [
        HealthController,
        AuthController,
        SessionController,
        UserController,
        FaceController,
        LiveController,
        RecoveryController,
        PasskeyController,
        PrivacyController,
        NoticeController,
      ],
      // Each is bound under its own class.
      providers: instances.map((instance) => ({ provide: instance.constructor, useValue: instance })),
    };
  }
}

const now = () => Date.now();

/** Who watches what the server does. */
interface Watch {
  readonly metrics: ServerMetrics;
  /** Null where nothing is traced. */
  readonly traces: RequestTraces | null;
}

function createReadiness({ storage, engine }: Parts, logger: FastifyBaseLogger, metrics: ServerMetrics) {
  return new Readiness({
    checks: [
      { name: 'storage', run: () => storage.ping(), unavailable: StorageUnavailable },
      // Verified when the server started, or it would not have; the services of others are asked with the workers.
      { name: 'models', run: () => Promise.resolve(), unavailable: EngineUnavailable },
      { name: 'workers', run: () => engine.checkHealth(), unavailable: EngineUnavailable },
    ],
    logger,
    onFailure: (check) => {
      if (check === 'storage') metrics.storageFailed('health_check');
    },
    now,
  });
}

function createAccountUseCases(parts: Parts, metrics: ServerMetrics) {
  const { config, secrets, storage, hasher, origins } = parts;
  const { accounts, signInFlows: flows } = storage;
  const { reauthenticationSeconds } = config;
  const audit = new AuditTrail(storage.audit, secrets.auditKey);
  const journal = new EventJournal({
    audit,
    notices: storage.notices,
    outbox: config.webhook ? storage.outbox : null,
    origins,
    now,
  });
  const isLive = () => origins.current.isLive === true;
  const events = new MeteredSecurityEvents(journal, metrics.security, isLive);
  const guards = createAccountGuards(parts, origins, events);
  const { completion, limits, sessions, verificationTokens } = guards;
  const passwords = new PasswordPolicy(config.minPasswordLength);
  const signUp = new SignUp({ accounts, completion, hasher, passwords, now });
  const signIn = new SignIn({
    accounts,
    flows,
    sessions,
    completion,
    limits,
    events,
    hasher,
    verificationTokens,
    verificationSeconds: config.verificationSeconds,
    maxFaceFailures: config.face.maxFailures,
    now,
  });
  const passwordChange = new PasswordChange({
    accounts,
    flows,
    sessions,
    limits,
    hasher,
    passwords,
    events,
    reauthenticationSeconds,
    now,
  });
  const challengeKey = deriveKey(secrets.jwtSecret, 'passkey-challenges');
  const passkeys = new Passkeys({
    passkeys: storage.passkeys,
    challenges: new PasskeyChallenges(challengeKey, storage.tickets, now),
    relyingParty: new RelyingParty(config.publicUrl, config.corsOrigins),
    secondFactor: guards.secondFactor,
    devices: guards.devices,
    sessions,
    events,
    reauthenticationSeconds,
    now,
  });
  const notices = new Notices({ notices: storage.notices });
  return { origins, audit, events, ...guards, signUp, signIn, passwordChange, passkeys, notices };
}

function createFaceUseCases(
  parts: Parts,
  {
    origins,
    devices,
    events,
    limits,
    sessions,
    completion,
    secondFactor,
    verificationTokens,
  }: ReturnType<typeof createAccountUseCases>,
) {
  const { config, secrets, storage, engine, protection, consentTerms } = parts;
  const { threshold, witnessThreshold, renewalThreshold } = parts;
  const { accounts, signInFlows: flows } = storage;
  const { reauthenticationSeconds, liveness } = config;
  const { keys, vault } = protection;
  const consents = new Consents({
    consents: storage.consents,
    accounts,
    keys,
    terms: consentTerms,
    reauthenticationSeconds,
    events,
    now,
  });
  const enrolment = new FaceEnrolment({
    accounts,
    keys,
    capturer: engine,
    vault,
    limits,
    sessions,
    consents,
    events,
    liveness,
    reauthenticationSeconds,
    now,
  });
  const accountExport = new AccountExport({
    accounts,
    audit: storage.audit,
    enrolment,
    limits,
    events,
    reauthenticationSeconds,
    now,
  });
  const retention = new FaceRetention({
    accounts,
    keys,
    events,
    seconds: config.templateRetentionSeconds,
    now,
  });
  const upkeep = new ReferenceUpkeep({ accounts, vault, events, renewalThreshold, now });
  const verification = new FaceVerification({
    accounts,
    flows,
    secondFactor,
    completion,
    limits,
    events,
    upkeep,
    capturer: engine,
    vault,
    threshold,
    witnessThreshold,
    maxFaceFailures: config.face.maxFailures,
    liveness,
    now,
  });
  const tickets = new LiveTickets(secrets.faceAuthSecret, storage.tickets, origins, devices, now);
  const records = new LiveRecords({ accounts, vault, now });
  const completions = new LiveCompletions({
    completions: new TokenSigner('live_completion', secrets.faceAuthSecret),
    verificationTokens,
    tickets: storage.tickets,
    flows,
    secondFactor,
    enrolment,
    now,
  });
  const liveVerification = new LiveVerification({ verification, tickets, completions, records });
  const liveEnrolment = new LiveEnrolment({ enrolment, sessions, tickets, records });
  return {
    consents,
    accountExport,
    retention,
    enrolment,
    verification,
    tickets,
    liveVerification,
    liveEnrolment,
  };
}

function createLiveChecks(
  { config, engine, challenges }: Parts,
  {
    origins,
    tickets,
    liveVerification,
    liveEnrolment,
  }: Pick<ReturnType<typeof createAccountUseCases>, 'origins'> & ReturnType<typeof createFaceUseCases>,
  logger: FastifyBaseLogger,
  metrics: ServerMetrics,
) {
  const liveSessions = new LiveSessions({
    tickets,
    verification: liveVerification,
    enrolment: liveEnrolment,
    observer: engine,
    challenges,
    origins,
    maxSessions: config.maxLiveSessions,
    offered: config.liveness !== 'off',
    now,
    logger,
    metrics: metrics.live,
    onStorageFailure: () => {
      metrics.storageFailed('live_session');
    },
  });
  return {
    liveSessions,
    liveCalls: new LiveCalls(liveSessions),
    liveSocketServer: new LiveSocketServer(
      liveSessions,
      new PageOrigins(config.publicUrl, config.corsOrigins),
    ),
  };
}

function createWebhookDelivery(
  { config, storage }: Parts,
  audit: AuditTrail,
  logger: FastifyBaseLogger,
  metrics: ServerMetrics,
): WebhookDelivery | null {
  if (!config.webhook) return null;
  return new WebhookDelivery({
    outbox: storage.outbox,
    audit,
    signer: new WebhookSigner(config.webhook.secret),
    url: config.webhook.url,
    warn: (sentence) => {
      logger.warn(sentence);
    },
    onAttempt: (outcome) => {
      metrics.webhookTried(outcome);
    },
    now,
  });
}

/** Removes what has expired while the server runs, and lets everything go in order when it stops. */
class Lifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new Logger('housekeeping');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly liveSessions: LiveSessions,
    private readonly retention: FaceRetention,
    private readonly webhook: WebhookDelivery | null,
    private readonly watch: Watch,
  ) {}

  onApplicationBootstrap(): void {
    // Expiry is also part of every query: this only keeps the tables small.
    this.#timer = setInterval(() => {
      this.#keepHouse().catch((error: unknown) => {
        if (error instanceof StorageUnavailable) this.watch.metrics.storageFailed('housekeeping');
        this.#logger.error(`expired records could not be removed: ${String(error)}`);
      });
    }, HOUSEKEEPING_MS);
    this.#timer.unref();
    this.webhook?.start();
  }

  async #keepHouse(): Promise<void> {
    await this.parts.storage.removeExpired(Date.now());
    await this.retention.run();
  }

  /** A live session may last a minute: its client is told to start again, here or at another server. */
  beforeApplicationShutdown(): void {
    this.liveSessions.closeAll();
  }

  /** Called after the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.webhook?.stop();
    await this.parts.engine.close();
    await this.parts.storage.close();
    await this.watch.traces?.close();
  }
}
