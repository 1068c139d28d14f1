/** Where this app reaches the Vultus server. `next build` writes it into the rewrites: set it there as well. */
export const VULTUS_URL = process.env['VULTUS_URL'] ?? 'http://localhost:8080';
