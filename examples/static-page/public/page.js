import { MemoryTokens, ServerUnreachable, VultusClient, isProblem } from '@vultus/client';
import '@vultus/element';

const serverUrl = document.querySelector('meta[name="vultus-server"]').content;
/** Tokens live as long as the page: another origin than the server's keeps no cookies of it. */
const tokens = new MemoryTokens();
const client = new VultusClient({ serverUrl, tokens });

const passwordForm = document.getElementById('password-form');
const recoveryForm = document.getElementById('recovery-form');

onSubmit(passwordForm, async (form) => {
  const { outcome, user } = await client.signIn({ email: form.get('email'), password: form.get('password') });
  if (outcome === 'signed_in') showAccount(user);
  else await showVerification();
});

onSubmit(recoveryForm, async (form) => showAccount(await client.useRecoveryCode(form.get('code'))));

document.getElementById('start-again').addEventListener('click', () => showPasswordForm());

document.getElementById('sign-out').addEventListener('click', () =>
  attempt(async () => {
    await client.signOut();
    showPasswordForm();
  }),
);

/** The password was right; the account has a second factor. */
async function showVerification() {
  const { methods } = await client.verificationMethods();
  recoveryForm.hidden = !methods.includes('recovery_code');
  document.getElementById('passkey-only').hidden = methods.some((method) => method !== 'passkey');
  show('verification');
  if (methods.includes('face')) document.getElementById('face-check').append(faceCheck());
}

function faceCheck() {
  const element = document.createElement('vultus-face-check');
  element.setAttribute('server-url', serverUrl);
  element.setAttribute('token', tokens.get('verification'));
  element.addEventListener('vultus-passed', ({ detail }) => {
    tokens.set('authorization', detail.token);
    showAccount(detail.user);
  });
  element.addEventListener('vultus-failed', ({ detail }) => {
    // Until it is final the element itself says what was wrong, and offers another try.
    if (detail.final) showPasswordForm(detail.problem.detail);
  });
  return element;
}

function showAccount(user) {
  document.getElementById('email').textContent = user.email;
  show('account');
}

/** @param trouble a sentence to show above it */
function showPasswordForm(trouble = '') {
  show('password-form');
  say(trouble);
}

function show(id) {
  for (const part of ['password-form', 'verification', 'account'])
    document.getElementById(part).hidden = part !== id;
  document.getElementById('face-check').replaceChildren();
  passwordForm.reset();
  recoveryForm.reset();
  say('');
}

function say(sentence) {
  const trouble = document.getElementById('trouble');
  trouble.textContent = sentence;
  trouble.hidden = sentence === '';
}

function onSubmit(form, work) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void attempt(() => work(new FormData(form)), form.querySelector('button'));
  });
}

async function attempt(work, button) {
  say('');
  if (button) button.disabled = true;
  try {
    await work();
  } catch (error) {
    // That sign-in is over: it waited too long, or had all its attempts.
    if (isProblem(error, 'invalid_token', 'too_many_attempts')) showPasswordForm(error.detail);
    else say(inWords(error));
  } finally {
    if (button) button.disabled = false;
  }
}

function inWords(error) {
  if (isProblem(error)) return error.detail;
  if (error instanceof ServerUnreachable) return 'The sign-in server does not answer. Please try again.';
  throw error;
}
