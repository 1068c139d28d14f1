import { fileURLToPath } from 'node:url';

import { Option } from 'commander';

/** A folder of this installation, wherever the command is run from: dist/cli lies two levels below the package. */
export function installedDirectory(name: 'models' | 'calibration'): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

export function modelsOption(): Option {
  return new Option('--models <dir>', 'folder of the models and their manifest').default(
    installedDirectory('models'),
    'models of the installation',
  );
}
