import type { LightMode, Movement } from '@vultus/client';

import { type Choices, LIGHTS, MOVEMENTS, gentler, missingAbilities } from '../choices.js';
import { html } from './dom.js';
import { type IconName, icon } from './icons.js';
import type { ViewContext } from './view-context.js';

/** What will happen, and what the person wants to be asked for. */
export function introduction(context: ViewContext): HTMLElement {
  const { texts, purpose, actions, choices, strongestLight } = context;
  const complaint = html('p', { class: 'complaint', part: 'complaint', role: 'alert' });
  const form = html(
    'form',
    {
      class: 'panel introduction',
      submit: (event) => {
        event.preventDefault();
        const chosen = choicesIn(form, choices);
        const missing = missingAbilities({ ...chosen, light: gentler(chosen.light, strongestLight) });
        complaint.textContent = missing ? texts.say(`abilities.too_few.${missing}`) : '';
        if (!missing) actions.start(chosen);
      },
    },
    html('h2', { class: 'title', part: 'title', tabindex: -1 }, texts.say(`introduction.${purpose}`)),
    html(
      'ul',
      { class: 'steps', part: 'steps' },
      step('face', texts.say('introduction.place')),
      step('steps', texts.say('introduction.follow')),
    ),
    strongestLight === 'none' ? null : lightChoice(context),
    abilities(context),
    complaint,
    html(
      'div',
      { class: 'buttons' },
      html('button', { class: 'primary', part: 'button primary' }, texts.say('start')),
      html(
        'button',
        {
          class: 'secondary',
          part: 'button secondary',
          type: 'button',
          click: () => {
            actions.cancel();
          },
        },
        texts.say('cancel'),
      ),
    ),
    html('p', { class: 'privacy', part: 'privacy' }, icon('lock'), texts.say('introduction.privacy')),
  );
  return form;
}

function step(name: IconName, text: string): HTMLElement {
  return html('li', {}, icon(name), html('span', {}, text));
}

function lightChoice({ texts, choices, strongestLight }: ViewContext): HTMLElement {
  const offered = LIGHTS.slice(LIGHTS.indexOf(strongestLight));
  const chosen = gentler(choices.light, strongestLight);
  const warning = strongestLight === 'low' ? 'light.warning.low' : 'light.warning';
  return html(
    'fieldset',
    { class: 'light-choice', 'aria-describedby': 'light-warning' },
    html('legend', {}, texts.say('light.legend')),
    html('p', { class: 'warning', id: 'light-warning' }, texts.say(warning)),
    ...offered.map((light) =>
      html(
        'label',
        { class: 'option' },
        html('input', { type: 'radio', name: 'light', value: light, checked: light === chosen }),
        html(
          'span',
          {},
          html('span', { class: 'option-name' }, texts.say(`light.${light}`)),
          ' ',
          html('span', { class: 'option-about' }, texts.say(`light.${light}.about`)),
        ),
      ),
    ),
  );
}

function abilities({ texts, choices }: ViewContext): HTMLElement {
  return html(
    'details',
    { open: choices.without.length > 0 },
    html('summary', {}, texts.say('abilities.summary')),
    html(
      'fieldset',
      { class: 'abilities' },
      html('legend', {}, texts.say('abilities.legend')),
      ...MOVEMENTS.map((movement) =>
        html(
          'label',
          { class: 'ability' },
          html('input', {
            type: 'checkbox',
            name: 'without',
            value: movement,
            checked: choices.without.includes(movement),
          }),
          html('span', {}, texts.say(`abilities.${movement}`)),
        ),
      ),
    ),
  );
}

function choicesIn(form: HTMLFormElement, before: Choices): Choices {
  const data = new FormData(form);
  return {
    light: (data.get('light') as LightMode | null) ?? before.light,
    without: data.getAll('without') as Movement[],
    cameraId: before.cameraId,
  };
}
