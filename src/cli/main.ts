#!/usr/bin/env node
import { inspect } from 'node:util';

import { Command, CommanderError } from 'commander';

import { ConfigError } from '../config/config.js';
import { CalibrationError } from '../face/calibration.js';
import { ModelPackError } from '../face/model-pack.js';
import { FaceServiceError } from '../face/remote/face-service-error.js';
import { StorageUnavailable } from '../storage/port.js';
import { registerAudit } from './audit.js';
import { registerCalibrate } from './calibrate.js';
import { registerConfig } from './config.js';
import { registerDoctor } from './doctor.js';
import { registerEvaluate } from './evaluate.js';
import { registerEvaluatePad } from './evaluate-pad.js';
import { registerImport } from './import.js';
import { registerKeys } from './keys.js';
import { registerMigrate } from './migrate.js';
import { registerModels } from './models.js';
import { UsageError } from './usage-error.js';
import { registerReceipt } from './receipt.js';
import { registerUser } from './user.js';

const program = new Command('vultus')
  .description('Self-hosted face authentication')
  // Commands inherit this, so it has to stand before them.
  .exitOverride();

registerModels(program);
registerCalibrate(program);
registerEvaluate(program);
registerEvaluatePad(program);
registerImport(program);
registerMigrate(program);
registerKeys(program);
registerAudit(program);
registerConfig(program);
registerDoctor(program);
registerUser(program);
registerReceipt(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

/** Says what went wrong and returns the exit code: 2 for what the caller can mend, 1 for a fault of ours. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has already written its line; asking for help or the version is no error.
    return error.exitCode === 0 ? 0 : 2;
  }
  const expected = [
    UsageError,
    ConfigError,
    StorageUnavailable,
    ModelPackError,
    CalibrationError,
    FaceServiceError,
  ];
  if (error instanceof Error && expected.some((kind) => error instanceof kind)) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  process.stderr.write(`Unexpected error: ${inspect(error)}\n`);
  return 1;
}
