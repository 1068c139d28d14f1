import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default defineConfig(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      'coverage/',
      '/evaluation/',
      // Its types are installed with it; `next build` checks it.
      'examples/next-middleware/',
      '**/vendor/',
      // Made of the server's OpenAPI document.
      'packages/client/src/api-types.ts',
      // AssemblyScript: its compiler checks it.
      'kernels/',
      'src/face/kernels.generated.ts',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-console': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // An index that is inside by construction: the alternative is a check in every pixel loop.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Numbers in messages are what they look like.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Frameworks describe their option objects as classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // The ports are asynchronous; an adapter may be done at once.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Nest's modules, controllers and providers are classes without members of their own.
    files: [
      'src/api/**/*.ts',
      'src/app.module.ts',
      'src/face-service/face-service.module.ts',
      'bench/bare-server.ts',
    ],
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  { files: ['web/src/**/*.tsx', 'web/src/**/*.ts'], ...reactHooks.configs.flat['recommended-latest'] },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', URL: 'readonly', module: 'writable' } },
  },
  {
    files: ['examples/static-page/public/*.js'],
    languageOptions: { globals: { document: 'readonly', FormData: 'readonly' } },
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
);
