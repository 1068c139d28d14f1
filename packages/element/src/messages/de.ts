import type { Messages } from './en.js';

export const de: Messages = {
  label: 'Gesichtsprüfung',
  start: 'Beginnen',
  cancel: 'Abbrechen',
  back: 'Zurück',
  retry: 'Noch einmal versuchen',
  change_choices: 'Ändern, was verlangt wird',

  'introduction.sign_in': 'Zeigen Sie Ihr Gesicht, um die Anmeldung abzuschließen',
  'introduction.enrolment': 'Richten Sie Ihr Gesicht für die Anmeldung ein',
  'introduction.place': 'Blicken Sie bei gleichmäßigem Licht in die Kamera',
  'introduction.follow': 'Tun Sie, was die Seite sagt, eins nach dem anderen',
  'introduction.privacy': 'Die Bilder gehen nur an diesen Server. Sie werden geprüft und nicht aufbewahrt.',
  'light.legend': 'Farbiges Licht',
  'light.warning':
    'Der ganze Bildschirm wechselt die Farbe, bis zu zweimal in der Sekunde. Wenn Ihnen flackerndes Licht schaden kann, wählen Sie „Sanft“ oder „Ohne“.',
  'light.warning.low':
    'Der ganze Bildschirm wechselt etwa einmal in der Sekunde die Farbe, in blassen Farben. Wenn Ihnen das schaden kann, wählen Sie „Ohne“.',
  'light.full': 'Kräftig',
  'light.full.about': 'Kräftige Farben. So geht es am schnellsten.',
  'light.low': 'Sanft',
  'light.low.about': 'Blasse Farben, die langsam wechseln.',
  'light.none': 'Ohne',
  'light.none.about': 'Dafür werden mehr Bewegungen verlangt.',
  'abilities.summary': 'Etwas davon kann ich nicht',
  'abilities.legend': 'Das soll nicht verlangt werden',
  'abilities.turn_left': 'den Kopf nach links drehen',
  'abilities.turn_right': 'den Kopf nach rechts drehen',
  'abilities.open_mouth': 'den Mund öffnen',
  'abilities.blink': 'blinzeln',
  'abilities.nod': 'nicken',
  'abilities.come_closer': 'näher kommen',
  'abilities.too_few.one': 'Lassen Sie mindestens eine Bewegung zu.',
  'abilities.too_few.three': 'Lassen Sie ohne farbiges Licht mindestens drei Bewegungen zu.',

  'requesting_camera.title': 'Erlauben Sie die Kamera',
  'requesting_camera.text':
    'Ihr Browser fragt, ob diese Seite die Kamera benutzen darf. Wählen Sie „Zulassen“.',
  connecting: 'Einen Moment',
  'camera.choose': 'Kamera',
  'camera.unnamed': 'Kamera {number}',
  step: 'Schritt {step} von {total}',

  'stage.position': 'Blicken Sie in die Kamera',
  'stage.rest': 'Blicken Sie ruhig geradeaus',
  'stage.light': 'Blicken Sie weiter in die Kamera',
  'movement.turn_left': 'Drehen Sie den Kopf nach links',
  'movement.turn_right': 'Drehen Sie den Kopf nach rechts',
  'movement.open_mouth': 'Öffnen Sie weit den Mund',
  'movement.blink': 'Blinzeln Sie einmal',
  'movement.nod': 'Nicken Sie einmal',
  'movement.come_closer': 'Kommen Sie näher an die Kamera',
  'movement.return': 'Gut. Jetzt wieder zurück',

  'hint.show_face': 'Zeigen Sie Ihr ganzes Gesicht',
  'hint.one_person_only': 'Bitte nur eine Person',
  'hint.move_closer': 'Kommen Sie näher',
  'hint.move_back': 'Etwas weiter zurück',
  'hint.centre_face': 'Bringen Sie Ihr Gesicht in das Oval',
  'hint.too_dark': 'Mehr Licht auf Ihr Gesicht',
  'hint.too_bright': 'Weniger Licht auf Ihr Gesicht',
  'hint.hold_still': 'Halten Sie still',
  'hint.look_straight': 'Blicken Sie gerade in die Kamera',
  'hint.close_mouth': 'Schließen Sie den Mund',
  'hint.return_to_rest': 'Geradeaus blicken, Mund geschlossen',
  'hint.keep_looking': 'Blicken Sie weiter in die Kamera',

  'picture.sign_in': 'Blicken Sie in die Kamera',
  'picture.enrolment': 'Bringen Sie Ihr Gesicht in das Oval',
  'picture.take': 'Bild aufnehmen',
  deciding: 'Ihr Gesicht wird verglichen',
  'deciding.enrolment': 'Das Bild wird geprüft',

  'passed.sign_in': 'Gesicht erkannt',
  'passed.sign_in.text': 'Die Anmeldung ist abgeschlossen.',
  'passed.enrolment': 'Ihr Gesicht ist eingerichtet',
  'passed.enrolment.text': 'Ab jetzt zeigen Sie es bei der Anmeldung.',

  'failed.title': 'Das hat nicht geklappt',
  'failed.not_recognised': 'Ihr Gesicht wurde nicht erkannt',
  'failed.reference': 'Für den Betreiber: {id}',
  'failed.without_light': 'Ohne farbiges Licht versuchen',
  'tip.light': 'Blicken Sie zu einem Fenster oder einer Lampe. Nichts Helles im Rücken.',
  'tip.near': 'Halten Sie die Kamera in Augenhöhe, eine Armlänge entfernt.',
  'tip.clear': 'Nehmen Sie Mütze, Maske oder spiegelnde Brille ab.',

  'no_camera.title': 'Keine Kamera gefunden',
  'no_camera.text':
    'Schließen Sie eine Kamera an, oder öffnen Sie diese Seite auf einem Gerät mit Kamera. Versuchen Sie es dann noch einmal.',
  'permission_refused.title': 'Die Kamera ist nicht erlaubt',
  'permission_refused.chromium':
    'Klicken Sie auf das Symbol neben der Adresse dieser Seite, erlauben Sie die Kamera und versuchen Sie es noch einmal.',
  'permission_refused.firefox':
    'Klicken Sie auf die durchgestrichene Kamera neben der Adresse dieser Seite, heben Sie die Sperre auf und versuchen Sie es noch einmal.',
  'permission_refused.safari':
    'Öffnen Sie im Menü Safari „Einstellungen für diese Website“, erlauben Sie die Kamera und versuchen Sie es noch einmal.',
  'permission_refused.ios':
    'Tippen Sie in der Adresszeile auf das Menü der Seite, dann auf „Website-Einstellungen“, erlauben Sie die Kamera und versuchen Sie es noch einmal. In anderen Browsern: Einstellungen, Name des Browsers, Kamera.',
  'permission_refused.android':
    'Tippen Sie auf das Symbol neben der Adresse dieser Seite, dann auf „Berechtigungen“, erlauben Sie die Kamera und versuchen Sie es noch einmal.',
  'camera_forbidden.title': 'Diese Seite darf die Kamera nicht benutzen',
  'camera_forbidden.text':
    'Die Website, die diese Seite zeigt, gibt die Kamera nicht frei. Ihr Betreiber muss das erlauben.',
  'camera_in_use.title': 'Die Kamera ist belegt',
  'camera_in_use.text':
    'Ein anderes Programm scheint sie zu benutzen. Schließen Sie Videoanrufe und andere Tabs mit Kamera und versuchen Sie es noch einmal.',
  'camera_lost.title': 'Die Kamera hat aufgehört',
  'camera_lost.text':
    'Sie wurde getrennt, ausgeschaltet oder von einem anderen Programm übernommen. Prüfen Sie die Kamera und versuchen Sie es noch einmal.',
  'insecure_context.title': 'Eine sichere Verbindung ist nötig',
  'insecure_context.text':
    'Browser erlauben die Kamera nur über https. Öffnen Sie diese Seite mit einer Adresse, die mit https beginnt.',
  'interrupted.title': 'Die Prüfung wurde angehalten',
  'interrupted.text':
    'Sie haben die Seite verlassen, während die Kamera lief. Beginnen Sie noch einmal und lassen Sie diese Seite im Vordergrund.',
  'connection_lost.title': 'Die Verbindung ist abgebrochen',
  'connection_lost.retrying': 'Es wird von selbst noch einmal versucht. Sie müssen nichts tun.',
  'connection_lost.text':
    'Der Server ist nicht zu erreichen. Sehen Sie nach, ob Sie online sind, und versuchen Sie es noch einmal.',
  'server_busy.title': 'Der Server ist ausgelastet',
  'server_busy.waiting': 'In {seconds} s geht es von selbst weiter.',
  'server_busy.text': 'Er hat seit einiger Zeit keinen Platz. Versuchen Sie es später noch einmal.',
  'too_many_attempts.title': 'Zu viele Versuche',
  'too_many_attempts.wait': 'Warten Sie {time}. Melden Sie sich dann neu mit Ihrem Passwort an.',
  'too_many_attempts.text': 'Melden Sie sich neu mit Ihrem Passwort an.',
  'expired.title': 'Die Zeit ist abgelaufen',
  'expired.sign_in': 'Diese Anmeldung gilt nicht mehr. Beginnen Sie noch einmal mit Ihrem Passwort.',
  'expired.enrolment':
    'Sie sind nicht mehr angemeldet. Melden Sie sich an und richten Sie Ihr Gesicht dann ein.',
  'consent_required.title': 'Ihre Einwilligung fehlt',
  'consent_required.text':
    'Willigen Sie zuerst in die Verwendung Ihres Gesichts ein. Es wurde nichts aufgenommen.',
  'reauthentication_required.title': 'Melden Sie sich neu an',
  'reauthentication_required.text':
    'Ihre letzte Anmeldung ist dafür zu lange her. Melden Sie sich neu an und richten Sie Ihr Gesicht dann ein.',
  'time.seconds': '{count} s',
  'time.minutes': '{count} min',

  'problem.face_mismatch': 'Das Gesicht stimmt nicht mit dem eingerichteten überein.',
  'problem.presentation_attack':
    'Es sah nach einem Foto, einem Bildschirm oder einer Maske aus. Zeigen Sie Ihr eigenes Gesicht, ohne Bildschirm im Hintergrund.',
  'problem.face_suspended':
    'Ihr Gesicht wird zurzeit nicht angenommen. Melden Sie sich auf anderem Weg an und richten Sie es neu ein.',
  'problem.reference_incompatible':
    'Ihr Gesicht muss neu eingerichtet werden. Melden Sie sich zuerst auf anderem Weg an.',
  'problem.enrolment_superseded':
    'Inzwischen ist die Anmeldung abgelaufen, oder das Gesicht wurde entfernt. Melden Sie sich neu an.',
  'problem.live_verification_required':
    'Ein einzelnes Bild reicht hier nicht. Laden Sie die Seite neu und beginnen Sie noch einmal.',
  'problem.live_check_failed':
    'Was verlangt war, war nicht zu sehen. Folgen Sie der Seite, eins nach dem anderen.',
  'problem.live_session_ended': 'Die Prüfung wurde abgebrochen. Beginnen Sie noch einmal.',
  'problem.no_face': 'Es war kein Gesicht zu sehen. Zeigen Sie es ganz, gut beleuchtet und unverdeckt.',
  'problem.multiple_faces':
    'Es waren mehrere Gesichter zu sehen. Bitten Sie die anderen, zur Seite zu gehen.',
  'problem.poor_quality':
    'Das Gesicht ist nicht gut genug zu sehen. Blicken Sie bei gleichmäßigem Licht gerade in die Kamera.',
  'problem.site_not_allowed': 'Der Server nimmt diese Website nicht an. Sein Betreiber muss sie erlauben.',
  'problem.server_fault': 'Der Server hat eine Störung. Versuchen Sie es später noch einmal.',
  'problem.page_fault':
    'Diese Seite und der Server verstehen einander nicht. Laden Sie die Seite neu und versuchen Sie es noch einmal.',

  'reason.not_positioned':
    'Ihr Gesicht war nicht gut genug zu sehen. Blicken Sie gerade in die Kamera, nah genug und bei gleichmäßigem Licht.',
  'reason.abilities_insufficient':
    'Es bleibt zu wenig, was verlangt werden kann. Lassen Sie mehr Bewegungen oder farbiges Licht zu.',
  'reason.step_timed_out':
    'Es war nicht rechtzeitig zu sehen. Beginnen Sie die Bewegung, sobald sie angezeigt wird.',
  'reason.wrong_movement': 'Das war eine andere Bewegung. Links und rechts gelten von Ihnen aus.',
  'reason.face_lost': 'Ihr Gesicht war nicht mehr im Bild. Bleiben Sie im Oval.',
  'reason.several_people': 'Jemand anderes war im Bild. Bitten Sie die anderen, zur Seite zu gehen.',
  'reason.person_changed':
    'Ihr Gesicht war nicht durchgehend zu verfolgen. Bleiben Sie im Bild und halten Sie die Kamera ruhig.',
  'reason.camera_frozen':
    'Die Kamera zeigt ein eingefrorenes Bild. Schließen Sie andere Programme, die sie benutzen.',
  'reason.light_not_reflected':
    'Das Licht des Bildschirms war auf Ihrem Gesicht nicht zu sehen. Stellen Sie ihn heller, kommen Sie näher und wenden Sie sich von starkem Licht ab.',
  'reason.idle': 'Die Kamera hat keine Bilder geliefert. Schließen Sie andere Programme, die sie benutzen.',
  'reason.timed_out': 'Die Prüfung hat länger als eine Minute gedauert. Beginnen Sie noch einmal.',
  'reason.gone': 'Die Prüfung wurde abgebrochen. Beginnen Sie noch einmal.',
  'reason.superseded':
    'Die Prüfung wurde in einem anderen Fenster oder Tab begonnen. Machen Sie dort weiter, oder beginnen Sie hier neu.',
  'reason.protocol_violated':
    'Diese Seite und der Server verstehen einander nicht. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
  'reason.shutting_down': 'Der Server wird neu gestartet. Versuchen Sie es gleich noch einmal.',
  'reason.face_too_small': 'Kommen Sie näher an die Kamera.',
  'reason.too_dark': 'Bitte mehr Licht auf Ihr Gesicht.',
  'reason.too_bright': 'Bitte weniger Licht auf Ihr Gesicht.',
  'reason.blurred': 'Halten Sie still. Es kann helfen, die Linse zu putzen.',
  'reason.turned_away': 'Blicken Sie gerade in die Kamera.',
  'reason.cut_off': 'Zeigen Sie Ihr ganzes Gesicht.',
};
