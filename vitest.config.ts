import { defineConfig } from 'vitest/config';

const onMongodb = process.env['TEST_MONGODB_URL'] !== undefined;
if (!onMongodb) {
  process.stderr.write(
    'SKIPPED: all that needs a MongoDB, for TEST_MONGODB_URL is not set (CONTRIBUTING.md)\n',
  );
}

export default defineConfig({
  test: {
    // Real models on whatever machine this is: slow is not wrong. Speed is the benchmark's business.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'embedded', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] },
      },
      // The whole API again, on the other store.
      ...(onMongodb
        ? [
            {
              extends: true as const,
              test: { name: 'mongodb', include: ['test/api/**/*.test.ts'], env: { TEST_STORE: 'mongodb' } },
            },
          ]
        : []),
    ],
  },
});
