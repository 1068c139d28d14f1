/**
 * Whether somebody may be signed in: the cookie that knows is none that scripts can read. Without the hint the server is
 * not asked, so that a visitor's first call is none that has to be refused. It says nothing about who.
 */
const KEY = 'vultus.signed-in';

export function mayBeSignedIn(): boolean {
  // Who wants to see the account is worth the question in any case.
  if (window.location.pathname.startsWith('/account')) return true;
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return true;
  }
}

export function rememberSignedIn(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(KEY, '1');
    else localStorage.removeItem(KEY);
  } catch {
    // Then the server is asked each time.
  }
}
