import { Option } from 'commander';

import { installed } from '../installation.js';

export function modelsOption(): Option {
  return new Option('--models <dir>', 'folder of the models and their manifest').default(
    installed('models'),
    'models of the installation',
  );
}
