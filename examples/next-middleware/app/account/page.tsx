import { headers } from 'next/headers';
import { redirect } from 'next/navigation';

import { whoIs } from '../../visitor';
import { SignOut } from './sign-out';

export default async function AccountPage() {
  // Asked again, although proxy.ts has: a page that shows something private does not lean on what runs before it.
  const visitor = await whoIs(await headers());
  if (visitor.is === 'signed_out') redirect('/sign-in');
  if (visitor.is === 'unknown') throw new Error('The sign-in server does not answer.');
  return (
    <>
      <h1>Your account</h1>
      <p>
        You are signed in as <strong>{visitor.user.email}</strong>.
      </p>
      <SignOut />
    </>
  );
}
