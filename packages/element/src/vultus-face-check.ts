import type { LightMode, User, VultusClient, VultusProblem } from '@vultus/client';

import { CheckRunner } from './check-runner.js';
import { type CheckState, type Purpose, type StateName, isFinal, needsCamera } from './check-state.js';
import { type Choices, deviceStorage, gentler, rememberChoices, rememberedChoices } from './choices.js';
import { ColourPace } from './colour-pace.js';
import { type ElementClient, clientOf } from './element-client.js';
import type { MessageKey, Messages } from './messages/en.js';
import { Texts, nearestLanguage } from './messages/texts.js';
import { CheckView } from './view/check-view.js';
import type { ViewContext } from './view/view-context.js';

export type { MessageKey, Messages, Purpose, StateName };

/** Dispatched by `<vultus-face-check>`; all of them bubble, also out of shadow roots. */
export interface VultusFaceCheckEvents {
  'vultus-state': CustomEvent<{ readonly state: StateName }>;
  /** `token`: the authorization token, with bearer tokens and without a `client` of the page's own. */
  'vultus-passed': CustomEvent<{ readonly user: User; readonly token?: string }>;
  /** `final`: this sign-in or session is over, another try cannot help. */
  'vultus-failed': CustomEvent<{ readonly problem: VultusProblem; readonly final: boolean }>;
  'vultus-cancelled': CustomEvent<undefined>;
}

/** Where a module is loaded without a page, as when a site is rendered on a server, there is nothing to extend. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-condition, @typescript-eslint/no-extraneous-class -- see above
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as unknown);

/**
 * `<vultus-face-check>` leads a person through a live face check, and tells the page around what came of it.
 *
 * Attributes: `server-url`, `purpose`, `transport`, `token`, `consent-version`, `lang`, `light`, `autostart`.
 */
export class VultusFaceCheck extends Base {
  static readonly observedAttributes = ['lang', 'purpose', 'light'];

  /** Used instead of what the attributes say about the server. */
  client: VultusClient | null = null;
  #messages: Partial<Messages> = {};
  #choices: Choices = { light: 'full', without: [], cameraId: null };
  /** Whether the person has read about coloured light, now or before. */
  #isWarned = false;
  #elementClient: ElementClient | null = null;
  readonly #pace = new ColourPace();
  readonly #view: CheckView;
  readonly #runner: CheckRunner;

  constructor() {
    super();
    this.#view = new CheckView(this.attachShadow({ mode: 'open' }), () => this.#context());
    this.#runner = new CheckRunner(this.#view, this.#pace, (state, before) => {
      this.#tell(state, before);
    });
  }

  get state(): StateName {
    return this.#runner.state.name;
  }

  /** Texts in the place of the element's own. */
  get messages(): Partial<Messages> {
    return this.#messages;
  }

  set messages(messages: Partial<Messages>) {
    this.#messages = messages;
    if (this.isConnected) this.#view.refresh();
  }

  /** Begins at once, with the choices that are remembered, or begins anew. Without light for who was not warned of it. */
  start(): void {
    this.#start(this.#isWarned ? this.#choices : { ...this.#choices, light: 'none' });
  }

  /** Ends what is under way, as the person can by a button. */
  cancel(): void {
    this.#runner.happen({ type: 'cancelled' });
    this.#dispatch('vultus-cancelled', undefined);
  }

  connectedCallback(): void {
    const remembered = rememberedChoices(deviceStorage());
    this.#choices = remembered ?? { light: defaultLight(), without: [], cameraId: null };
    this.#view.show(this.#runner.state);
    this.addEventListener('keydown', this.#onKey);
    document.addEventListener('visibilitychange', this.#onVisibility);
    // Whoever has not chosen yet has not been warned of coloured light either.
    this.#isWarned = remembered !== null;
    const mayStart = this.#isWarned || this.#strongestLight() === 'none';
    if (this.hasAttribute('autostart') && mayStart) this.start();
  }

  disconnectedCallback(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.removeEventListener('keydown', this.#onKey);
    this.#runner.dispose();
    this.#elementClient = null;
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#view.refresh();
  }

  readonly #onVisibility = (): void => {
    if (document.hidden) this.#runner.happen({ type: 'page_hidden' });
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || !needsCamera(this.#runner.state)) return;
    // A dialog of the page around stays open: one press takes one step back.
    event.preventDefault();
    this.cancel();
  };

  #start(choices: Choices): void {
    // A sign-in that was started anew brings a new token; an earlier client would still have the old one.
    this.#elementClient = this.client
      ? { client: this.client, authorizationToken: () => undefined }
      : clientOf({
          serverUrl: this.getAttribute('server-url'),
          transport: this.getAttribute('transport'),
          token: this.getAttribute('token'),
          purpose: this.#purpose(),
        });
    this.#runner.start({
      client: this.#elementClient.client,
      purpose: this.#purpose(),
      consentVersion: this.getAttribute('consent-version') ?? undefined,
      choices: { ...choices, light: gentler(choices.light, this.#strongestLight()) },
    });
  }

  #choose(choices: Choices): void {
    this.#choices = choices;
    rememberChoices(deviceStorage(), choices);
  }

  #tell(state: CheckState, before: CheckState): void {
    if (state.name === before.name) return;
    this.#dispatch('vultus-state', { state: state.name });
    if (state.name === 'passed') {
      const token = this.#elementClient?.authorizationToken();
      this.#dispatch('vultus-passed', { user: state.user, ...(token === undefined ? {} : { token }) });
    } else if ('problem' in state && (state.name === 'failed' || isFinal(state))) {
      this.#dispatch('vultus-failed', { problem: state.problem, final: isFinal(state) });
    }
  }

  #dispatch<Type extends keyof VultusFaceCheckEvents>(
    type: Type,
    detail: VultusFaceCheckEvents[Type]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #purpose(): Purpose {
    return this.getAttribute('purpose') === 'enrolment' ? 'enrolment' : 'sign_in';
  }

  #strongestLight(): LightMode {
    const light = this.getAttribute('light');
    return light === 'low' || light === 'none' ? light : 'full';
  }

  #context(): ViewContext {
    return {
      texts: new Texts(nearestLanguage(this.#languageWishes()), this.#messages),
      purpose: this.#purpose(),
      choices: this.#choices,
      strongestLight: this.#strongestLight(),
      actions: {
        start: (choices) => {
          this.#isWarned = true;
          this.#choose(choices);
          this.#start(choices);
        },
        retry: () => {
          this.start();
        },
        retryWithoutLight: () => {
          this.#start({ ...this.#choices, light: 'none' });
        },
        changeChoices: () => {
          this.#runner.happen({ type: 'cancelled' });
        },
        cancel: () => {
          this.cancel();
        },
        takePicture: () => {
          void this.#runner.takePicture();
        },
        chooseCamera: (cameraId) => {
          this.#choose({ ...this.#choices, cameraId });
          void this.#runner.chooseCamera(cameraId);
        },
      },
    };
  }

  /** The nearest `lang` of the element and what it is in, through shadow roots; then the browser's. */
  #languageWishes(): readonly (string | null | undefined)[] {
    let element: Element | null = this.closest('[lang]');
    for (let host = hostOf(this); !element && host; host = hostOf(host)) element = host.closest('[lang]');
    return [element?.getAttribute('lang'), ...navigator.languages];
  }
}

function hostOf(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

/** Who asks for less movement is likelier to mind strong colours; they can choose all the same. */
function defaultLight(): LightMode {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'low' : 'full';
}

if ('customElements' in globalThis && !customElements.get('vultus-face-check')) {
  customElements.define('vultus-face-check', VultusFaceCheck);
}

declare global {
  interface HTMLElementTagNameMap {
    'vultus-face-check': VultusFaceCheck;
  }
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface is what can be merged
  interface HTMLElementEventMap extends VultusFaceCheckEvents {}
}
