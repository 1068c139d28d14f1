import {
  type DynamicModule,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';

import { ApiSettings } from './api/api-settings.js';
import { AuthController } from './api/auth.controller.js';
import { FaceController } from './api/face.controller.js';
import { HealthController } from './api/health.controller.js';
import { HomeController } from './api/home.controller.js';
import { Readiness } from './api/readiness.js';
import { UploadGate } from './api/upload-gate.js';
import { UserController } from './api/user.controller.js';
import { FaceEnrolment } from './auth/face-enrolment.js';
import { FaceVerification } from './auth/face-verification.js';
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
  static of(parts: Parts): DynamicModule {
    return {
      module: AppModule,
      controllers: [HomeController, HealthController, AuthController, UserController, FaceController],
      providers: [{ provide: Lifecycle, useValue: new Lifecycle(parts) }, ...useCases(parts)],
    };
  }
}

function useCases({ config, secrets, storage, engine, threshold, hasher }: Parts): Provider[] {
  const now = () => Date.now();
  const { accounts } = storage;
  const flows = storage.signInFlows;
  const vault = new TemplateVault(secrets.templateKey);
  const verificationTokens = new TokenSigner('verification', secrets.faceAuthSecret);
  const maxFaceFailures = config.face.maxFailures;
  const sessions = new Sessions({
    sessions: storage.sessions,
    tokens: new TokenSigner('authorization', secrets.jwtSecret),
    lifetimeSeconds: config.sessionSeconds,
    now,
  });
  return [
    { provide: ApiSettings, useValue: new ApiSettings(config.face.limits.maxBytes, config.similarityFormat) },
    { provide: Readiness, useValue: new Readiness(() => storage.ping()) },
    { provide: Sessions, useValue: sessions },
    { provide: UploadGate, useValue: new UploadGate(config.face.workers + config.face.maxQueue) },
    {
      provide: SignUp,
      useFactory: () =>
        new SignUp({
          accounts,
          sessions,
          hasher,
          passwords: new PasswordPolicy(config.minPasswordLength),
          now,
        }),
    },
    {
      provide: SignIn,
      useFactory: () =>
        new SignIn({
          accounts,
          flows,
          sessions,
          hasher,
          verificationTokens,
          verificationSeconds: config.verificationSeconds,
          maxFaceFailures,
          now,
        }),
    },
    {
      provide: FaceEnrolment,
      useFactory: () => new FaceEnrolment({ accounts, capturer: engine, vault, now }),
    },
    {
      provide: FaceVerification,
      useFactory: () =>
        new FaceVerification({
          accounts,
          flows,
          sessions,
          verificationTokens,
          capturer: engine,
          vault,
          threshold,
          maxFaceFailures,
          now,
        }),
    },
  ];
}

/** Removes what has expired while the server runs, and lets everything go in order when it stops. */
class Lifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('housekeeping');
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: Parts) {}

  onApplicationBootstrap(): void {
    // Expiry is also part of every query: this only keeps the tables small.
    this.#timer = setInterval(() => {
      this.parts.storage.removeExpired(Date.now()).catch((error: unknown) => {
        this.#logger.error(`expired records could not be removed: ${String(error)}`);
      });
    }, HOUSEKEEPING_MS);
    this.#timer.unref();
  }

  /** Called after the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.parts.engine.close();
    await this.parts.storage.close();
  }
}
