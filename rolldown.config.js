import { defineConfig } from 'rolldown';

/**
 * The server's programs, each with what it uses of `node_modules` in a few files: to find and open so many small ones
 * took most of a start (docs/adr/0036).
 */
const PROGRAMS = ['main', 'cli/main', 'cli/models', 'face-service/main', 'face/engine-worker'];

/** Stay where npm put them: native code, worker threads and other files that are found by their place, … */
const BY_THEIR_PLACE = [
  '@fastify/static',
  '@node-rs/argon2',
  'bcrypt',
  'libsql',
  'onnxruntime-node',
  'pino',
  'pino-pretty',
  'piscina',
  'sharp',
  'swagger-ui-dist',
];
/** … what most installations never load, and what the framework would use if it were there. */
const SELDOM = ['mongodb'];
const OPTIONAL = [/^@nestjs\/(microservices|websockets|platform-express)/, /^class-(transformer|validator)/];
const OPTIONAL_OF_FASTIFY = ['@fastify/view'];

export default defineConfig({
  cwd: import.meta.dirname,
  input: Object.fromEntries(PROGRAMS.map((name) => [name, `src/${name}.ts`])),
  platform: 'node',
  external: [...BY_THEIR_PLACE, ...SELDOM, ...OPTIONAL, ...OPTIONAL_OF_FASTIFY],
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  },
});
