import type { ProblemWords } from './problem-words.js';

const OUR_FAULT =
  'This page asked for something that the server does not understand. Reload it; if it stays so, tell the operator.';
const PICTURE = 'The picture could not be used. Take it again.';

export const englishWords: ProblemWords = {
  codes: {
    validation_failed: 'Something that you typed cannot be used as it is.',
    malformed_json: OUR_FAULT,
    bad_request: OUR_FAULT,
    file_missing: PICTURE,
    malformed_upload: PICTURE,
    invalid_credentials: 'The e-mail address or the password is wrong.',
    invalid_token: 'Your sign-in has ended. Sign in again.',
    face_mismatch:
      'The face was not recognised. Look straight into the camera, in even light, and try again.',
    presentation_attack:
      'This does not look like a face before the camera. Show your own face, in even light, without a window or a screen behind you.',
    invalid_recovery_code:
      'The code is wrong, was used before, or was replaced by newer ones. Try another one of the newest list.',
    passkey_rejected:
      'The passkey was not accepted. It is not one of this account, or the answer came too late.',
    face_suspended:
      'Too many faces were refused, so the face is not accepted any more. Use a passkey or a recovery code, and enrol your face again afterwards.',
    consent_required: 'A face is enrolled only with your consent. Read the text and agree, if you want to.',
    cross_site_request: 'The server does not take calls from this address. The operator has to allow it.',
    live_verification_required: 'A single picture is not enough here. Use the face check with the camera.',
    reauthentication_required: 'This needs a recent sign-in. Sign in again, and repeat it.',
    origin_not_allowed:
      'The server does not let this address use the face check. The operator has to allow it.',
    live_check_not_offered: 'This server makes no live checks.',
    live_session_not_found: 'The check has ended. Start it again.',
    session_not_found: 'This session has ended already.',
    passkey_not_found: 'This passkey has been removed already.',
    not_found: OUR_FAULT,
    email_taken: 'There is an account with this e-mail address. Sign in instead.',
    token_superseded: 'Another window was a moment quicker. Try again.',
    passkey_in_use: 'This passkey belongs to an account already. Use another one.',
    too_many_passkeys: 'There are ten passkeys, and more are not possible. Remove one first.',
    reference_incompatible:
      'The enrolled face cannot be compared any more. Use a passkey or a recovery code, and enrol your face again afterwards.',
    enrolment_superseded: 'The session ended or the face was removed in the meantime. Nothing was enrolled.',
    live_session_ended: 'The check was broken off. Start it again.',
    image_too_large: 'The picture is too large.',
    body_too_large: 'That is more than the server takes.',
    unsupported_image: 'The picture cannot be read. Use a JPEG, PNG or WebP.',
    unsupported_media_type: OUR_FAULT,
    no_face:
      'No face was found. Hold the camera so that the whole face is in the picture, well lit and not covered.',
    multiple_faces: 'There was more than one face. Ask the others to step aside.',
    poor_quality: 'The face cannot be seen well enough.',
    live_check_failed: 'Not everything that was asked for was seen. Follow the instructions as they appear.',
    too_many_attempts: 'There were too many failed attempts.',
    too_many_requests: 'That was a lot at once.',
    internal_error: 'Something went wrong on the server. Try again in a while.',
    stopping: 'The server is being restarted. Try again in a moment; nothing that you typed is lost.',
    storage_unavailable: 'The server cannot reach its data right now. Nothing that you typed is lost.',
    face_service_unavailable:
      'The server cannot look at faces right now. This did not count as an attempt; try again in a moment.',
    busy: 'The server has its hands full. Try again in a moment; nothing that you typed is lost.',
  },
  reasons: {
    face_too_small: 'Come closer to the camera.',
    too_dark: 'There is too little light on your face.',
    too_bright: 'There is too much light on your face.',
    blurred: 'The picture is blurred: hold still, and clean the lens.',
    turned_away: 'Look straight into the camera.',
    cut_off: 'The whole face must be inside the picture.',
    not_positioned:
      'No face could be seen well enough: look straight into the camera, near enough, in even light.',
    abilities_insufficient:
      'Too little is left that can be asked for. Choose more of what you can do, or another way.',
    step_timed_out: 'What was asked for was not seen in time.',
    wrong_movement: 'The head turned the other way.',
    face_lost: 'Your face was out of the picture for too long.',
    several_people: 'Somebody else was in the picture. Ask the others to step aside.',
    person_changed: 'The picture jumped, or another face came into it. Stay before the camera.',
    camera_frozen: 'The camera showed a frozen picture. Close other programs that use it.',
    light_not_reflected:
      'The light of the screen was not seen on your face: make the screen brighter, come closer, or choose the check without coloured light.',
    idle: 'No picture came from the camera. Check it, and start again.',
    timed_out: 'It took longer than a minute. Start again.',
    gone: 'The check was stopped.',
    superseded: 'The check goes on in another window.',
    protocol_violated: OUR_FAULT,
    shutting_down: 'The server is being restarted. Start again.',
  },
  fields: {
    invalid_email: 'This is not an e-mail address.',
    too_short: 'Use at least {n} characters; a few words in a row are easy to remember.',
    too_long: 'Use at most {n} characters.',
    too_common: 'This password is on the lists that attackers try first. Choose another one.',
    same_as_email: 'The password must not be the e-mail address.',
    not_in_force: 'The text has changed in the meantime. Read it again.',
  },
  otherField: 'This cannot be used as it is.',
  unreachable:
    'The server does not answer. Check your connection and try again; nothing that you typed is lost.',
  fault: 'Something went wrong on this page. Try again, or reload it.',
};
