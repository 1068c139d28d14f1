'use client';

import { VultusClient } from '@vultus/client';
import { useState } from 'react';

export function SignOut() {
  const [failed, setFailed] = useState(false);

  async function signOut(): Promise<void> {
    try {
      await new VultusClient({ transport: 'cookie' }).signOut();
      window.location.assign('/');
    } catch {
      setFailed(true);
    }
  }

  return (
    <>
      {failed && <p role="alert">That did not work: you are still signed in. Please try again.</p>}
      <button onClick={() => void signOut()}>Sign out</button>
    </>
  );
}
