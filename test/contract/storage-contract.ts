import { afterAll, beforeAll, describe } from 'vitest';

import { describeAccountKeys } from './account-key-contract.js';
import { describeAccounts } from './account-contract.js';
import { describeArchives } from './archive-contract.js';
import { describeAttempts } from './attempt-contract.js';
import { describeAudit } from './audit-contract.js';
import { type OpenedTwice, contractFixture } from './contract-fixture.js';
import { describeErasure } from './erasure-contract.js';
import { describeInstallation } from './installation-contract.js';
import { describeLiveRecords } from './live-record-contract.js';
import { describeOutbox } from './outbox-contract.js';
import { describeConsents, describeNotices } from './owner-contract.js';
import { describePasskeys } from './passkey-contract.js';
import { describeRecoveryCodes } from './recovery-code-contract.js';
import { describeReferences } from './reference-contract.js';
import { describeSessions } from './session-contract.js';
import { describeSignInFlows } from './sign-in-flow-contract.js';

/**
 * What every store must do. Each new adapter runs this suite unchanged.
 *
 * @param open opens one store twice over
 */
export function describeStorageContract(name: string, open: () => Promise<OpenedTwice>): void {
  describe(`storage contract: ${name}`, () => {
    let opened: OpenedTwice;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    const fixture = contractFixture(() => opened);
    describeAccounts(fixture);
    describeReferences(fixture);
    describeErasure(fixture);
    describeLiveRecords(fixture);
    describeSessions(fixture);
    describeSignInFlows(fixture);
    describePasskeys(fixture);
    describeRecoveryCodes(fixture);
    describeNotices(fixture);
    describeConsents(fixture);
    describeAccountKeys(fixture);
    describeAttempts(fixture);
    describeAudit(fixture);
    describeOutbox(fixture);
    describeInstallation(fixture);
    describeArchives(fixture);
  });
}
