import { defaultServerConditions } from 'vite';
import { type TestProjectConfiguration, defineConfig } from 'vitest/config';

/** What needs a MongoDB says so by itself where there is none; with one, it is a project of its own. */
const MONGODB_ONLY = ['test/mongodb/**/*.test.ts', 'test/contract/mongodb.test.ts', 'test/cli/**/*.test.ts'];
/** Of the API, what comes to no store, or leaves in it what others leave there, too. */
const STORELESS = [
  'test/api/{busy,liveness,openapi,page,rate-limits,security-headers,start-up,tracing}.test.ts',
];
const onMongodb = process.env['TEST_MONGODB_URL'] !== undefined;
if (!onMongodb) {
  process.stderr.write(
    'SKIPPED: all that needs a MongoDB, for TEST_MONGODB_URL is not set (CONTRIBUTING.md)\n',
  );
}

/** What has to paint every pixel of every frame anew takes longer than anybody waits for `npm test`. */
const SIMULATED = ['test/simulated/**/*.test.ts'];
const thorough = process.env['TEST_SIMULATED'] !== undefined;
if (!thorough) {
  process.stderr.write(
    'SKIPPED: simulated light, screens and approach, for TEST_SIMULATED is not set (CONTRIBUTING.md)\n',
  );
}

/** Attacks that go on for a while, and thousands of requests that nobody has written: for the same reason. */
const ATTACKS = ['test/attacks/**/*.test.ts', 'test/fuzz/**/*.test.ts', 'test/live/hostile-clients.test.ts'];
const underAttack = process.env['TEST_ATTACKS'] !== undefined;
if (!underAttack) {
  process.stderr.write('SKIPPED: attacks and fuzzing, for TEST_ATTACKS is not set (CONTRIBUTING.md)\n');
}

/** Servers and services that are started or killed again and again, copies that are broken off, films that are judged frame by frame or in real time: the same. */
const LONG = [
  'test/api/{guarded-operations,liveness,rate-limits,start-up,sudden-death}.test.ts',
  'test/api/health.test.ts',
  'test/api/tracing.test.ts',
  'test/cli/doctor.test.ts',
  'test/face-remote/**/*.test.ts',
  'test/face-service/operation.test.ts',
  'test/face/presentation-attack.test.ts',
  'test/live/judge.test.ts',
  'test/cli/migrate.test.ts',
  'test/cli/keys.test.ts',
  'test/embedded/data-directory.test.ts',
];
/** People before a camera, whose movements are not seen when something else takes the cores: one file at a time. */
const REAL_TIME = ['test/live/sign-in.test.ts', 'test/client/live-session.test.ts'];
const patient = process.env['TEST_LONG'] !== undefined;
if (!patient) {
  process.stderr.write(
    'SKIPPED: starts, budgets and sudden death, films, face services, the doctor, traces, migration, rotation of keys and live sign-ins in real time, for TEST_LONG is not set (CONTRIBUTING.md)\n',
  );
}

/** A real browser with a camera that shows films, and what is installed anew for its test. */
const BROWSER = ['test/web/**/*.test.ts'];
const browser = process.env['TEST_BROWSER'] !== undefined;
if (!browser) {
  process.stderr.write('SKIPPED: the page in a browser, for TEST_BROWSER is not set (CONTRIBUTING.md)\n');
}
const EXAMPLES = ['test/examples/**/*.test.ts'];
const withExamples = process.env['TEST_EXAMPLES'] !== undefined;
if (!withExamples) {
  process.stderr.write('SKIPPED: the examples, for TEST_EXAMPLES is not set (CONTRIBUTING.md)\n');
}

const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'embedded',
      include: [
        'src/**/*.test.ts',
        'packages/*/src/**/*.test.ts',
        'web/src/**/*.test.{ts,tsx}',
        'test/**/*.test.ts',
      ],
      exclude: [...SIMULATED, ...ATTACKS, ...LONG, ...REAL_TIME, ...BROWSER, ...EXAMPLES],
    },
  },
];
if (browser) {
  // One after the other: a browser, its camera and a server are all that two cores can bear.
  const test = { name: 'web', include: BROWSER, fileParallelism: false, testTimeout: 180_000 };
  projects.push({ extends: true, test });
}
if (withExamples) {
  const test = { name: 'examples', include: EXAMPLES, fileParallelism: false, testTimeout: 600_000 };
  projects.push({ extends: true, test: { ...test, hookTimeout: 600_000 } });
}
if (patient) {
  projects.push(
    { extends: true, test: { name: 'long', include: LONG } },
    { extends: true, test: { name: 'real-time', include: REAL_TIME, fileParallelism: false } },
  );
}
if (underAttack) projects.push({ extends: true, test: { name: 'attacks', include: ATTACKS } });
if (thorough) projects.push({ extends: true, test: { name: 'simulated', include: SIMULATED } });
if (onMongodb) {
  projects.push(
    { extends: true, test: { name: 'mongodb-only', include: MONGODB_ONLY } },
    // The API again, on the other store, and the attack that is meant for it.
    {
      extends: true,
      test: {
        name: 'mongodb',
        include: ['test/api/**/*.test.ts', 'test/attacks/nosql-operator-injection.test.ts'],
        exclude: STORELESS,
        env: { TEST_STORE: 'mongodb' },
      },
    },
  );
}

/** Our packages by their sources. What is meant for bundlers (`module`) is not for Node.js, which takes these conditions, too. */
const CONDITIONS = ['source', ...defaultServerConditions.filter((condition) => condition !== 'module')];

export default defineConfig({
  resolve: { conditions: CONDITIONS },
  ssr: { resolve: { conditions: CONDITIONS } },
  test: {
    // Real models on whatever machine this is: slow is not wrong. Speed is the benchmark's business.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects,
  },
});
