import type { NextConfig } from 'next';

import { VULTUS_URL } from './vultus-url.ts';

const config: NextConfig = {
  poweredByHeader: false,
  /** Sign-in, account and face check are of this app's origin for the browser, and so are their cookies. */
  rewrites: async () => [{ source: '/user/:path*', destination: `${VULTUS_URL}/user/:path*` }],
};

export default config;
