import { useTranslation } from 'react-i18next';

import { Page } from '../design/page.js';
import { SignInSheet } from './sign-in-page.js';
import styles from './sign-in.module.css';

export function WelcomePage() {
  const { t } = useTranslation();
  return (
    <div className={styles['welcome']}>
      <Page title={t('welcome.heading')} about={t('welcome.about')} />
      <div className={styles['welcomeSheet']}>
        <SignInSheet heading={<h2>{t('signIn.title')}</h2>} />
      </div>
      <ul className={styles['facts']}>
        <Fact title={t('welcome.pictures')} more={t('welcome.picturesMore')} />
        <Fact title={t('welcome.choice')} more={t('welcome.choiceMore')} />
        <Fact title={t('welcome.erase')} more={t('welcome.eraseMore')} />
      </ul>
    </div>
  );
}

function Fact({ title, more }: { readonly title: string; readonly more: string }) {
  return (
    <li className={styles['fact']}>
      <strong>{title}</strong>
      <p>{more}</p>
    </li>
  );
}
