import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  temporaryDirectory,
} from '../server.js';
import { Chromium } from './chromium.js';
import { FilmCamera } from './film-camera.js';

/** A fresh server, and a browser whose camera shows films. */
export interface Scene {
  readonly server: RunningServer;
  readonly camera: FilmCamera;
  readonly chromium: Chromium;
  close(): Promise<void>;
}

/** @param environment settings of the server beside the defaults; consent is asked for, as in the product */
export async function openScene(environment: Record<string, string> = {}): Promise<Scene> {
  const server = await startServer({ CONSENT: 'required', FACE_WORKERS: '2', ...environment });
  const camera = FilmCamera.create(await temporaryDirectory());
  const chromium = await Chromium.launch(camera);
  return {
    server,
    camera,
    chromium,
    close: async () => {
      await chromium.close();
      camera.close();
      await server.stop();
      await removeTemporaryDirectories();
    },
  };
}
