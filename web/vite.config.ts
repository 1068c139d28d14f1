import react from '@vitejs/plugin-react';
import { type ProxyOptions, defaultClientConditions, defineConfig } from 'vite';

/** The server that `vite` and `vite preview` pass calls on to. */
const SERVER = process.env['VULTUS_SERVER'] ?? 'http://localhost:8080';
/** The host stays that of the page: the server takes cookies from pages of its own origin only. */
const passedOn: ProxyOptions = { target: SERVER, changeOrigin: false, ws: true };
const proxy = Object.fromEntries(
  ['/user', '/health', '/docs', '/openapi.json', '/asyncapi.json'].map((path) => [path, passedOn]),
);

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // What the content security policy allows are files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 5176, strictPort: true, proxy },
  preview: { port: 5176, strictPort: true, proxy },
});
