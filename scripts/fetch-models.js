import { ensureModels } from '../dist/cli/models.js';

/** Fetches the models that are missing, or ends the process with the reason why they cannot be had. */
export async function fetchModels() {
  try {
    await ensureModels();
  } catch (error) {
    process.stderr.write(`${error.name === 'UsageError' ? error.message : error.stack}\n`);
    process.exit(1);
  }
}
