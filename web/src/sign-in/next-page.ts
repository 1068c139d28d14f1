/** Pages that a sign-in may lead to. Of this page only: an address elsewhere would be a gift to whoever sends links. */
const WITHIN = /^\/account(\/[a-z-]+)*$/;

/** @param next where the person wanted to go, as it stands in the address @returns where to go after the sign-in */
export function nextPage(next: string | null): string {
  return next !== null && WITHIN.test(next) ? next : '/account';
}

export function withNext(path: string, next: string | null): string {
  const page = nextPage(next);
  return page === '/account' ? path : `${path}?${new URLSearchParams({ next: page }).toString()}`;
}
