/** The arrows of docs/architecture.md as rules: what a room may import, and who may import a heavy library. */

/** @param {string} library @param {string} file the one file that may import it */
const onlyIn = (library, file) => ({
  name: `${library.replaceAll(/\W+/g, '-')}-has-one-importer`,
  comment: `${library} is known to one file, so that it can be replaced there and nowhere else.`,
  severity: 'error',
  from: { path: '^src/', pathNot: [`^src/${file}$`, '\\.test\\.ts$'] },
  to: { path: `node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        path: '^(src|packages|web)/',
        pathNot: ['\\.test\\.ts$', '^src/main\\.ts$', '\\.d\\.ts$', '/web-socket\\.ts$'],
      },
      to: {},
    },
    {
      name: 'no-barrels-and-catch-alls',
      comment: 'A name says what a file is about.',
      severity: 'error',
      from: {},
      to: { path: '^(src|packages|web)/.*(^|/)(index|utils?|helpers?|common)(\\.tsx?$|/)' },
    },
    {
      name: 'face-knows-only-itself',
      severity: 'error',
      from: { path: '^src/face/' },
      to: { path: '^src/', pathNot: '^src/face/' },
    },
    {
      name: 'auth-knows-face-and-the-port',
      comment: 'Its tests run on a real store.',
      severity: 'error',
      from: { path: '^src/auth/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(auth/|face/|storage/port\\.ts$)' },
    },
    {
      name: 'adapters-know-the-port',
      severity: 'error',
      from: { path: '^src/storage/(?!port)' },
      to: { path: '^src/', pathNot: '^src/storage/' },
    },
    {
      name: 'port-knows-nothing',
      severity: 'error',
      from: { path: '^src/storage/port\\.ts$' },
      to: { path: '^src/' },
    },
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/storage/([^/]+)/' },
      to: { path: '^src/storage/([^/]+)/', pathNot: '^src/storage/$1/' },
    },
    {
      name: 'api-knows-no-adapter',
      severity: 'error',
      from: { path: '^src/api/' },
      to: { path: '^src/(cli/|config/|storage/(?!port))' },
    },
    {
      name: 'config-knows-only-itself',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: '^src/config/' },
    },
    {
      name: 'pages-reach-the-server-over-the-wire',
      comment: 'What a browser runs knows the server by its documents, and is known to it as files.',
      severity: 'error',
      from: { path: '^(packages|web)/' },
      to: { path: '^(src|test|bench)/' },
    },
    {
      name: 'server-knows-no-page',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '(^|node_modules/@vultus/)(packages|web|client|element)/', pathNot: '^src/' },
    },
    {
      name: 'client-knows-only-itself',
      severity: 'error',
      from: { path: '^packages/client/' },
      to: { path: '^(packages/(?!client)|web)' },
    },
    {
      name: 'element-knows-the-client',
      comment: 'No framework: the element is for any site.',
      severity: 'error',
      from: { path: '^packages/element/', pathNot: '\\.test\\.ts$' },
      to: { path: ['^web/', 'node_modules/'] },
    },
    {
      name: 'nest-stays-at-the-rim',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(api/|app\\.module\\.ts$|server\\.ts$|logger\\.ts$)' },
      to: { path: 'node_modules/(@nestjs|fastify|@fastify)/' },
    },
    onlyIn('onnxruntime-node', 'face/onnx-session\\.ts'),
    onlyIn('sharp', 'face/decode\\.ts'),
    onlyIn('piscina', 'face/engine-(pool|worker)\\.ts'),
    onlyIn('libsql', 'storage/sqlite/database\\.ts'),
    onlyIn('mongodb', 'storage/mongo/database\\.ts'),
    onlyIn('@node-rs/argon2', 'auth/password-hasher\\.ts'),
    onlyIn('bcrypt', 'auth/password-hasher\\.ts'),
    onlyIn('jose', 'auth/tokens\\.ts'),
    onlyIn('@simplewebauthn/server', 'auth/webauthn\\.ts'),
    onlyIn('ws', 'api/live/live-socket-server\\.ts'),
    onlyIn('standardwebhooks', 'auth/webhook-signature\\.ts'),
    onlyIn('@zxcvbn-ts', 'auth/password-policy\\.ts'),
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'not-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.build.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
