import type { AccountHolder, AccountPath } from './account-holder.js';
import type { Visitor } from './chromium.js';
import { type Look, enrolment, passed, signInStates } from './check-states.js';
import { addSecurityKey } from './security-key.js';
import { StagedCheck } from './staged-check.js';

const SECTIONS: readonly AccountPath[] = [
  '/account/face',
  '/account/passkeys',
  '/account/recovery-codes',
  '/account/password',
  '/account/sessions',
  '/account/notices',
  '/account/data',
];

/**
 * Leads through the page as a person would who sees all of it: signed out, a new account, the check that enrols, an
 * account with everything, its dialogs, the check that signs in, and what goes wrong. Wants a scene with a name.
 */
export async function throughAllStates(person: AccountHolder, visitor: Visitor, look: Look): Promise<void> {
  const check = await StagedCheck.on(visitor.page);
  await signedOut(person, look);
  await newAccount(person, look);
  await enrolment(person, check, look);
  await wholeAccount(person, look);
  await signInStates(person, check, look);
  await troubles(person, visitor, look);
  await goodbye(person, look);
}

async function signedOut(person: AccountHolder, look: Look): Promise<void> {
  const { page } = person;
  await page.goto(person.home);
  await person.sees('button', 'Sign in');
  await look('welcome');
  await page.goto(`${person.home}/nothing`);
  await person.title('There is no such page');
  await look('unknown address');
  await page.goto(`${person.home}/account/data`);
  await person.reads('Sign in to see this page.');
  await look('sign-in that is required');
  await person.typesInto('E-mail address', person.email);
  await person.typesInto('Password', 'not the one');
  await person.press('Sign in');
  await person.reads('The e-mail address or the password is wrong.');
  await look('sign-in that is refused');
  await page.goto(`${person.home}/sign-up`);
  await person.title('Create an account');
  await look('sign-up');
  await person.typesInto('E-mail address', 'ada at example');
  await person.typesInto('Password', 'short');
  await person.press('Create account');
  await person.reads('This is not an e-mail address.');
  await look('sign-up with errors');
}

async function newAccount(person: AccountHolder, look: Look): Promise<void> {
  await person.signUp();
  await person.reads('So far only your password protects this account');
  await look('new account');
  for (const path of SECTIONS) {
    await person.opens(path);
    await person.page.getByText('Loading').waitFor({ state: 'detached' });
    await look(`new account, ${path}`);
  }
}

async function wholeAccount(person: AccountHolder, look: Look): Promise<void> {
  const { page } = person;
  await person.enrolsPicture();
  await person.opens('/account');
  await person.reads('Keep another way in');
  await look('account with a face');
  await addSecurityKey(page);
  await person.opens('/account/passkeys');
  await person.press('Add passkey');
  await person.reads('Give the passkey a name.');
  await person.typesInto('Name', 'The blue key');
  await person.press('Add passkey');
  await person.reads('The passkey “The blue key” has been added.');
  await look('passkeys');
  await dialog(person, 'Remove The blue key', look);
  await person.makesCodes();
  await look('recovery codes that were made');
  await person.press('I have kept them');
  await dialog(person, 'Make new codes', look);
  await person.opens('/account/face');
  await page.getByText('Read the text').click();
  await look('face check that is on');
  await dialog(person, 'Switch off', look);
  await dialog(person, 'Withdraw consent', look);
  await elsewhere(person);
  await person.opens('/account/sessions');
  await person.sees('button', 'End all others');
  await look('several sessions');
  await dialog(person, 'End all others', look);
  await person.opens('/account/notices');
  await person.sees('button', 'Mark all as seen');
  await look('notices');
  await person.press(/^Mark as seen: Recovery/);
  await person.sees('heading', 'Earlier');
  await look('notices, one of them seen');
  await passwordErrors(person, look);
  await person.opens('/account/data');
  await dialog(person, 'Delete account', look);
  await oldSignIn(person, look);
}

async function passwordErrors(person: AccountHolder, look: Look): Promise<void> {
  await person.opens('/account/password');
  await person.typesInto('Current password', 'not the one');
  await person.typesInto('New password', 'four rivers and a bridge');
  await person.press('Change password');
  await person.reads('This is not your current password.');
  await look('password with an error');
}

/** The server's clock cannot be put forward: its answer is given in its place. */
async function oldSignIn(person: AccountHolder, look: Look): Promise<void> {
  const pattern = '**/user/export';
  const body = { code: 'reauthentication_required', status: 403, title: '', detail: '', request_id: 'r' };
  await person.page.route(pattern, (route) =>
    route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(body) }),
  );
  await person.press('Download');
  await person.sees('heading', 'Sign in again');
  await look('sign-in again');
  await person.page.keyboard.press('Escape');
  await person.dialogIsGone();
  await person.page.unroute(pattern);
}

async function troubles(person: AccountHolder, { context, complaints }: Visitor, look: Look): Promise<void> {
  const { page } = person;
  await person.signIn();
  await person.reaches('introduction');
  await context.clearPermissions();
  // Whatever is not named here is denied.
  await context.grantPermissions(['accelerometer']);
  await person.startCheck('None');
  await person.reaches('permission_refused');
  await look('permission refused');
  await person.press('Go back');
  await page.getByRole('button', { name: 'Start over' }).click();
  complaints.expect(/net::ERR_INTERNET_DISCONNECTED/);
  await context.setOffline(true);
  await person.typesInto('E-mail address', person.email);
  await person.typesInto('Password', person.password);
  await person.press('Sign in');
  await person.reads('The server does not answer.');
  await look('no answer');
  await context.setOffline(false);
  await person.press('Sign in');
  await person.press('Use a passkey');
  await person.press('Continue with passkey');
  await person.title('Your account');
  await passed(person, look);
}

async function goodbye(person: AccountHolder, look: Look): Promise<void> {
  await person.opens('/account/data');
  await person.press('Delete account');
  await person.typesInto(`Type ${person.email} to confirm`, person.email);
  await person.answersDialog('Erase everything');
  await person.title('Your account has been deleted');
  await look('receipt');
}

async function dialog(person: AccountHolder, opener: string, look: Look): Promise<void> {
  await person.press(opener);
  await person.dialog.waitFor();
  await look(`dialog ${opener}`);
  await person.page.keyboard.press('Escape');
  await person.dialogIsGone();
}

/** Another session of the account, from a program that says nothing of itself. */
async function elsewhere(person: AccountHolder): Promise<void> {
  const call = (path: string, token: string | undefined, body: unknown) =>
    fetch(person.home + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
  const { email, password } = person;
  const signedIn = await call('/user/auth/sign-in', undefined, { email, password });
  const { verification_token: token } = (await signedIn.json()) as { verification_token: string };
  await call('/user/auth/recovery-code', token, { code: person.spareCode });
}
