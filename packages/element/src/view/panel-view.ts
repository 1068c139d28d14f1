import { html } from './dom.js';
import { icon } from './icons.js';
import type { Panel } from './panels.js';

/** A panel on the screen, whose text may count down without anything else moving. */
export class PanelView {
  readonly element: HTMLElement;
  readonly #text: HTMLElement;

  constructor(panel: Panel) {
    this.#text = html('p', { class: 'text', part: 'text' }, panel.text);
    this.element = html(
      'section',
      { class: 'panel message', 'data-tone': panel.tone },
      html('div', { class: 'emblem', part: 'emblem' }, icon(panel.icon)),
      html('h2', { class: 'title', part: 'title', tabindex: -1 }, panel.title),
      this.#text,
      panel.tips.length > 0
        ? html('ul', { class: 'tips' }, ...panel.tips.map((tip) => html('li', {}, tip)))
        : null,
      html(
        'div',
        { class: 'buttons' },
        ...panel.buttons.map(({ label, press }, i) => {
          const kind = i === 0 && panel.buttons.length > 1 ? 'primary' : 'secondary';
          return html('button', { class: kind, part: `button ${kind}`, type: 'button', click: press }, label);
        }),
      ),
      panel.note === null ? null : html('p', { class: 'note', part: 'note' }, panel.note),
    );
  }

  update(panel: Panel): void {
    this.#text.textContent = panel.text;
  }
}
