import { type CheckState, isStage } from '../check-state.js';
import type { CameraChoice } from '../camera.js';
import { html } from './dom.js';
import { icon, movingFace } from './icons.js';
import { instructionOf } from './instruction.js';
import { ProgressRing } from './progress-ring.js';
import type { ViewContext } from './view-context.js';

/** The camera's picture in an oval, and one thing at a time that is asked for. */
export class CameraScene {
  readonly element: HTMLElement;
  readonly video = html('video', {
    class: 'video',
    part: 'video',
    muted: true,
    playsinline: true,
    tabindex: -1,
  });
  readonly #instruction = html('p', { class: 'instruction', part: 'instruction' });
  readonly #progress = html('p', { class: 'progress', part: 'progress' });
  readonly #figure = movingFace();
  readonly #ring = new ProgressRing();
  readonly #tick = html('div', { class: 'step-done' }, icon('tick'));
  readonly #cameras: HTMLSelectElement;
  readonly #shutter: HTMLButtonElement;
  readonly #cancel: HTMLButtonElement;
  #cameraChoices: readonly CameraChoice[] = [];
  #cameraId = '';
  #done = 0;

  constructor(private readonly context: () => ViewContext) {
    // The attribute alone does not silence a video that is made by a script.
    this.video.muted = true;
    this.video.setAttribute('aria-hidden', 'true');
    this.#cameras = html('select', {
      class: 'cameras',
      part: 'cameras',
      change: () => {
        this.context().actions.chooseCamera(this.#cameras.value);
      },
    });
    this.#shutter = html('button', {
      class: 'primary shutter',
      part: 'button primary',
      type: 'button',
      click: () => {
        this.context().actions.takePicture();
        // The button goes; whoever pressed it stays.
        this.element.focus({ preventScroll: true });
      },
    });
    this.#cancel = html(
      'button',
      {
        class: 'quiet',
        part: 'cancel',
        type: 'button',
        click: () => {
          this.context().actions.cancel();
        },
      },
      icon('cross'),
    );
    this.element = html(
      'section',
      { class: 'scene', tabindex: -1 },
      html('div', { class: 'bar' }, this.#cancel, this.#progress),
      html('div', { class: 'ask' }, this.#figure, this.#instruction),
      html(
        'div',
        { class: 'oval', part: 'oval' },
        this.video,
        this.#ring.element,
        html('div', { class: 'side left' }, icon('chevron')),
        html('div', { class: 'side right' }, icon('chevron')),
        this.#tick,
      ),
      html('div', { class: 'below' }, this.#cameras, this.#shutter),
    );
  }

  show(state: CheckState): void {
    const context = this.context();
    const { texts, purpose } = context;
    const stage = isStage(state) ? state.shown.stage : null;
    const { done, total } = isStage(state) ? state.shown : { done: this.#done, total: 0 };
    this.element.setAttribute('aria-label', texts.say('label'));
    this.element.setAttribute('data-scene', state.name);
    this.element.setAttribute('data-hint', isStage(state) ? (state.hint ?? '') : '');
    const movement = stage?.kind === 'movement' ? stage.movement : '';
    const isBack = isStage(state) && state.hint === 'return_to_rest';
    this.element.setAttribute('data-movement', isBack ? '' : movement);
    this.#figure.toggleAttribute('data-shown', movement !== '');
    this.#instruction.textContent = instructionOf(state, context);
    this.#progress.textContent =
      total > 0 ? texts.say('step', { step: Math.min(done + 1, total), total }) : '';
    if (isStage(state) || state.name === 'connecting') this.#ring.show(done, total);
    if (done > this.#done) this.#praise();
    this.#done = done;
    this.#cancel.setAttribute('aria-label', texts.say('cancel'));
    this.#shutter.textContent = texts.say('picture.take');
    this.#shutter.hidden = !(state.name === 'live_not_offered' && purpose === 'enrolment');
    this.#showCameras(state);
  }

  offerCameras(cameras: readonly CameraChoice[], id: string): void {
    this.#cameraChoices = cameras;
    this.#cameraId = id;
  }

  #showCameras(state: CheckState): void {
    const { texts } = this.context();
    const isTime = state.name === 'positioning' || state.name === 'live_not_offered';
    this.#cameras.hidden = !isTime || this.#cameraChoices.length < 2;
    this.#cameras.setAttribute('aria-label', texts.say('camera.choose'));
    if (this.#cameras.hidden) return;
    const names = this.#cameraChoices.map(
      ({ label }, i) => label || texts.say('camera.unnamed', { number: i + 1 }),
    );
    const shown = [...this.#cameras.options].map(({ text }) => text);
    if (shown.join('\n') !== names.join('\n')) {
      this.#cameras.replaceChildren(
        ...this.#cameraChoices.map(({ id }, i) => html('option', { value: id }, names[i]!)),
      );
    }
    this.#cameras.value = this.#cameraId;
  }

  /** A step was done: seen from the corner of an eye. */
  #praise(): void {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const from = isStill ? {} : { transform: 'scale(0.6)' };
    this.#tick.animate(
      [
        { opacity: 0, ...from },
        { opacity: 1, transform: 'scale(1)', offset: 0.25 },
        { opacity: 1, transform: 'scale(1)', offset: 0.7 },
        { opacity: 0, transform: 'scale(1)' },
      ],
      { duration: 900 },
    );
  }
}
