import { type CheckState, isStage } from '../check-state.js';
import { html } from './dom.js';
import { icon } from './icons.js';
import { instructionOf } from './instruction.js';
import type { ViewContext } from './view-context.js';

/** The whole window in one colour, above everything else of the page; a line of text at the rim that is near the camera. */
export class LightScreen {
  readonly #text = html('p', { id: 'light-text' });
  readonly #cancel: HTMLButtonElement;
  readonly element: HTMLDialogElement;

  constructor(private readonly context: () => ViewContext) {
    this.#cancel = html(
      'button',
      {
        class: 'quiet',
        type: 'button',
        click: () => {
          this.context().actions.cancel();
        },
      },
      icon('cross'),
    );
    this.element = html(
      'dialog',
      {
        class: 'light',
        'aria-labelledby': 'light-text',
        cancel: (event) => {
          event.preventDefault();
          this.context().actions.cancel();
        },
      },
      html('div', { class: 'rim' }, this.#text, this.#cancel),
    );
  }

  show(state: CheckState): void {
    const stage = isStage(state) ? state.shown.stage : null;
    if (stage?.kind !== 'light') {
      if (this.element.open) this.element.close();
      return;
    }
    this.#text.textContent = instructionOf(state, this.context());
    this.#cancel.setAttribute('aria-label', this.context().texts.say('cancel'));
    this.element.setAttribute('data-colour', stage.colour);
    this.element.setAttribute('data-mode', stage.mode);
    if (!this.element.open) this.element.showModal();
  }
}
