import { describe, expect, it } from 'vitest';

import { KINDS, VARIABLES } from './settings.js';

describe('what may be shown of a setting', () => {
  it('is decided for every variable, and for nothing else', () => {
    expect(Object.keys(KINDS).toSorted()).toEqual([...VARIABLES].toSorted());
  });
});
