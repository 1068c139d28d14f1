import type { CameraChoice } from '../camera.js';
import { type CheckState, isStage } from '../check-state.js';
import type { CheckScreen } from '../check-runner.js';
import { styles } from '../style/styles.js';
import { CameraScene } from './camera-scene.js';
import { html } from './dom.js';
import { instructionOf } from './instruction.js';
import { introduction } from './introduction.js';
import { LightScreen } from './light-screen.js';
import { PanelView } from './panel-view.js';
import { panelOf } from './panels.js';
import type { ViewContext } from './view-context.js';

/** All that is seen of a face check, inside a shadow root. */
export class CheckView implements CheckScreen {
  readonly #card = html('div', { class: 'card', part: 'card' });
  /** The only place that is read out by itself; it follows what is asked, not every flicker. */
  readonly #announcer = html('p', { class: 'announcer', role: 'status' });
  readonly #scene: CameraScene;
  readonly #light: LightScreen;
  readonly #root: ShadowRoot;
  #panel: PanelView | null = null;
  #shown: CheckState | null = null;

  constructor(
    root: ShadowRoot,
    private readonly context: () => ViewContext,
  ) {
    this.#root = root;
    this.#scene = new CameraScene(context);
    this.#light = new LightScreen(context);
    root.adoptedStyleSheets = styles();
    root.append(html('div', { class: 'check' }, this.#card, this.#announcer, this.#light.element));
  }

  get video(): HTMLVideoElement {
    return this.#scene.video;
  }

  show(state: CheckState): void {
    const before = this.#shown;
    this.#shown = state;
    this.#describe(state);
    // First: while its dialog is open, nothing else can have the focus or be read out.
    this.#light.show(state);
    const panel = panelOf(state, this.context());
    if (panel && this.#panel && before?.name === state.name) this.#panel.update(panel);
    else if (panel) {
      this.#panel = new PanelView(panel);
      this.#replace(this.#panel.element, before);
    } else {
      this.#panel = null;
      if (state.name !== 'introduction') this.#showScene(state, before);
      else this.#replace(introduction(this.context()), before);
    }
  }

  /** Other texts or choices: the same state once more. */
  refresh(): void {
    const state = this.#shown;
    if (!state) return;
    this.#panel = null;
    this.show(state);
  }

  offerCameras(cameras: readonly CameraChoice[], id: string): void {
    this.#scene.offerCameras(cameras, id);
    if (this.#shown && this.#scene.element.isConnected) this.#scene.show(this.#shown);
  }

  #showScene(state: CheckState, before: CheckState | null): void {
    this.#scene.show(state);
    if (!this.#scene.element.isConnected) {
      this.#replace(this.#scene.element, before);
      // A video that leaves the document pauses, and does not go on by itself.
      if (this.video.srcObject) void this.video.play().catch(() => undefined);
    }
    this.#announce(instructionOf(state, this.context()));
  }

  /** For tests and for stylesheets of the element itself. */
  #describe(state: CheckState): void {
    const root = this.#card.parentElement!;
    const { texts } = this.context();
    root.lang = texts.language;
    root.dataset['state'] = state.name;
    const stage = isStage(state) ? state.shown.stage : null;
    root.dataset['stage'] = stage?.kind ?? '';
    root.dataset['movement'] = stage?.kind === 'movement' ? stage.movement : '';
  }

  #replace(element: HTMLElement, before: CheckState | null): void {
    // Whoever has come this far by a button of this element goes on from here; nobody else is torn away.
    const hadFocus = this.#root.activeElement !== null;
    this.#card.replaceChildren(element);
    this.#announcer.textContent = '';
    if (!before || !hadFocus) return;
    const target = element.querySelector<HTMLElement>('.title') ?? element;
    target.focus({ preventScroll: true });
  }

  #announce(text: string): void {
    if (this.#announcer.textContent !== text) this.#announcer.textContent = text;
  }
}
