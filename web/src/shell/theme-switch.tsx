import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import styles from './shell.module.css';
import { THEMES, type Theme, chooseTheme, currentTheme } from './theme.js';

const LABELS = { system: 'shell.themeSystem', light: 'shell.themeLight', dark: 'shell.themeDark' } as const;
const ICONS: Readonly<Record<Theme, string>> = {
  system: 'M4 5.5h16v10H4zM9 19.5h6M12 15.5v4',
  light:
    'M12 8.25a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5ZM12 2.75v2M12 19.25v2M2.75 12h2M19.25 12h2M5.5 5.5l1.4 1.4M17.1 17.1l1.4 1.4M18.5 5.5l-1.4 1.4M6.9 17.1l-1.4 1.4',
  dark: 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z',
};

export function ThemeSwitch() {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(currentTheme);
  return (
    <fieldset>
      <legend className="visually-hidden">{t('shell.theme')}</legend>
      <div className={styles['themes']}>
        {THEMES.map((theme) => (
          <label key={theme} className={styles['theme']} title={t(LABELS[theme])}>
            <input
              type="radio"
              name="theme"
              value={theme}
              checked={theme === chosen}
              onChange={() => {
                chooseTheme(theme);
                setChosen(theme);
              }}
            />
            <svg
              width="20"
              height="20"
              viewBox="0 0 24 24"
              fill="none"
              stroke="currentcolor"
              strokeWidth="1.6"
              strokeLinecap="round"
              strokeLinejoin="round"
              aria-hidden="true"
            >
              <path d={ICONS[theme]} />
            </svg>
            <span className="visually-hidden">{t(LABELS[theme])}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
