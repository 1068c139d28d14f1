import type { AccountHolder } from './account-holder.js';
import type { StagedCheck } from './staged-check.js';

/** Is called in every state of the page and of its face check. */
export type Look = (state: string) => Promise<void>;

export async function enrolment(person: AccountHolder, check: StagedCheck, look: Look): Promise<void> {
  const { page } = person;
  await person.opens('/account/face/enrol');
  await person.sees('heading', 'Before the camera starts');
  await look('consent');
  await page.getByRole('checkbox').check();
  await person.press('Continue');
  await person.reaches('introduction');
  await look('introduction');
  await page.getByText('There is something I cannot do').click();
  await look('introduction, what I cannot do');
  await person.startCheck('Strong');
  await check.begins();
  await person.reaches('positioning');
  await look('positioning');
  check.hints('too_dark');
  await person.reads('More light on your face');
  await look('positioning with a hint');
  check.asks({ kind: 'rest' });
  await person.reaches('rest');
  await look('rest');
  for (const movement of ['turn_left', 'turn_right', 'open_mouth', 'blink', 'nod', 'come_closer'] as const) {
    check.asks({ kind: 'movement', movement });
    await person.reaches('movement');
    await page.locator(`.scene[data-movement="${movement}"]`).waitFor();
    if (movement === 'turn_left' || movement === 'come_closer') await look(`movement ${movement}`);
  }
  for (const [position, colour] of (
    ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta'] as const
  ).entries()) {
    check.asks({ kind: 'light', mode: 'full', colour, position, of: 6 });
    await person.reaches('light');
    await page.locator(`[data-colour="${colour}"]`).first().waitFor();
    await look(`light ${colour}`);
  }
  check.asks({ kind: 'light', mode: 'low', colour: 'blue', position: 5, of: 6 });
  await page.locator('[data-mode="low"]').waitFor();
  await look('light, gentle');
  check.refuses('live_check_failed', 422, ['light_not_reflected']);
  await person.reaches('failed');
  await look('failed for the light');
  await person.press('Try again');
  await check.begins();
  check.asks({ kind: 'movement', movement: 'nod' });
  check.asks({ kind: 'movement', movement: 'nod' });
  check.asks({ kind: 'movement', movement: 'nod' });
  await person.reaches('movement');
  check.decides();
  await person.reaches('deciding');
  await look('deciding');
  // Of another account it would be somebody else's, and the page would begin anew.
  check.passes({ id: await accountId(person), email: person.email, fv: [0.1] });
  await person.reads('The face check is set up');
  await look('enrolled');
}

export async function signInStates(person: AccountHolder, check: StagedCheck, look: Look): Promise<void> {
  await person.signOut();
  await person.reads('You are signed out.');
  await look('signed out');
  await person.signIn();
  await person.title('Confirm that it is you');
  await person.reaches('introduction');
  await look('sign-in with a face');
  await person.startCheck('None');
  await check.begins();
  await person.reaches('positioning');
  await look('sign-in, positioning');
  check.refuses('face_mismatch', 401);
  await person.reaches('failed');
  await person.sees('heading', 'Your face was not recognised');
  await look('face not recognised');
  await person.press('Use a passkey');
  await person.sees('button', 'Continue with passkey');
  await look('passkey');
  await person.press('Use a recovery code');
  await person.typesInto('Recovery code', '7K3M-Q9TD-2XVB-HW5E');
  await person.press('Continue with code');
  await person.reads('The code is wrong');
  await look('recovery code that is wrong');
  await person.press('Use the face check');
  await person.startCheck('None');
  await check.begins();
  check.refuses('too_many_attempts', 429);
  await person.sees('heading', 'This sign-in is over');
  await look('sign-in that is over');
  await person.press('Start over');
}

function accountId({ page }: AccountHolder): Promise<string> {
  return page.evaluate(async () => {
    const { user } = (await (await fetch('/user')).json()) as { user: { id: string } };
    return user.id;
  });
}

/** At once the page goes on to the account, but other sites let it stand: the element with a client that has passed. */
export async function passed(person: AccountHolder, look: Look): Promise<void> {
  await person.page.context().grantPermissions(['camera']);
  await person.opens('/account');
  await person.page.evaluate(`(async () => {
    await import('/vultus-face-check.js');
    const element = document.createElement('vultus-face-check');
    const session = {
      on: () => () => {}, start() {}, stop() {}, close() {}, wantsFrame: () => false, sendFrame: () => false,
      result: Promise.resolve({ outcome: 'passed', user: { id: 'u', email: 'ada@example.org', fv: [] } }),
    };
    element.client = { openLiveSession: async () => session };
    document.querySelector('h1').after(element);
    element.start();
  })()`);
  await person.reaches('passed');
  await look('passed');
}
