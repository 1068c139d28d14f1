import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { type ContractFixture, RACES, truths } from './contract-fixture.js';

export function describeRecoveryCodes({ store, other, anAccount, race }: ContractFixture): void {
  describe('recovery codes', () => {
    const hashes = (n: number) => Array.from({ length: n }, () => randomUUID());

    it('are spent one by one, each by its own account', async () => {
      const [{ id }, { id: stranger }] = [await anAccount(), await anAccount()];
      const [first, second] = hashes(2) as [string, string];
      expect(await store.recoveryCodes.replace(id, [first, second])).toBe(true);
      expect(await other.recoveryCodes.remaining(id)).toBe(2);
      expect(await other.recoveryCodes.spend(stranger, first)).toBe(false);
      expect(await other.recoveryCodes.spend(id, randomUUID())).toBe(false);
      expect(await other.recoveryCodes.spend(id, first)).toBe(true);
      expect(await store.recoveryCodes.spend(id, first)).toBe(false);
      expect(await store.recoveryCodes.remaining(id)).toBe(1);
      expect(await store.recoveryCodes.spend(id, second)).toBe(true);
      expect(await other.recoveryCodes.remaining(id)).toBe(0);
    });

    it('take the place of all earlier ones', async () => {
      const [{ id }, { id: bystander }] = [await anAccount(), await anAccount()];
      const [earlier, later] = [hashes(10), hashes(3)];
      await store.recoveryCodes.replace(id, earlier);
      await store.recoveryCodes.replace(bystander, earlier);
      expect(await store.recoveryCodes.replace(id, later)).toBe(true);
      for (const hash of earlier) expect(await other.recoveryCodes.spend(id, hash)).toBe(false);
      expect(await other.recoveryCodes.remaining(id)).toBe(3);
      expect(await other.recoveryCodes.remaining(bystander)).toBe(10);
      // One that is there twice is one.
      expect(await store.recoveryCodes.replace(id, [...later, later[0]!])).toBe(true);
      expect(await other.recoveryCodes.remaining(id)).toBe(3);
      expect(await store.recoveryCodes.replace(id, [])).toBe(true);
      expect(await other.recoveryCodes.remaining(id)).toBe(0);
    });

    it('are not kept for an account that is not there', async () => {
      const id = randomUUID();
      expect(await store.recoveryCodes.replace(id, hashes(1))).toBe(false);
      expect(await store.recoveryCodes.remaining(id)).toBe(0);
      expect(await store.recoveryCodes.spend(id, 'x')).toBe(false);
    });

    it.each(RACES)('are spent once: of %i concurrent callers one is told so', async (racers) => {
      const { id } = await anAccount();
      const [hash, sibling] = hashes(2) as [string, string];
      await store.recoveryCodes.replace(id, [hash, sibling]);
      expect(truths(await race(racers, (handle) => handle.recoveryCodes.spend(id, hash)))).toBe(1);
      expect(await store.recoveryCodes.remaining(id)).toBe(1);
    });

    it.each(RACES)(
      'of before are worth nothing once they are replaced: of %i on their way',
      async (racers) => {
        const { id } = await anAccount();
        const [earlier, later] = [hashes(racers), hashes(2)];
        await store.recoveryCodes.replace(id, earlier);
        const spent = await race(racers, async (handle, i) => {
          if (i !== Math.floor(racers / 4)) return handle.recoveryCodes.spend(id, earlier[i]!);
          expect(await handle.recoveryCodes.replace(id, later)).toBe(true);
          // Nothing of before is there beside them, nor are they fewer.
          expect(await other.recoveryCodes.remaining(id)).toBe(2);
          return false;
        });
        expect(truths(spent)).toBeLessThan(racers);
        expect(await store.recoveryCodes.remaining(id)).toBe(2);
      },
    );
  });
}
