// `npm start`: builds what has changed, fetches the models that are missing, and becomes the server: one
// process, so that a signal to it is a signal to the server.
import './build.js';

const { ensureModels } = await import('../dist/cli/models.js');
try {
  await ensureModels();
} catch (error) {
  process.stderr.write(`${error.name === 'UsageError' ? error.message : error.stack}\n`);
  process.exit(1);
}
await import('../dist/main.js');
