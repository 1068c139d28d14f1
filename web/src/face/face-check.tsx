import { useQuery } from '@tanstack/react-query';
import type { User, VultusProblem } from '@vultus/client';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { client } from '../client.js';
import { Button } from '../design/button.js';
import { Callout } from '../design/callout.js';
import { Skeleton } from '../design/skeleton.js';
import { useLanguage } from '../texts/language.js';
import styles from './face-check.module.css';

export interface FaceCheckFailure {
  readonly problem: VultusProblem;
  /** There is no use in another try with this sign-in or session. */
  readonly final: boolean;
}

interface FaceCheckProps {
  readonly purpose: 'sign_in' | 'enrolment';
  readonly onPassed: (user: User) => void;
  readonly onFailed: (failure: FaceCheckFailure) => void;
  readonly onCancelled?: () => void;
  /** Without the introduction, with what was chosen on this device before. */
  readonly autostart?: boolean;
}

/** `<vultus-face-check>`, which is fetched when it is first needed. */
export function FaceCheck(props: FaceCheckProps) {
  const { t } = useTranslation();
  const element = useQuery({
    queryKey: ['face-check-element'],
    queryFn: async () => {
      await import('@vultus/element');
      return true;
    },
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
  });
  if (element.isSuccess) return <LoadedFaceCheck {...props} />;
  if (!element.isError) {
    return (
      <div className={styles['host']}>
        <div className={styles['waiting']}>
          <Skeleton lines={6} />
        </div>
      </div>
    );
  }
  return (
    <Callout kind="danger" role="alert">
      <p>{t('face.notLoaded')}</p>
      <div>
        {/* A module that could not be fetched stays so for as long as the page is open. */}
        <Button
          kind="secondary"
          onClick={() => {
            window.location.reload();
          }}
        >
          {t('common.tryAgain')}
        </Button>
      </div>
    </Callout>
  );
}

function LoadedFaceCheck({ purpose, autostart = false, onPassed, onFailed, onCancelled }: FaceCheckProps) {
  const language = useLanguage();
  const host = useRef<HTMLDivElement>(null);
  const passed = useEffectEvent(onPassed);
  const failed = useEffectEvent(onFailed);
  const cancelled = useEffectEvent(() => onCancelled?.());
  useEffect(() => {
    const element = document.createElement('vultus-face-check');
    element.client = client;
    element.setAttribute('purpose', purpose);
    element.toggleAttribute('autostart', autostart);
    element.addEventListener('vultus-passed', (event) => {
      passed((event as CustomEvent<{ user: User }>).detail.user);
    });
    element.addEventListener('vultus-failed', (event) => {
      failed((event as CustomEvent<FaceCheckFailure>).detail);
    });
    element.addEventListener('vultus-cancelled', () => {
      cancelled();
    });
    host.current?.replaceChildren(element);
    return () => {
      element.remove();
    };
  }, [purpose, autostart]);
  useEffect(() => {
    host.current?.firstElementChild?.setAttribute('lang', language);
  }, [language, purpose, autostart]);
  return <div ref={host} className={styles['host']} />;
}
