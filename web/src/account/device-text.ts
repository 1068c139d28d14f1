import type { Language } from '../texts/language.js';

/** @param device as the server names it, such as “Firefox on Linux”; null where the browser did not say */
export function deviceText(device: string | null | undefined, language: Language): string | undefined {
  const text = language === 'de' ? device?.replace(/^(.+) on (.+)$/, '$1 unter $2') : device;
  return text ?? undefined;
}
