import { useMutation } from '@tanstack/react-query';
import { type Consent, type User, isProblem } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';

import { client } from '../client.js';
import { Button, ButtonLink } from '../design/button.js';
import { Actions } from '../design/card.js';
import { CheckField } from '../design/field.js';
import { Loaded } from '../design/loaded.js';
import { StepHeading } from '../design/page.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { FaceCheck, type FaceCheckFailure } from '../face/face-check.js';
import { useAccountUpdate } from '../session.js';
import { useRecentSignIn } from '../sign-in/recent-sign-in.js';
import sheet from '../sign-in/sign-in.module.css';
import { AccountPage, useUser } from './account-layout.js';
import { useConsent, useReadAnew } from './account-queries.js';
import styles from './account.module.css';
import { AnotherWayAdvice } from './another-way-advice.js';
import { ConsentText } from './consent-text.js';
import { StateLine } from './state-line.js';

/** Consent, then the camera, then what to do next. */
export function FaceEnrolmentPage() {
  const { t } = useTranslation();
  const consent = useConsent();
  const [isEnrolled, setEnrolled] = useState(false);
  const [hasAgreed, setAgreed] = useState(false);
  const { fv } = useUser();
  // As it was when the person came: a face that has just been enrolled is no reason for another title.
  const [isFirst] = useState(fv.length === 0);
  return (
    <AccountPage title={t(isFirst ? 'faceSection.enrol' : 'faceSection.renew')}>
      {isEnrolled ? (
        <Enrolled />
      ) : (
        <Loaded query={consent} lines={6}>
          {(state) =>
            state.required && !state.current ? (
              <ConsentStep
                consent={state}
                onAgreed={() => {
                  setAgreed(true);
                }}
              />
            ) : (
              <CaptureStep
                takesFocus={hasAgreed}
                onEnrolled={() => {
                  setEnrolled(true);
                }}
              />
            )
          }
        </Loaded>
      )}
    </AccountPage>
  );
}

interface ConsentStepProps {
  readonly consent: Consent;
  readonly onAgreed: () => void;
}

function ConsentStep({ consent: { text, version }, onAgreed }: ConsentStepProps) {
  const { t } = useTranslation();
  const [agrees, setAgrees] = useState(false);
  const readAnew = useReadAnew();
  const give = useMutation({
    mutationFn: () => client.giveConsent(version),
    onSuccess: onAgreed,
    // Also when it was refused: then there is a newer text to read.
    onSettled: () => {
      readAnew('consent');
    },
  });
  return (
    <div className={sheet['sheet']}>
      <StepHeading>{t('faceSection.consent')}</StepHeading>
      <p>{t('faceSection.consentMore')}</p>
      <ConsentText text={text} />
      <CheckField label={t('faceSection.agree')} checked={agrees} onChange={setAgrees} />
      <ProblemCallout error={give.error} />
      <Actions>
        <Button
          aria-disabled={!agrees}
          working={give.isPending}
          onClick={() => {
            give.mutate();
          }}
        >
          {t('faceSection.continue')}
        </Button>
        <ButtonLink href="/account/face" kind="quiet">
          {t('faceSection.notNow')}
        </ButtonLink>
      </Actions>
    </div>
  );
}

interface CaptureStepProps {
  readonly takesFocus: boolean;
  readonly onEnrolled: () => void;
}

function CaptureStep({ takesFocus, onEnrolled }: CaptureStepProps) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const { signInAgain } = useRecentSignIn();
  const updateAccount = useAccountUpdate();
  const readAnew = useReadAnew();
  const [round, setRound] = useState(0);
  const toFacePage = () => {
    navigate('/account/face');
  };
  const enrolled = (user: User) => {
    updateAccount(user);
    readAnew('sessions', 'consent');
    onEnrolled();
  };
  const failed = ({ problem }: FaceCheckFailure) => {
    if (isProblem(problem, 'consent_required')) readAnew('consent');
    if (isProblem(problem, 'reauthentication_required')) {
      // The person was about to start: after the sign-in they need not say so again.
      signInAgain().then(() => {
        setRound(round + 1);
      }, toFacePage);
    }
  };
  return (
    <>
      <StepHeading hidden takesFocus={takesFocus}>
        {t('faceSection.capture')}
      </StepHeading>
      <FaceCheck
        key={round}
        purpose="enrolment"
        autostart={round > 0}
        onPassed={enrolled}
        onFailed={failed}
        onCancelled={toFacePage}
      />
    </>
  );
}

function Enrolled() {
  const { t } = useTranslation();
  return (
    <>
      <div className={sheet['sheet']} role="status">
        <StateLine on title={t('faceSection.enrolled')}>
          {t('faceSection.enrolledMore')}
        </StateLine>
      </div>
      <AnotherWayAdvice />
      <div className={styles['group']}>
        <Actions>
          <ButtonLink href="/account" kind="secondary">
            {t('common.done')}
          </ButtonLink>
        </Actions>
      </div>
    </>
  );
}
