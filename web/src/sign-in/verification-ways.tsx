import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type User, type VerificationMethods, type VultusProblem, isProblem } from '@vultus/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { Loaded } from '../design/loaded.js';
import { StepHeading } from '../design/page.js';
import { ProblemCallout } from '../design/problem-callout.js';
import { FaceWay } from './face-way.js';
import { PasskeyWay } from './passkey-way.js';
import { RecoveryCodeWay } from './recovery-code-way.js';
import styles from './sign-in.module.css';
import { TimeLeft } from './time-left.js';
import type { WayProps } from './way-props.js';

type Method = VerificationMethods['methods'][number];

interface VerificationWaysProps {
  readonly onSignedIn: (user: User) => void;
  /** Back to the password. */
  readonly onStartOver: () => void;
}

const ORDER: readonly Method[] = ['face', 'passkey', 'recovery_code'];
const USE = {
  face: 'verification.useFace',
  passkey: 'verification.usePasskey',
  recovery_code: 'verification.useRecoveryCode',
} as const;

/** The ways in which a sign-in that waits can be completed, of which the person chooses one. */
export function VerificationWays({ onSignedIn, onStartOver }: VerificationWaysProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [overBecause, setOver] = useState<Error | null>(null);
  const pending = useQuery({
    queryKey: ['pending-sign-in'],
    queryFn: () => client.verificationMethods(),
    meta: { ofPendingSignIn: true },
    // Each sign-in that waits is another one.
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const lookAgain = () => {
    void queries.invalidateQueries({ queryKey: ['pending-sign-in'] });
  };
  const startOver = (
    <Button kind="quiet" wide onClick={onStartOver}>
      {t('verification.startOver')}
    </Button>
  );
  const ending = overBecause ?? pending.error;
  if (isProblem(ending, 'invalid_token', 'too_many_attempts')) {
    return <Over because={ending} onStartOver={onStartOver} />;
  }
  return (
    <div className={styles['ways']}>
      <p className={styles['about']}>{t('verification.about')}</p>
      <Loaded query={pending} lines={5}>
        {({ methods, expires_at }) => (
          <>
            <TimeLeft until={expires_at} onOver={lookAgain} />
            <Ways
              methods={ORDER.filter((method) => methods.includes(method))}
              onSignedIn={onSignedIn}
              onRefused={lookAgain}
              onOver={setOver}
            />
          </>
        )}
      </Loaded>
      {startOver}
    </div>
  );
}

type WaysProps = Pick<WayProps, 'onSignedIn' | 'onRefused' | 'onOver'> & {
  readonly methods: readonly Method[];
};

function Ways({ methods, ...events }: WaysProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Method | 'none' | null>(null);
  if (methods.length === 0) return <NothingLeft />;
  const isOpen = chosen === 'none';
  const current = isOpen ? undefined : (methods.find((method) => method === chosen) ?? methods[0]);
  const others = methods.filter((method) => method !== current);
  return (
    <>
      {current && (
        <Way
          key={current}
          method={current}
          {...events}
          isChosen={chosen !== null}
          hasOthers={others.length > 0}
          onCancelled={() => {
            setChosen('none');
          }}
        />
      )}
      {others.length > 0 && (
        <section className={styles['others']} aria-labelledby="other-ways">
          {isOpen ? (
            <StepHeading id="other-ways">{t('verification.chooseWay')}</StepHeading>
          ) : (
            <h2 id="other-ways">{t('verification.otherWays')}</h2>
          )}
          {others.map((method) => (
            <Button
              key={method}
              kind="secondary"
              wide
              onClick={() => {
                setChosen(method);
              }}
            >
              {t(USE[method])}
            </Button>
          ))}
        </section>
      )}
    </>
  );
}

function Way({ method, ...way }: WayProps & { readonly method: Method }) {
  switch (method) {
    case 'face':
      return <FaceWay {...way} />;
    case 'passkey':
      return <PasskeyWay {...way} />;
    case 'recovery_code':
      return <RecoveryCodeWay {...way} />;
  }
}

function Over({
  because,
  onStartOver,
}: {
  readonly because: VultusProblem;
  readonly onStartOver: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div className={styles['panel']}>
      <StepHeading>{t('verification.over')}</StepHeading>
      <p>{t('verification.overMore')}</p>
      {because.code === 'too_many_attempts' && <ProblemCallout error={because} />}
      <Button wide onClick={onStartOver}>
        {t('verification.startOver')}
      </Button>
    </div>
  );
}

function NothingLeft() {
  const { t } = useTranslation();
  return (
    <div className={styles['panel']} role="alert">
      <h2>{t('verification.nothingLeft')}</h2>
      <p>{t('verification.nothingLeftMore')}</p>
    </div>
  );
}
