import type { ProblemWords } from './problem-words.js';

const OUR_FAULT =
  'Diese Seite hat etwas gefragt, das der Server nicht versteht. Laden Sie sie neu; wenn es so bleibt, sagen Sie es dem Betreiber.';
const PICTURE = 'Das Bild war nicht brauchbar. Nehmen Sie es noch einmal auf.';

export const germanWords: ProblemWords = {
  codes: {
    validation_failed: 'Etwas, das Sie eingegeben haben, ist so nicht brauchbar.',
    malformed_json: OUR_FAULT,
    bad_request: OUR_FAULT,
    file_missing: PICTURE,
    malformed_upload: PICTURE,
    invalid_credentials: 'Die E-Mail-Adresse oder das Passwort ist falsch.',
    invalid_token: 'Ihre Anmeldung ist beendet. Melden Sie sich noch einmal an.',
    face_mismatch:
      'Das Gesicht wurde nicht erkannt. Blicken Sie bei gleichmäßigem Licht gerade in die Kamera, und versuchen Sie es noch einmal.',
    presentation_attack:
      'Das sieht nicht nach einem Gesicht vor der Kamera aus. Zeigen Sie Ihr eigenes Gesicht, bei gleichmäßigem Licht, ohne Fenster oder Bildschirm dahinter.',
    invalid_recovery_code:
      'Der Code ist falsch, wurde schon verwendet oder durch neuere ersetzt. Versuchen Sie einen anderen der neuesten Liste.',
    passkey_rejected:
      'Der Passkey wurde nicht angenommen. Er gehört nicht zu diesem Konto, oder die Antwort kam zu spät.',
    face_suspended:
      'Zu viele Gesichter wurden abgewiesen, deshalb wird das Gesicht nicht mehr angenommen. Verwenden Sie einen Passkey oder einen Wiederherstellungscode, und erfassen Sie Ihr Gesicht danach neu.',
    consent_required:
      'Ein Gesicht wird nur mit Ihrer Einwilligung erfasst. Lesen Sie den Text, und stimmen Sie zu, wenn Sie möchten.',
    cross_site_request: 'Der Server nimmt von dieser Adresse nichts an. Der Betreiber muss sie zulassen.',
    live_verification_required:
      'Ein einzelnes Bild genügt hier nicht. Verwenden Sie die Gesichtsprüfung mit der Kamera.',
    reauthentication_required:
      'Dafür muss Ihre Anmeldung frisch sein. Melden Sie sich noch einmal an, und wiederholen Sie es.',
    origin_not_allowed:
      'Der Server lässt die Gesichtsprüfung von dieser Adresse aus nicht zu. Der Betreiber muss sie erlauben.',
    live_check_not_offered: 'Dieser Server macht keine Live-Prüfungen.',
    live_session_not_found: 'Die Prüfung ist zu Ende. Beginnen Sie sie neu.',
    session_not_found: 'Diese Sitzung ist schon beendet.',
    passkey_not_found: 'Dieser Passkey ist schon entfernt.',
    not_found: OUR_FAULT,
    email_taken: 'Zu dieser E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich an.',
    token_superseded: 'Ein anderes Fenster war etwas schneller. Versuchen Sie es noch einmal.',
    passkey_in_use: 'Dieser Passkey gehört schon zu einem Konto. Nehmen Sie einen anderen.',
    too_many_passkeys: 'Es gibt zehn Passkeys, mehr gehen nicht. Entfernen Sie zuerst einen.',
    reference_incompatible:
      'Das erfasste Gesicht lässt sich nicht mehr vergleichen. Verwenden Sie einen Passkey oder einen Wiederherstellungscode, und erfassen Sie Ihr Gesicht danach neu.',
    enrolment_superseded:
      'Inzwischen wurde die Sitzung beendet oder das Gesicht entfernt. Es wurde nichts erfasst.',
    live_session_ended: 'Die Prüfung wurde abgebrochen. Beginnen Sie sie neu.',
    image_too_large: 'Das Bild ist zu groß.',
    body_too_large: 'Das ist mehr, als der Server annimmt.',
    unsupported_image: 'Das Bild lässt sich nicht lesen. Nehmen Sie ein JPEG, PNG oder WebP.',
    unsupported_media_type: OUR_FAULT,
    no_face:
      'Es wurde kein Gesicht gefunden. Halten Sie die Kamera so, dass das ganze Gesicht im Bild ist, gut beleuchtet und unbedeckt.',
    multiple_faces: 'Es war mehr als ein Gesicht im Bild. Bitten Sie die anderen, zur Seite zu gehen.',
    poor_quality: 'Das Gesicht ist nicht gut genug zu sehen.',
    live_check_failed:
      'Nicht alles, was verlangt war, wurde gesehen. Folgen Sie den Anweisungen, wie sie erscheinen.',
    too_many_attempts: 'Es gab zu viele Fehlversuche.',
    too_many_requests: 'Das war viel auf einmal.',
    internal_error: 'Auf dem Server ist etwas schiefgegangen. Versuchen Sie es später noch einmal.',
    stopping:
      'Der Server wird gerade neu gestartet. Versuchen Sie es gleich noch einmal; was Sie eingegeben haben, bleibt erhalten.',
    storage_unavailable:
      'Der Server erreicht seine Daten gerade nicht. Was Sie eingegeben haben, bleibt erhalten.',
    face_service_unavailable:
      'Der Server kann gerade keine Gesichter prüfen. Das zählt nicht als Versuch; versuchen Sie es gleich noch einmal.',
    busy: 'Der Server hat gerade viel zu tun. Versuchen Sie es gleich noch einmal; was Sie eingegeben haben, bleibt erhalten.',
  },
  reasons: {
    face_too_small: 'Kommen Sie näher an die Kamera.',
    too_dark: 'Auf Ihrem Gesicht ist zu wenig Licht.',
    too_bright: 'Auf Ihrem Gesicht ist zu viel Licht.',
    blurred: 'Das Bild ist verwackelt: Halten Sie still, und putzen Sie die Linse.',
    turned_away: 'Blicken Sie gerade in die Kamera.',
    cut_off: 'Das ganze Gesicht muss im Bild sein.',
    not_positioned:
      'Es war kein Gesicht gut genug zu sehen: Blicken Sie gerade in die Kamera, nahe genug, bei gleichmäßigem Licht.',
    abilities_insufficient:
      'Es bleibt zu wenig, worum gebeten werden kann. Wählen Sie mehr von dem, was Sie können, oder einen anderen Weg.',
    step_timed_out: 'Was verlangt war, wurde nicht rechtzeitig gesehen.',
    wrong_movement: 'Der Kopf drehte sich zur anderen Seite.',
    face_lost: 'Ihr Gesicht war zu lange nicht im Bild.',
    several_people: 'Es war noch jemand im Bild. Bitten Sie die anderen, zur Seite zu gehen.',
    person_changed: 'Das Bild sprang, oder ein anderes Gesicht kam hinein. Bleiben Sie vor der Kamera.',
    camera_frozen:
      'Die Kamera zeigte ein eingefrorenes Bild. Schließen Sie andere Programme, die sie verwenden.',
    light_not_reflected:
      'Das Licht des Bildschirms war auf Ihrem Gesicht nicht zu sehen: Stellen Sie den Bildschirm heller, kommen Sie näher, oder wählen Sie die Prüfung ohne farbiges Licht.',
    idle: 'Von der Kamera kam kein Bild. Prüfen Sie sie, und beginnen Sie neu.',
    timed_out: 'Es dauerte länger als eine Minute. Beginnen Sie neu.',
    gone: 'Die Prüfung wurde angehalten.',
    superseded: 'Die Prüfung läuft in einem anderen Fenster weiter.',
    protocol_violated: OUR_FAULT,
    shutting_down: 'Der Server wird neu gestartet. Beginnen Sie noch einmal.',
  },
  fields: {
    invalid_email: 'Das ist keine E-Mail-Adresse.',
    too_short: 'Nehmen Sie mindestens {n} Zeichen; einige Wörter hintereinander sind leicht zu merken.',
    too_long: 'Nehmen Sie höchstens {n} Zeichen.',
    too_common:
      'Dieses Passwort steht auf den Listen, die Angreifer zuerst versuchen. Wählen Sie ein anderes.',
    same_as_email: 'Das Passwort darf nicht die E-Mail-Adresse sein.',
    not_in_force: 'Der Text hat sich inzwischen geändert. Lesen Sie ihn noch einmal.',
  },
  otherField: 'Das ist so nicht brauchbar.',
  unreachable:
    'Der Server antwortet nicht. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal; was Sie eingegeben haben, bleibt erhalten.',
  fault: 'Auf dieser Seite ist etwas schiefgegangen. Versuchen Sie es noch einmal, oder laden Sie sie neu.',
};
