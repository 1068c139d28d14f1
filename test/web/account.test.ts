import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { AccountHolder } from '../support/web/account-holder.js';
import { type Scene, openScene } from '../support/web/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ FACE_WORKERS: '1' });
});
afterEach(() => scene.chromium.endVisits());
afterAll(() => scene.close());

async function newcomer(): Promise<AccountHolder> {
  const { page } = await scene.chromium.visitor();
  const person = new AccountHolder(scene, page);
  await person.signUp();
  return person;
}

/** The same person at another device. */
async function elsewhere(person: AccountHolder): Promise<AccountHolder> {
  const { page } = await scene.chromium.visitor();
  const there = Object.assign(new AccountHolder(scene, page), { email: person.email });
  await there.signIn();
  await there.title('Your account');
  return there;
}

describe('the face check', () => {
  it('is switched off by who says so twice', async () => {
    const person = await newcomer();
    await person.enrolsPicture();
    await person.opens('/account/face');
    await person.sees('heading', 'The face check is on');

    await person.press('Switch off');
    await person.sees('heading', 'Switch the face check off?');
    await person.page.keyboard.press('Escape');
    await person.dialogIsGone();
    await person.press('Switch off');
    await person.answersDialog('Cancel');
    await person.dialogIsGone();
    await person.page.reload();
    await person.sees('heading', 'The face check is on');

    await person.press('Switch off');
    await person.reads('There is no passkey on this account');
    await person.answersDialog('Switch off');
    await person.reads('The reference of your face has been erased.');
    await person.sees('heading', 'The face check is off');
    await person.signOut();
    await person.signIn();
    await person.title('Your account');
  });

  it('is off when the consent is withdrawn', async () => {
    const person = await newcomer();
    await person.enrolsPicture();
    await person.opens('/account/face');
    await person.reads(/You agreed to version 1 on/);
    await person.page.getByText('Read the text').click();
    await person.page.getByRole('region', { name: 'The text' }).waitFor();

    await person.press('Withdraw consent');
    await person.page.keyboard.press('Escape');
    await person.dialogIsGone();
    await person.sees('heading', 'The face check is on');
    await person.press('Withdraw consent');
    await person.answersDialog('Withdraw consent');
    await person.reads('Your consent is withdrawn.');
    await person.sees('heading', 'The face check is off');
    expect(await person.page.getByRole('button', { name: 'Withdraw consent' }).count()).toBe(0);
    await person.page.getByRole('link', { name: 'Set up the face check' }).click();
    await person.sees('heading', 'Before the camera starts');
  });
});

describe('the sessions', () => {
  it('are listed, and another one can be ended', async () => {
    const person = await newcomer();
    await person.opens('/account/sessions');
    await person.reads('You are signed in on this device only.');
    const there = await elsewhere(person);
    await person.page.reload();
    const list = person.page.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
    await expect.poll(() => list.count()).toBe(2);
    expect(await list.first().innerText()).toMatch(/Chrome.*\n*.*This device/);
    expect(await list.last().innerText()).not.toContain('This device');

    await list.last().getByRole('button').click();
    await person.reads('The session has been ended.');
    await expect.poll(() => list.count()).toBe(1);
    await there.page.getByRole('navigation').getByRole('link', { name: 'Face check' }).click();
    await there.reads('Your session has ended. Sign in again to go on where you were.');
    await there.typesInto('Password', there.password);
    await there.press('Sign in');
    await there.title('Face check');
  });

  it('are all ended but this one', async () => {
    const person = await newcomer();
    const there = [await elsewhere(person), await elsewhere(person)];
    await person.opens('/account/sessions');
    await person.press('End all others');
    await person.answersDialog('Cancel');
    await person.dialogIsGone();
    await person.press('End all others');
    await person.answersDialog('End all others');
    await person.reads('2 sessions have been ended.');
    await person.reads('You are signed in on this device only.');
    for (const { page } of there) {
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    }
  });
});

describe('notices', () => {
  it('are shown until they are marked as seen, and kept afterwards', async () => {
    const person = await newcomer();
    await person.opens('/account/notices');
    await person.sees('heading', 'There are no notices');
    await person.makesCodes();
    await person.enrolsPicture();
    await person.opens('/account');
    await person.reads('There are 2 new notices about your account.');
    await person.page.getByRole('link', { name: 'Read', exact: true }).click();
    await person.title('Notices');

    const fresh = person.page.getByRole('region', { name: 'New' }).getByRole('listitem');
    const seen = person.page.getByRole('region', { name: 'Earlier' }).getByRole('listitem');
    expect(await fresh.count()).toBe(2);
    await person.reads(/Recovery codes were/);
    await fresh
      .filter({ hasText: /Recovery codes were/ })
      .getByRole('button')
      .click();
    await expect.poll(() => seen.count()).toBe(1);
    await fresh.getByRole('button').click();
    await expect.poll(() => fresh.count()).toBe(0);
    await person.page.reload();
    await expect.poll(() => seen.count()).toBe(2);
    await person.opens('/account');
    await person.reads('Nothing new');
    expect(await person.page.getByText(/new notice/).count()).toBe(0);
  });
});

describe('the password', () => {
  it('is changed by who knows it, and signs out every other device', async () => {
    const person = await newcomer();
    const there = await elsewhere(person);
    await person.opens('/account/password');
    await person.press('Change password');
    expect(await person.saidOf('Current password')).toBe('Type your password.');
    await person.typesInto('Current password', 'not the one');
    await person.typesInto('New password', 'four rivers and a bridge');
    await person.press('Change password');
    expect(await person.saidOf('Current password')).toBe('This is not your current password.');
    const next = person.page.getByLabel('New password', { exact: true });
    expect(await next.inputValue()).toBe('four rivers and a bridge');
    await person.typesInto('Current password', person.password);
    await person.typesInto('New password', 'password');
    await person.press('Change password');
    await expect.poll(() => person.saidOf('New password')).toContain('lists that attackers try first');
    await person.typesInto('New password', 'four rivers and a bridge');
    await person.press('Change password');
    await person.reads('Your password has been changed.');
    expect(await next.inputValue()).toBe('');

    await there.page.reload();
    await there.sees('button', 'Sign in');
    await there.signIn();
    await there.reads('The e-mail address or the password is wrong.');
    await there.typesInto('Password', 'four rivers and a bridge');
    await there.press('Sign in');
    await there.reads(person.email);
  });
});

describe('what is stored', () => {
  it('is handed over as a file', async () => {
    const person = await newcomer();
    await person.enrolsPicture();
    await person.opens('/account/data');
    const { name, text } = await person.downloads('Download');
    expect(name).toBe('vultus-account.json');
    const data = JSON.parse(text) as {
      account: { email: string };
      face: { fv: number[] };
      consents: unknown[];
    };
    expect(data.account.email).toBe(person.email);
    expect(data.face.fv.length).toBeGreaterThan(100);
    expect(data.consents).toHaveLength(1);
    await person.reads('The file has been handed to your browser.');
  });

  it('is erased by who types their address, and a receipt is offered', async () => {
    const person = await newcomer();
    await person.opens('/account/data');
    await person.press('Delete account');
    await person.answersDialog('Cancel');
    await person.dialogIsGone();
    await person.press('Delete account');
    const field = `Type ${person.email} to confirm`;
    await person.typesInto(field, 'somebody@example.org');
    await person.answersDialog('Erase everything');
    expect(await person.saidOf(field)).toBe('This is not the e-mail address of this account.');
    await person.typesInto(field, person.email.toUpperCase());
    await person.answersDialog('Erase everything');

    await person.title('Your account has been deleted');
    const { name, text } = await person.downloads('Save the receipt');
    expect(name).toBe('vultus-receipt.json');
    const { receipt } = JSON.parse(text) as { receipt: { account_id: string; signature: string } };
    await person.reads(receipt.account_id);
    await person.reads(receipt.signature);
    await person.signIn();
    await person.reads('The e-mail address or the password is wrong.');
  });
});

describe('a sign-in that was some time ago', () => {
  let hasty: Scene;
  beforeAll(async () => {
    hasty = await openScene({ REAUTH_MAX_AGE: '10', FACE_WORKERS: '1' });
  });
  afterEach(() => hasty.chromium.endVisits());
  afterAll(() => hasty.close());

  it('is asked for again before the protection changes, and then it goes on where the person was', async () => {
    const { page } = await hasty.chromium.visitor();
    const person = new AccountHolder(hasty, page);
    await person.signUp();
    await person.opens('/account/password');
    await person.typesInto('Current password', person.password);
    await person.typesInto('New password', 'four rivers and a bridge');
    // The server's clock cannot be put forward.
    await sleep(10_500);
    await person.press('Change password');
    await person.sees('heading', 'Sign in again');
    await page.keyboard.press('Escape');
    await person.dialogIsGone();
    expect(await page.getByLabel('New password', { exact: true }).inputValue()).toBe(
      'four rivers and a bridge',
    );
    expect(await page.getByRole('alert').count()).toBe(0);

    await person.press('Change password');
    await person.sees('heading', 'Sign in again');
    const address = person.dialog.getByLabel('E-mail address');
    expect(await address.inputValue()).toBe(person.email);
    await person.dialog.getByLabel('Password', { exact: true }).fill('not the one');
    await person.answersDialog('Continue');
    await person.reads('The e-mail address or the password is wrong.');
    await person.dialog.getByLabel('Password', { exact: true }).fill(person.password);
    await person.answersDialog('Continue');
    await person.dialogIsGone();
    await person.reads('Your password has been changed.');
    expect(new URL(page.url()).pathname).toBe('/account/password');
  });
});
