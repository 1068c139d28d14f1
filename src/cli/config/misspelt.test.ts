import { describe, expect, it } from 'vitest';

import { misspelt } from './misspelt.js';

const KNOWN = ['HOST', 'PORT', 'PAGE', 'FACE_MAX_FMR', 'FACE_QUEUE', 'JWT_SECRET', 'DATABASE_URL'];

describe('misspelt', () => {
  it.each([
    ['FACE_MAX_FRM', 'FACE_MAX_FMR'],
    ['JWT_SECRETS', 'JWT_SECRET'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['face_queue', 'FACE_QUEUE'],
    ['PORTS', 'PORT'],
  ])('takes %s for %s', (name, nearest) => {
    expect(misspelt([name], KNOWN)).toEqual([{ name, nearest }]);
  });

  it('tells also what only begins as ours does', () => {
    expect(misspelt(['FACE_THRESHOLD_COSINE'], KNOWN)).toEqual([
      { name: 'FACE_THRESHOLD_COSINE', nearest: null },
    ]);
  });

  it('leaves the variables of others alone, and the right ones', () => {
    const others = [
      'HOME',
      'PATH',
      'LANG',
      'PWD',
      'SHELL',
      'TERM',
      'HOSTNAME',
      'NODE_ENV',
      'SESSION_MANAGER',
    ];
    expect(misspelt([...others, ...KNOWN], KNOWN)).toEqual([]);
  });
});
