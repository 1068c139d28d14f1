// `npm run start:face-service`: builds what has changed, fetches the models that are missing, and becomes the face
// recognition service: one process, so that a signal to it is a signal to the service.
import './build.js';

const { fetchModels } = await import('./fetch-models.js');
await fetchModels();
await import('../dist/face-service/main.js');
