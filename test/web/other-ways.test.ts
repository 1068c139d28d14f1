import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { AccountHolder } from '../support/web/account-holder.js';
import type { Visitor } from '../support/web/chromium.js';
import { openNamedScene } from '../support/web/named-scene.js';
import type { Scene } from '../support/web/scene.js';
import { addSecurityKey } from '../support/web/security-key.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openNamedScene({ FACE_WORKERS: '1' });
});
afterEach(() => scene.chromium.endVisits());
afterAll(() => scene.close());

async function newcomer(): Promise<{ person: AccountHolder; visitor: Visitor }> {
  const visitor = await scene.chromium.visitor();
  const person = new AccountHolder(scene, visitor.page);
  await person.signUp();
  return { person, visitor };
}

describe('recovery codes', () => {
  it('are shown once, to be copied and saved', async () => {
    const { person, visitor } = await newcomer();
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'], {
      origin: scene.server.url,
    });
    const codes = await person.makesCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);

    await person.press('Copy');
    await person.reads('Copied.');
    expect(await person.page.evaluate('navigator.clipboard.readText()')).toBe(codes.join('\n'));

    const { name, text } = await person.downloads('Save as text');
    expect(name).toBe('vultus-recovery-codes.txt');
    expect(text).toContain(person.email);
    expect(text.trim().split('\n').slice(2)).toEqual(codes);

    await person.press('I have kept them');
    await person.sees('heading', 'There are 10 recovery codes left');
    expect(await person.codesShown()).toEqual([]);
    await person.page.reload();
    await person.sees('heading', 'There are 10 recovery codes left');
    expect(await person.page.content()).not.toContain(codes[0]);
  });

  it('are replaced only by who says so twice', async () => {
    const { person } = await newcomer();
    const codes = await person.makesCodes();
    await person.press('I have kept them');
    await person.press('Make new codes');
    await person.answersDialog('Cancel');
    await person.dialogIsGone();
    await person.sees('heading', 'There are 10 recovery codes left');
    await person.press('Make new codes');
    await person.answersDialog('Make new codes');
    await person.sees('heading', 'Keep these codes now');
    const others = await person.codesShown();
    expect(others).toHaveLength(10);
    expect(others.filter((code) => codes.includes(code))).toEqual([]);
  });

  it('complete a sign-in in the place of the face, each of them once', async () => {
    const { person } = await newcomer();
    const [code] = await person.makesCodes();
    await person.enrolsPicture();
    await person.opens('/account');
    await person.signOut();

    await person.signIn();
    await person.title('Confirm that it is you');
    await person.reaches('introduction');
    await person.press('Use a recovery code');
    await person.press('Continue with code');
    expect(await person.saidOf('Recovery code')).toContain('Type one of your codes.');
    await person.typesInto('Recovery code', '7K3M-Q9TD-2XVB-HW5E');
    await person.press('Continue with code');
    await person.reads('The code is wrong');
    expect(await person.page.getByLabel('Recovery code', { exact: true }).inputValue()).toBe(
      '7K3M-Q9TD-2XVB-HW5E',
    );
    await person.typesInto('Recovery code', code!.toLowerCase().replaceAll('-', ' '));
    await person.press('Continue with code');
    await person.title('Your account');
    await person.opens('/account/recovery-codes');
    await person.sees('heading', 'There are 9 recovery codes left');
    await person.signOut();

    await person.signIn();
    await person.press('Use a recovery code');
    await person.typesInto('Recovery code', code!);
    await person.press('Continue with code');
    await person.reads('The code is wrong');
  });
});

describe('a passkey', () => {
  it('is added, completes a sign-in, and is removed', async () => {
    const { person } = await newcomer();
    await addSecurityKey(person.page);
    await person.opens('/account/passkeys');
    await person.press('Add passkey');
    expect(await person.saidOf('Name')).toBe('Give the passkey a name.');
    await person.typesInto('Name', 'The blue key');
    await person.press('Add passkey');
    await person.reads('The passkey “The blue key” has been added.');
    await person.reads(/not used yet/);
    await person.signOut();

    await person.signIn();
    await person.title('Confirm that it is you');
    await person.press('Continue with passkey');
    await person.title('Your account');
    await person.opens('/account/passkeys');
    await person.reads(/last used/);
    await person.opens('/account/sessions');
    await person.reads(/with password and passkey/);

    await person.opens('/account/passkeys');
    await person.press('Remove The blue key');
    await person.page.keyboard.press('Escape');
    await person.dialogIsGone();
    await person.press('Remove The blue key');
    await person.answersDialog('Remove');
    await person.reads('The passkey “The blue key” has been removed.');
    await person.sees('heading', 'There is no passkey yet');
  });

  it('that the person does not show leaves the choice open', async () => {
    const { person } = await newcomer();
    const key = await addSecurityKey(person.page);
    await person.enrolsPicture();
    await person.opens('/account/passkeys');
    await person.typesInto('Name', 'Key');
    await person.press('Add passkey');
    await person.reads('The passkey “Key” has been added.');
    await person.signOut();

    await key.refuse();
    await person.signIn();
    await person.press('Use a passkey');
    await person.press('Continue with passkey');
    await person.reads('No passkey was used. Try again, or choose another way.');
    await key.agree();
    await person.press('Continue with passkey');
    await person.title('Your account');
  });
});

describe('the password alone', () => {
  it('is not enough where there is a second factor, whatever address is tried', async () => {
    const { person } = await newcomer();
    await person.enrolsPicture();
    await person.opens('/account');
    await person.signOut();
    await person.signIn();
    await person.title('Confirm that it is you');
    await person.reaches('introduction');
    const ways = await person.page.getByRole('main').getByRole('button').allInnerTexts();
    expect(ways.sort()).toEqual(['Cancel', 'Start', 'Start over']);

    for (const path of ['/account', '/account/data', '/sign-in/verification?next=/account']) {
      await person.page.goto(scene.server.url + path);
      await person.sees('button', path.startsWith('/sign-in') ? 'Start over' : 'Sign in');
      expect(await person.page.getByText(person.email).count()).toBe(0);
    }
    await person.press('Start over');
    await person.title('Sign in');
    const answer = await person.page.evaluate(
      async () => (await fetch('/user', { headers: { 'vultus-token-transport': 'cookie' } })).status,
    );
    expect(answer).toBe(401);
  });
});
