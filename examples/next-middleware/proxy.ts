import { type NextRequest, NextResponse } from 'next/server';

import { whoIs } from './visitor';

export const config = { matcher: '/account/:path*' };

/** Lets nobody to /account who is not signed in. Called `middleware.ts` before Next.js 16. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const visitor = await whoIs(request.headers);
  switch (visitor.is) {
    case 'signed_in':
      return NextResponse.next();
    case 'signed_out':
      return isProgram(request) ? refused(401, 'Sign in first.') : toSignIn(request);
    case 'unknown':
      return refused(503, 'The sign-in server does not answer. Please try again.', { 'retry-after': '5' });
  }
}

/** Who sends a bearer token follows no redirect to a form. */
function isProgram(request: NextRequest): boolean {
  return request.headers.has('authorization');
}

function toSignIn({ nextUrl }: NextRequest): NextResponse {
  const signIn = nextUrl.clone();
  signIn.pathname = '/sign-in';
  signIn.search = '';
  return NextResponse.redirect(signIn);
}

function refused(status: number, text: string, headers: Record<string, string> = {}): NextResponse {
  return new NextResponse(text, { status, headers: { 'cache-control': 'no-store', ...headers } });
}
