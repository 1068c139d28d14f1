import i18next from 'i18next';
import LanguageDetector from 'i18next-browser-languagedetector';
import { initReactI18next, useTranslation } from 'react-i18next';

import { de } from './de.js';
import { en } from './en.js';

export type Language = 'en' | 'de';

const REMEMBERED = 'vultus.language';

/** In the language that the person chose here before, else in that of the browser, else in English. */
export async function startTexts(): Promise<void> {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = languageOf(language);
  });
  await i18next
    .use(LanguageDetector)
    .use(initReactI18next)
    .init({
      resources: { en: { translation: en }, de: { translation: de } },
      supportedLngs: ['en', 'de'],
      fallbackLng: 'en',
      load: 'languageOnly',
      nonExplicitSupportedLngs: true,
      // An advertisement in everybody's console.
      showSupportNotice: false,
      // React escapes what it shows.
      interpolation: { escapeValue: false },
      detection: { order: ['localStorage', 'navigator'], lookupLocalStorage: REMEMBERED, caches: [] },
    });
}

/** Changes the language, and remembers it on this device. */
export function chooseLanguage(language: Language): void {
  void i18next.changeLanguage(language);
  try {
    localStorage.setItem(REMEMBERED, language);
  } catch {
    // Without storage the choice holds until the page is closed.
  }
}

export function useLanguage(): Language {
  return languageOf(useTranslation().i18n.language);
}

function languageOf(tag: string): Language {
  return tag.startsWith('de') ? 'de' : 'en';
}
