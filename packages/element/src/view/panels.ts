import { type CheckState, isFinal } from '../check-state.js';
import { browserFamily } from '../camera-failure.js';
import { problemWords } from '../messages/problem-words.js';
import type { IconName } from './icons.js';
import type { ViewContext } from './view-context.js';

export interface PanelButton {
  readonly label: string;
  readonly press: () => void;
}

/** A state in words: what is the matter, and the ways on. The first button is the one that helps. */
export interface Panel {
  readonly icon: IconName;
  readonly tone: 'plain' | 'good' | 'bad';
  readonly title: string;
  readonly text: string;
  readonly tips: readonly string[];
  /** Small print, for whoever helps. */
  readonly note: string | null;
  readonly buttons: readonly PanelButton[];
}

/** @returns null for what is shown with the camera's picture, and for the introduction */
export function panelOf(state: CheckState, context: ViewContext): Panel | null {
  const { texts, purpose } = context;
  switch (state.name) {
    case 'requesting_camera':
      return { ...plain('camera', 'requesting_camera', context), buttons: [cancel(context)] };
    case 'passed':
      return {
        ...PLAIN,
        icon: 'tick',
        tone: 'good',
        title: texts.say(`passed.${purpose}`),
        text: texts.say(`passed.${purpose}.text`),
      };
    case 'failed':
      return failed(state, context);
    case 'permission_refused': {
      const family = browserFamily(navigator.userAgent, navigator.maxTouchPoints);
      return trouble('camera', context, 'permission_refused', texts.say(`permission_refused.${family}`));
    }
    case 'no_camera':
    case 'camera_in_use':
    case 'camera_lost':
      return trouble('camera', context, state.name, texts.say(`${state.name}.text`));
    case 'camera_forbidden':
    case 'insecure_context':
      return { ...plain('alert', state.name, context), tone: 'bad', buttons: [back(context)] };
    case 'interrupted':
      return trouble('alert', context, 'interrupted', texts.say('interrupted.text'));
    case 'connection_lost':
      return state.retries
        ? {
            ...plain('link', 'connection_lost', context),
            text: texts.say('connection_lost.retrying'),
            buttons: [cancel(context)],
          }
        : trouble('link', context, 'connection_lost', texts.say('connection_lost.text'));
    case 'server_busy':
      return busy(state, context);
    case 'too_many_attempts':
      return {
        ...plain('clock', 'too_many_attempts', context),
        text:
          state.seconds > 0
            ? texts.say('too_many_attempts.wait', { time: texts.sayTime(state.seconds) })
            : texts.say('too_many_attempts.text'),
        buttons: [back(context)],
      };
    case 'expired':
      return { ...plain('clock', `expired`, context, `expired.${purpose}`), buttons: [back(context)] };
    case 'consent_required':
    case 'reauthentication_required':
      return { ...plain('lock', state.name, context), buttons: [back(context)] };
    case 'introduction':
    case 'connecting':
    case 'positioning':
    case 'rest':
    case 'movement':
    case 'light':
    case 'live_not_offered':
    case 'deciding':
      return null;
  }
}

const PLAIN = { tone: 'plain', tips: [], note: null, buttons: [] } as const;

type Titled =
  'requesting_camera' | 'connection_lost' | 'too_many_attempts' | 'expired' | 'server_busy' | WithText;
type WithText = 'camera_forbidden' | 'insecure_context' | 'consent_required' | 'reauthentication_required';

function plain(
  icon: IconName,
  name: Titled,
  { texts }: ViewContext,
  text:
    | 'expired.sign_in'
    | 'expired.enrolment'
    | `${Exclude<Titled, 'expired'>}.text` = `${name as WithText}.text`,
): Panel {
  return { ...PLAIN, icon, title: texts.say(`${name}.title`), text: texts.say(text) };
}

function trouble(
  icon: IconName,
  context: ViewContext,
  name:
    'permission_refused' | 'no_camera' | 'camera_in_use' | 'camera_lost' | 'interrupted' | 'connection_lost',
  text: string,
): Panel {
  const title = context.texts.say(`${name}.title`);
  return { ...PLAIN, icon, tone: 'bad', title, text, buttons: [retry(context), back(context)] };
}

function busy(state: Extract<CheckState, { name: 'server_busy' }>, context: ViewContext): Panel {
  const { texts } = context;
  const text = state.retries
    ? texts.say('server_busy.waiting', { seconds: state.seconds })
    : texts.say('server_busy.text');
  const buttons = state.retries ? [cancel(context)] : [retry(context), back(context)];
  return { ...plain('clock', 'server_busy', context), text, buttons };
}

/** What a better place or light can mend. */
const WITH_TIPS: ReadonlySet<string> = new Set(['face_mismatch', 'presentation_attack', 'not_positioned']);

function failed(state: Extract<CheckState, { name: 'failed' }>, context: ViewContext): Panel {
  const { texts, actions } = context;
  const { problem, mayRetry } = state;
  const causes = [problem.code, ...problem.reasons];
  const buttons: PanelButton[] = [];
  if (problem.reasons.includes('abilities_insufficient')) {
    buttons.push({
      label: texts.say('change_choices'),
      press: () => {
        actions.changeChoices();
      },
    });
  } else if (mayRetry && !isFinal(state)) {
    buttons.push(retry(context));
    if (problem.reasons.includes('light_not_reflected')) {
      buttons.push({
        label: texts.say('failed.without_light'),
        press: () => {
          actions.retryWithoutLight();
        },
      });
    } else if (problem.code === 'live_check_failed') {
      buttons.push({
        label: texts.say('change_choices'),
        press: () => {
          actions.changeChoices();
        },
      });
    }
  }
  return {
    icon: 'alert',
    tone: 'bad',
    title: texts.say(problem.code === 'face_mismatch' ? 'failed.not_recognised' : 'failed.title'),
    text: texts.say(problemWords(problem)),
    tips: causes.some((cause) => WITH_TIPS.has(cause))
      ? [texts.say('tip.light'), texts.say('tip.near'), texts.say('tip.clear')]
      : [],
    note: problem.status >= 500 ? texts.say('failed.reference', { id: problem.requestId }) : null,
    buttons: [...buttons, back(context)],
  };
}

function retry({ texts, actions }: ViewContext): PanelButton {
  return {
    label: texts.say('retry'),
    press: () => {
      actions.retry();
    },
  };
}

function back({ texts, actions }: ViewContext): PanelButton {
  return {
    label: texts.say('back'),
    press: () => {
      actions.cancel();
    },
  };
}

function cancel({ texts, actions }: ViewContext): PanelButton {
  return {
    label: texts.say('cancel'),
    press: () => {
      actions.cancel();
    },
  };
}
