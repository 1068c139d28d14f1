/** The source of all texts: other languages have exactly these keys. `{…}` is filled in. */
export const en = {
  label: 'Face check',
  start: 'Start',
  cancel: 'Cancel',
  back: 'Go back',
  retry: 'Try again',
  change_choices: 'Change what I am asked for',

  'introduction.sign_in': 'Show your face to finish signing in',
  'introduction.enrolment': 'Set up your face for signing in',
  'introduction.place': 'Look into the camera, in even light',
  'introduction.follow': 'Do what the page asks, one thing at a time',
  'introduction.privacy': 'The pictures go to this server only. They are looked at and not kept.',
  'light.legend': 'Coloured light',
  'light.warning':
    'The whole screen changes colour, up to twice a second. If flashing light can harm you, choose “Gentle” or “None”.',
  'light.warning.low':
    'The whole screen changes colour, about once a second, in pale colours. If that can harm you, choose “None”.',
  'light.full': 'Strong',
  'light.full.about': 'Strong colours. The quickest.',
  'light.low': 'Gentle',
  'light.low.about': 'Pale colours that change slowly.',
  'light.none': 'None',
  'light.none.about': 'You are asked for more movements instead.',
  'abilities.summary': 'There is something I cannot do',
  'abilities.legend': 'Do not ask me to',
  'abilities.turn_left': 'turn my head to the left',
  'abilities.turn_right': 'turn my head to the right',
  'abilities.open_mouth': 'open my mouth',
  'abilities.blink': 'blink',
  'abilities.nod': 'nod',
  'abilities.come_closer': 'come closer',
  'abilities.too_few.one': 'Leave at least one movement.',
  'abilities.too_few.three': 'Without coloured light, leave at least three movements.',

  'requesting_camera.title': 'Allow the camera',
  'requesting_camera.text': 'Your browser asks whether this page may use the camera. Choose “Allow”.',
  connecting: 'One moment',
  'camera.choose': 'Camera',
  'camera.unnamed': 'Camera {number}',
  step: 'Step {step} of {total}',

  'stage.position': 'Look into the camera',
  'stage.rest': 'Look straight ahead, at ease',
  'stage.light': 'Keep looking at the camera',
  'movement.turn_left': 'Turn your head to the left',
  'movement.turn_right': 'Turn your head to the right',
  'movement.open_mouth': 'Open your mouth wide',
  'movement.blink': 'Blink once',
  'movement.nod': 'Nod once',
  'movement.come_closer': 'Come closer to the camera',
  'movement.return': 'Good. Now back again',

  'hint.show_face': 'Show your whole face',
  'hint.one_person_only': 'Only one person, please',
  'hint.move_closer': 'Come closer',
  'hint.move_back': 'Move back a little',
  'hint.centre_face': 'Move your face into the oval',
  'hint.too_dark': 'More light on your face',
  'hint.too_bright': 'Less light on your face',
  'hint.hold_still': 'Hold still',
  'hint.look_straight': 'Look straight into the camera',
  'hint.close_mouth': 'Close your mouth',
  'hint.return_to_rest': 'Look straight ahead, mouth closed',
  'hint.keep_looking': 'Keep looking at the camera',

  'picture.sign_in': 'Look into the camera',
  'picture.enrolment': 'Fit your face into the oval',
  'picture.take': 'Take the picture',
  deciding: 'Comparing',
  'deciding.enrolment': 'Looking at the picture',

  'passed.sign_in': 'Face recognised',
  'passed.sign_in.text': 'The sign-in is complete.',
  'passed.enrolment': 'Your face is set up',
  'passed.enrolment.text': 'From now on you show it when you sign in.',

  'failed.title': 'That did not work',
  'failed.not_recognised': 'Your face was not recognised',
  'failed.reference': 'For the operator: {id}',
  'failed.without_light': 'Try without coloured light',
  'tip.light': 'Face a window or lamp. Nothing bright behind you.',
  'tip.near': 'Hold the camera at eye level, an arm’s length away.',
  'tip.clear': 'Take off a cap, a mask or glasses that reflect.',

  'no_camera.title': 'No camera found',
  'no_camera.text': 'Connect a camera, or open this page on a device that has one. Then try again.',
  'permission_refused.title': 'The camera is not allowed',
  'permission_refused.chromium':
    'Click the symbol beside the address of this page, allow the camera, and try again.',
  'permission_refused.firefox':
    'Click the crossed-out camera beside the address of this page, remove the block, and try again.',
  'permission_refused.safari':
    'In the menu Safari, open “Settings for This Website”, allow the camera, and try again.',
  'permission_refused.ios':
    'Tap the page menu in the address bar, open “Website Settings”, allow the camera, and try again. In other browsers: Settings, the browser’s name, Camera.',
  'permission_refused.android':
    'Tap the symbol beside the address of this page, open “Permissions”, allow the camera, and try again.',
  'camera_forbidden.title': 'This page may not use the camera',
  'camera_forbidden.text':
    'The site that shows this page does not let it use the camera. Its operator has to allow it.',
  'camera_in_use.title': 'The camera is busy',
  'camera_in_use.text':
    'Another program seems to use it. Close video calls and other tabs with a camera, and try again.',
  'camera_lost.title': 'The camera has stopped',
  'camera_lost.text':
    'It was unplugged, switched off or taken by another program. Check the camera, and try again.',
  'insecure_context.title': 'A secure connection is needed',
  'insecure_context.text':
    'Browsers allow the camera only over https. Open this page with an address that begins with https.',
  'interrupted.title': 'The check has stopped',
  'interrupted.text': 'You left the page while the camera was on. Start again, and keep this page in front.',
  'connection_lost.title': 'The connection was lost',
  'connection_lost.retrying': 'Trying again by itself. There is nothing to do.',
  'connection_lost.text': 'The server cannot be reached. See whether you are online, and try again.',
  'server_busy.title': 'The server is busy',
  'server_busy.waiting': 'It goes on by itself in {seconds} s.',
  'server_busy.text': 'It has had no room for some time. Try again in a while.',
  'too_many_attempts.title': 'Too many attempts',
  'too_many_attempts.wait': 'Wait {time}. Then sign in again with your password.',
  'too_many_attempts.text': 'Sign in again with your password.',
  'expired.title': 'Time is up',
  'expired.sign_in': 'This sign-in is no longer valid. Start again with your password.',
  'expired.enrolment': 'You are no longer signed in. Sign in, and set up your face again.',
  'consent_required.title': 'Your consent is needed',
  'consent_required.text': 'Agree to the use of your face first. Nothing was taken.',
  'reauthentication_required.title': 'Sign in again',
  'reauthentication_required.text':
    'Your last sign-in was too long ago for this. Sign in again, then set up your face.',
  'time.seconds': '{count} s',
  'time.minutes': '{count} min',

  'problem.face_mismatch': 'The face does not match the one that is set up.',
  'problem.presentation_attack':
    'It looked like a photograph, a screen or a mask. Show your own face, without a screen behind you.',
  'problem.face_suspended': 'Your face is not accepted for now. Sign in another way, and set it up again.',
  'problem.reference_incompatible': 'Your face has to be set up again. Sign in another way first.',
  'problem.enrolment_superseded': 'Meanwhile the sign-in ended, or the face was removed. Sign in again.',
  'problem.live_verification_required':
    'A single picture is not enough here. Reload the page, and start again.',
  'problem.live_check_failed': 'What was asked for was not seen. Follow the page, one thing at a time.',
  'problem.live_session_ended': 'The check was broken off. Start again.',
  'problem.no_face': 'No face was found. Show your whole face, well lit and uncovered.',
  'problem.multiple_faces': 'Several faces were seen. Ask the others to step aside.',
  'problem.poor_quality':
    'The face cannot be seen well enough. Look straight into the camera, in even light.',
  'problem.site_not_allowed': 'The server does not accept this site. Its operator has to allow it.',
  'problem.server_fault': 'The server has a fault. Try again in a while.',
  'problem.page_fault':
    'This page and the server do not understand each other. Reload the page, and try again.',

  'reason.not_positioned':
    'Your face could not be seen well enough. Look straight into the camera, near enough, in even light.',
  'reason.abilities_insufficient':
    'There is too little left to ask for. Allow more movements, or coloured light.',
  'reason.step_timed_out': 'It was not seen in time. Begin the movement as soon as it is shown.',
  'reason.wrong_movement': 'That was another movement. Left and right are your own.',
  'reason.face_lost': 'Your face was out of the picture. Stay inside the oval.',
  'reason.several_people': 'Somebody else was in the picture. Ask the others to step aside.',
  'reason.person_changed':
    'Your face could not be followed. Keep it in the picture, and hold the camera still.',
  'reason.camera_frozen': 'The camera shows a frozen picture. Close other programs that use it.',
  'reason.light_not_reflected':
    'The light of the screen was not seen on your face. Make the screen brighter, come closer, and turn away from strong light.',
  'reason.idle': 'The camera gave no pictures. Close other programs that use it.',
  'reason.timed_out': 'The check took longer than a minute. Start again.',
  'reason.gone': 'The check was broken off. Start again.',
  'reason.superseded':
    'The check was started elsewhere, in another window or tab. Go on there, or start again here.',
  'reason.protocol_violated':
    'This page and the server do not understand each other. Reload the page, and try again.',
  'reason.shutting_down': 'The server is being restarted. Try again in a moment.',
  'reason.face_too_small': 'Come closer to the camera.',
  'reason.too_dark': 'More light on your face, please.',
  'reason.too_bright': 'Less light on your face, please.',
  'reason.blurred': 'Hold still. It may help to clean the lens.',
  'reason.turned_away': 'Look straight into the camera.',
  'reason.cut_off': 'Show your whole face.',
} as const;

export type MessageKey = keyof typeof en;
export type Messages = Readonly<Record<MessageKey, string>>;
