import { describe, expect, it } from 'vitest';

import { identitiesOf } from './identities.js';

const pair = (a: string, b: string, same: boolean, line = 2) => ({ a, b, same, line });

describe('identitiesOf', () => {
  it('takes the folder for the person', () => {
    const identities = identitiesOf([
      pair('ann/1.jpg', 'ann/2.jpg', true),
      pair('ann/1.jpg', 'bob/1.jpg', false),
    ]);
    expect(identities).toMatchObject({ known: true, count: 2 });
    expect(identities.known && identities.of('x/bob/1.jpg')).toBe('x/bob');
  });

  it('does not guess when all images lie in one folder', () => {
    const identities = identitiesOf([
      pair('1.jpg', '2.jpg', true),
      pair('2.jpg', '3.jpg', true),
      pair('1.jpg', '4.jpg', false),
    ]);
    expect(identities).toMatchObject({ known: false, reason: 'all images lie in one folder', count: 2 });
  });

  it('does not believe folders that the pairs contradict', () => {
    const identities = identitiesOf([
      pair('monday/1.jpg', 'tuesday/1.jpg', true, 7),
      pair('monday/1.jpg', 'monday/2.jpg', false, 8),
    ]);
    expect(identities).toMatchObject({ known: false, count: 2 });
    expect(identities).toHaveProperty('reason', expect.stringMatching(/2 pairs .* line 7/));
  });
});
