import type { Notice } from '@vultus/client';

import type { Language } from '../texts/language.js';
import { deviceText } from './device-text.js';

const NOT_YOU = 'Wenn Sie das nicht waren, ändern Sie Ihr Passwort.';

/** `{device}` is filled in with the device in brackets, where it is known; `advice` is left out where the operator did it. */
const GERMAN: Readonly<Record<string, { readonly text: string; readonly advice?: string }>> = {
  face_refused: {
    text: 'Jemand kannte Ihr Passwort{device}, zeigte aber nicht Ihr Gesicht.',
    advice: NOT_YOU,
  },
  passkey_refused: {
    text: 'Jemand kannte Ihr Passwort{device}, hatte aber keinen Passkey von Ihnen.',
    advice: NOT_YOU,
  },
  recovery_code_refused: {
    text: 'Jemand kannte Ihr Passwort{device}, hatte aber keinen Wiederherstellungscode von Ihnen.',
    advice: NOT_YOU,
  },
  new_device: {
    text: 'Ein Gerät, das nicht bekannt war, hat sich bei Ihrem Konto angemeldet{device}.',
    advice: NOT_YOU,
  },
  recovery_code_used: {
    text: 'Zur Anmeldung wurde ein Wiederherstellungscode verwendet{device}.',
    advice: NOT_YOU,
  },
  attempts_delayed: {
    text: 'Es gab viele Fehlversuche bei der Anmeldung an Ihrem Konto. Weitere müssen warten.',
  },
  attempts_cleared: {
    text: 'Die Fehlversuche bei der Anmeldung an Ihrem Konto sind vergessen. Niemand muss mehr warten.',
  },
  face_suspended: {
    text: 'Zu viele Gesichter wurden abgewiesen, deshalb wird Ihr Gesicht nicht mehr angenommen.',
    advice:
      'Melden Sie sich mit einem Passkey oder einem Wiederherstellungscode an, und erfassen Sie Ihr Gesicht neu.',
  },
  sessions_revoked: { text: 'Die anderen Sitzungen Ihres Kontos wurden beendet{device}.' },
  session_reused: {
    text: 'Ein Schlüssel, der schon ersetzt war, wurde noch einmal verwendet: Vielleicht hat ihn jemand kopiert. Seine Sitzung wurde beendet.',
    advice: 'Melden Sie sich neu an, und ändern Sie Ihr Passwort.',
  },
  password_changed: {
    text: 'Ihr Passwort wurde geändert{device}.',
    advice: 'Wenn Sie das nicht waren, wenden Sie sich an den Betreiber dieses Dienstes.',
  },
  face_enrolled: { text: 'Für Ihr Konto wurde ein Gesicht erfasst{device}.', advice: NOT_YOU },
  face_disabled: { text: 'Das Gesicht Ihres Kontos wurde entfernt{device}.', advice: NOT_YOU },
  face_renewal_requested: {
    text: 'Die gespeicherte Referenz Ihres Gesichts wurde widerrufen. Bei Ihrer nächsten Anmeldung mit dem Gesicht tritt eine neue an ihre Stelle.',
  },
  face_renewed: { text: 'Eine neue Referenz Ihres Gesichts ist an die Stelle der gespeicherten getreten.' },
  face_expired: {
    text: 'Ihr Gesicht wurde lange nicht verwendet und ist gelöscht worden.',
    advice: 'Sie können es neu erfassen.',
  },
  passkey_added: { text: 'Ihrem Konto wurde ein Passkey hinzugefügt{device}.', advice: NOT_YOU },
  passkey_removed: { text: 'Von Ihrem Konto wurde ein Passkey entfernt{device}.', advice: NOT_YOU },
  recovery_codes_issued: {
    text: 'Für Ihr Konto wurden Wiederherstellungscodes ausgegeben{device}. Frühere gelten nicht mehr.',
    advice: NOT_YOU,
  },
  consent_withdrawn: {
    text: 'Die Einwilligung in die Verarbeitung Ihres Gesichts wurde widerrufen{device}.',
    advice: NOT_YOU,
  },
  account_exported: { text: 'Die Daten Ihres Kontos wurden ausgegeben{device}.', advice: NOT_YOU },
};

/** @returns the notice in whole sentences; the server's own, in English, for kinds that this page has not heard of */
export function noticeText({ kind, text, details }: Notice, language: Language): string {
  if (language === 'en' || !Object.hasOwn(GERMAN, kind)) return text;
  const words = GERMAN[kind];
  if (!words) return text;
  const device = deviceText(details.device, language);
  const said = words.text.replace('{device}', device === undefined ? '' : ` (${device})`);
  const after = details.by === 'operator' ? 'Das hat der Betreiber dieses Dienstes getan.' : words.advice;
  return after === undefined ? said : `${said} ${after}`;
}
