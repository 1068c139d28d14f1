import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    // Browsers of the last three years.
    target: ['chrome119', 'firefox119', 'safari17'],
    lib: { entry: 'src/vultus-face-check.ts', formats: ['es'], fileName: () => 'vultus-face-check.js' },
    // The declarations of `tsc` lie in the same folder.
    emptyOutDir: false,
    sourcemap: true,
    // A library's build leaves this to the bundler that takes it in; this file is also served as it is.
    rolldownOptions: { output: { minify: true } },
  },
});
