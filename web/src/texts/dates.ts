import { useMemo } from 'react';

import { type Language, useLanguage } from './language.js';

/** @param iso a time as the server writes it */
type DateFormat = (iso: string) => string;

/** @returns day and time in the person's language and time zone, such as “3 Jan 2026, 14:05” */
export function useDateFormat(): DateFormat {
  const language = useLanguage();
  return useMemo(() => dateFormat(language), [language]);
}

export function dateFormat(language: Language, timeZone?: string): DateFormat {
  const format = new Intl.DateTimeFormat(language === 'de' ? 'de-DE' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return (iso) => format.format(new Date(iso));
}
