import { VultusClient } from '@vultus/client';

/** Tokens are in cookies that no script can read; what this page can do, it can do only as long as it is open. */
export const client = new VultusClient({ transport: 'cookie' });
