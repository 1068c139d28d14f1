'use client';

import { ServerUnreachable, VultusClient, isProblem } from '@vultus/client';
import { type FormEvent, useState } from 'react';

import { FaceCheck } from './face-check';

type Step = 'password' | 'verification';

export function SignIn() {
  const [step, setStep] = useState<Step>('password');
  const [methods, setMethods] = useState<readonly string[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function attempt(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setTrouble(null);
    try {
      await work();
    } catch (error) {
      setTrouble(inWords(error));
      if (isProblem(error, 'invalid_token', 'too_many_attempts')) setStep('password');
    } finally {
      setBusy(false);
    }
  }

  function sendPassword(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const credentials = { email: String(form.get('email')), password: String(form.get('password')) };
    void attempt(async () => {
      const { outcome } = await vultus().signIn(credentials);
      if (outcome === 'signed_in') return enter();
      setMethods((await vultus().verificationMethods()).methods);
      setStep('verification');
    });
  }

  function sendRecoveryCode(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code'));
    void attempt(async () => {
      await vultus().useRecoveryCode(code);
      enter();
    });
  }

  function startAgain(reason: string | null): void {
    setTrouble(reason);
    setStep('password');
  }

  return (
    <>
      <h1>Sign in</h1>
      {trouble !== null && <p role="alert">{trouble}</p>}
      {step === 'password' && (
        <form onSubmit={sendPassword}>
          <label>
            E-mail <input name="email" type="email" autoComplete="username" required />
          </label>
          <label>
            Password <input name="password" type="password" autoComplete="current-password" required />
          </label>
          <button disabled={busy}>Sign in</button>
        </form>
      )}
      {step === 'verification' && methods.includes('face') && (
        <FaceCheck onPassed={enter} onOver={startAgain} />
      )}
      {step === 'verification' && methods.every((method) => method === 'passkey') && (
        <p>This account wants a passkey, which this example leaves out.</p>
      )}
      {step === 'verification' && methods.includes('recovery_code') && (
        <form onSubmit={sendRecoveryCode}>
          <label>
            Or a recovery code <input name="code" autoComplete="one-time-code" required />
          </label>
          <button disabled={busy}>Use it</button>
        </form>
      )}
      {step === 'verification' && (
        <button className="plain" onClick={() => startAgain(null)}>
          Start again
        </button>
      )}
    </>
  );
}

/** At this page's own origin, which hands the calls on (next.config.ts); tokens are cookies that no script can read. */
function vultus(): VultusClient {
  return new VultusClient({ transport: 'cookie' });
}

/** A whole page load: what the router fetched in advance was answered to somebody who was signed out. */
function enter(): void {
  window.location.assign('/account');
}

function inWords(error: unknown): string {
  if (isProblem(error)) return error.detail;
  if (error instanceof ServerUnreachable) return 'The sign-in server does not answer. Please try again.';
  throw error;
}
