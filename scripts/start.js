// `npm start`: builds what has changed, fetches the models that are missing (unless face recognition services have
// them), and becomes the server: one process, so that a signal to it is a signal to the server.
import './build.js';

// Face recognition services have their own.
if (!process.env['FACE_API_URL']) {
  const { fetchModels } = await import('./fetch-models.js');
  await fetchModels();
}
await import('../dist/main.js');
