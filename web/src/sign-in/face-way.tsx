import { isProblem } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Callout } from '../design/callout.js';
import { StepHeading } from '../design/page.js';
import { FaceCheck, type FaceCheckFailure } from '../face/face-check.js';
import { problemText } from '../problem-texts.js';
import { useLanguage } from '../texts/language.js';
import styles from './sign-in.module.css';
import type { WayProps } from './way-props.js';

export function FaceWay(way: WayProps) {
  const { isChosen, hasOthers, onSignedIn, onRefused, onCancelled, onOver } = way;
  const { t } = useTranslation();
  const [failure, setFailure] = useState<FaceCheckFailure | null>(null);
  const refused = (refusal: FaceCheckFailure) => {
    setFailure(refusal);
    // After these there is nothing to go on with; after any other the list of ways is read anew.
    if (isProblem(refusal.problem, 'invalid_token', 'too_many_attempts')) onOver(refusal.problem);
    else onRefused();
  };
  return (
    <div className={styles['face']}>
      <StepHeading hidden takesFocus={isChosen}>
        {t('verification.face')}
      </StepHeading>
      <FaceCheck purpose="sign_in" onPassed={onSignedIn} onFailed={refused} onCancelled={onCancelled} />
      {failure && <Help failure={failure} hasOthers={hasOthers} />}
    </div>
  );
}

/** Light, closeness and glasses may have been in the way. After a `face_mismatch` the element says so itself. */
const HELP_WITH = ['live_check_failed', 'poor_quality', 'no_face', 'multiple_faces'] as const;

interface HelpProps {
  readonly failure: FaceCheckFailure;
  /** Whether there is another way than the face. */
  readonly hasOthers: boolean;
}

function Help({ failure: { problem }, hasOthers }: HelpProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (isProblem(problem, 'face_mismatch')) {
    return hasOthers && <p>{t('verification.helpOther')}</p>;
  }
  if (!isProblem(problem, ...HELP_WITH)) {
    return (
      <Callout kind="caution">
        <p>{problemText(problem, language)}</p>
      </Callout>
    );
  }
  return (
    <Callout kind="info">
      <h3>{t('verification.helpTitle')}</h3>
      <ul>
        <li>{t('verification.helpLight')}</li>
        <li>{t('verification.helpCloseness')}</li>
        <li>{t('verification.helpGlasses')}</li>
      </ul>
      {hasOthers && <p>{t('verification.helpOther')}</p>}
    </Callout>
  );
}
