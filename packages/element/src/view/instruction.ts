import type { Hint, Movement, VultusProblem } from '@vultus/client';

import { type CheckState, isStage } from '../check-state.js';
import { MOVEMENTS } from '../choices.js';
import type { MessageKey } from '../messages/en.js';
import { problemWords } from '../messages/problem-words.js';
import type { ViewContext } from './view-context.js';

/** The one sentence that the person is to follow now. */
export function instructionOf(state: CheckState, { texts, purpose }: ViewContext): string {
  if (isStage(state)) return texts.say(stageInstruction(state));
  if (state.name === 'deciding')
    return texts.say(purpose === 'enrolment' ? 'deciding.enrolment' : 'deciding');
  if (state.name !== 'live_not_offered') return texts.say('connecting');
  return texts.say(state.advice ? adviceKey(state.advice) : `picture.${purpose}`);
}

/** A hint comes before what is asked for: what stands in the way is to be seen to first. */
export function stageInstruction({
  shown: { stage },
  hint,
}: Extract<CheckState, { readonly shown: unknown }>): MessageKey {
  if (stage.kind === 'movement') {
    if (hint === 'return_to_rest') return 'movement.return';
    return hint === null || hint === stage.movement ? `movement.${stage.movement}` : hintKey(hint);
  }
  return hint === null ? `stage.${stage.kind}` : hintKey(hint);
}

function hintKey(hint: Hint): MessageKey {
  return isMovement(hint) ? `movement.${hint}` : `hint.${hint}`;
}

function isMovement(hint: Hint): hint is Movement {
  return MOVEMENTS.includes(hint as Movement);
}

/** Why a picture could not be used, in as few words as a hint. */
function adviceKey(problem: VultusProblem): MessageKey {
  if (problem.code === 'no_face') return 'hint.show_face';
  if (problem.code === 'multiple_faces') return 'hint.one_person_only';
  return problemWords(problem);
}
