import type { LightMode } from '@vultus/client';

import type { Purpose } from '../check-state.js';
import type { Choices } from '../choices.js';
import type { Texts } from '../messages/texts.js';

/** What the person wants; the element does it. */
export interface Actions {
  start(choices: Choices): void;
  /** The same choices once more. */
  retry(): void;
  /** Once without coloured light; what is remembered stays. */
  retryWithoutLight(): void;
  changeChoices(): void;
  cancel(): void;
  takePicture(): void;
  chooseCamera(id: string): void;
}

/** What all that is shown depends on beside the state. */
export interface ViewContext {
  readonly texts: Texts;
  readonly purpose: Purpose;
  readonly choices: Choices;
  /** That the page allows; the person can always choose less. */
  readonly strongestLight: LightMode;
  readonly actions: Actions;
}
