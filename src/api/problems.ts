/** RFC 9457 problems: every refusal of the server in one closed table. The codes are stable. */

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  /** For the person in front of the screen; a more exact sentence may take its place. */
  readonly detail: string;
}

export const PROBLEMS = {
  validation_failed: {
    status: 400,
    title: 'The input is not valid',
    detail: 'Some fields cannot be used as they are. See "errors".',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not JSON',
    detail: 'Send a JSON object with the header Content-Type: application/json.',
  },
  bad_request: {
    status: 400,
    title: 'The request cannot be understood',
    detail: 'Compare the request with the documentation at /docs.',
  },
  file_missing: {
    status: 400,
    title: 'There is no picture in the request',
    detail: 'Send multipart/form-data with one picture in the field "file".',
  },
  malformed_upload: {
    status: 400,
    title: 'The upload cannot be read',
    detail: 'The multipart body is damaged, or has more than one file. Send one picture in the field "file".',
  },
  invalid_credentials: {
    status: 401,
    title: 'Sign-in refused',
    detail: 'The e-mail address or the password is wrong.',
  },
  invalid_token: {
    status: 401,
    title: 'The token is not valid',
    detail: 'The token is missing, expired, revoked, spent or of another kind. Sign in again.',
  },
  face_mismatch: {
    status: 401,
    title: 'The face was not recognised',
    detail:
      'The face does not match the enrolled one. Look straight into the camera, in even light, and try again.',
  },
  presentation_attack: {
    status: 401,
    title: 'This does not look like a face before the camera',
    detail:
      'The picture looks like one of a photograph, a screen or a mask. Show your own face, in even light, and try again.',
  },
  invalid_recovery_code: {
    status: 401,
    title: 'The recovery code was not accepted',
    detail:
      'The code is wrong, was used before, or was replaced by newer ones. Try another of the newest list.',
  },
  passkey_rejected: {
    status: 401,
    title: 'The passkey was not accepted',
    detail: 'The passkey is not bound to this account, or its answer came too late. Try again.',
  },
  face_suspended: {
    status: 403,
    title: 'The face is not accepted any more',
    detail:
      'Too many faces were refused. Sign in with a passkey or a recovery code, and enrol your face again.',
  },
  consent_required: {
    status: 403,
    title: 'Consent is required',
    detail:
      'A face is enrolled only with the consent of its owner. GET /user/consent has the text and its version; give it with POST /user/consent, or send the version in the header Vultus-Consent or the form field "consent".',
  },
  cross_site_request: {
    status: 403,
    title: 'The request came from another site',
    detail:
      'Cookies are taken from pages of this server and of the origins that the operator has allowed (CORS_ORIGINS) only. Programs send their token in the header Authorization.',
  },
  live_verification_required: {
    status: 403,
    title: 'A live check is required',
    detail:
      'A single picture is not accepted here. Use the live session: POST /user/live-verification or /user/live-enrolment.',
  },
  reauthentication_required: {
    status: 403,
    title: 'A recent sign-in is required',
    detail: 'This changes how the account is protected. Sign in again, then repeat it.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'This page may not use the server',
    detail: 'The origin of the page is not among those that the operator has allowed (CORS_ORIGINS).',
  },
  live_check_not_offered: {
    status: 404,
    title: 'There are no live checks here',
    detail: 'This server makes none (LIVENESS=off). Send a picture instead.',
  },
  live_session_not_found: {
    status: 404,
    title: 'There is no such live session',
    detail: 'The session has ended, or another server holds it. Get a new ticket and start again.',
  },
  session_not_found: {
    status: 404,
    title: 'There is no such session',
    detail:
      'The session has ended, or was never one of this account. GET /user/sessions lists those that live.',
  },
  passkey_not_found: {
    status: 404,
    title: 'There is no such passkey',
    detail: 'GET /user/passkeys lists those of this account.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing here',
    detail: 'No such path or method. The documentation at /docs lists what there is.',
  },
  email_taken: {
    status: 409,
    title: 'The e-mail address is in use',
    detail: 'There is an account with this e-mail address. Sign in instead.',
  },
  token_superseded: {
    status: 409,
    title: 'The token has just been replaced',
    detail: 'Another call has refreshed this session a moment ago. Use the token that it was answered.',
  },
  passkey_in_use: {
    status: 409,
    title: 'The passkey is bound already',
    detail: 'This passkey belongs to an account already. Use another one.',
  },
  too_many_passkeys: {
    status: 409,
    title: 'There are too many passkeys',
    detail: 'Remove a passkey that you do not use any more, and try again.',
  },
  reference_incompatible: {
    status: 409,
    title: 'The enrolled face cannot be compared',
    detail:
      'The face cannot be compared any more, for it was enrolled with another recognition model. Sign in with a passkey or a recovery code, and enrol it again.',
  },
  enrolment_superseded: {
    status: 409,
    title: 'The enrolment came too late',
    detail:
      'The session ended or the face was removed while the picture was being read. Sign in and try again.',
  },
  live_session_ended: {
    status: 409,
    title: 'The live check was broken off',
    detail: 'Start the check again.',
  },
  image_too_large: {
    status: 413,
    title: 'The picture is too large',
    detail: 'Send a smaller picture.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    detail: 'Send less data.',
  },
  unsupported_image: {
    status: 415,
    title: 'The picture cannot be read',
    detail: 'Send a JPEG, PNG or WebP picture.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The content type is not supported',
    detail: 'This call does not take that kind of body. The documentation at /docs says what it takes.',
  },
  no_face: {
    status: 422,
    title: 'No face was found',
    detail: 'Hold the camera so that the whole face is in the picture, well lit and not covered.',
  },
  multiple_faces: {
    status: 422,
    title: 'Several faces were found',
    detail: 'Only one person may be in the picture. Ask the others to step aside.',
  },
  poor_quality: {
    status: 422,
    title: 'The face cannot be read well enough',
    detail: 'Take the picture again.',
  },
  live_check_failed: {
    status: 422,
    title: 'The live check was not passed',
    detail: 'Follow the instructions as they appear, and try again.',
  },
  too_many_attempts: {
    status: 429,
    title: 'Too many failed attempts',
    detail: 'There were too many failed attempts. Wait for the time in Retry-After, and start again.',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many requests',
    detail: 'More was asked than one address or account may ask for. Wait, and try again.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong',
    detail: 'The server could not answer. Try again; if it stays so, give the operator the request id.',
  },
  stopping: {
    status: 503,
    title: 'The server is stopping',
    detail: 'What has begun is finished. Send further requests to another server, or in a moment.',
  },
  storage_unavailable: {
    status: 503,
    title: 'The storage is not available',
    detail: 'The server cannot reach its data right now. Try again in a moment.',
  },
  face_service_unavailable: {
    status: 503,
    title: 'Nothing can look at faces now',
    detail:
      'The server cannot look at pictures right now. It has not counted as an attempt; try again in a moment.',
  },
  busy: {
    status: 503,
    title: 'The server is busy',
    detail:
      'More is waiting than the server can do at once. Nothing has been counted; try again in a moment.',
  },
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemField {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** Thrown by the rim to refuse a request; `ProblemFilter` turns it into the answer. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    readonly options: {
      readonly detail?: string;
      readonly errors?: readonly ProblemField[];
      /** Machine-readable grounds of `poor_quality`. */
      readonly reasons?: readonly string[];
      readonly retryAfterSeconds?: number;
      /** Of a health check: what works, and what does not. */
      readonly checks?: Readonly<Record<string, 'ok' | 'failed'>>;
    } = {},
  ) {
    super(code);
  }
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly request_id: string;
  readonly errors?: readonly ProblemField[];
  readonly reasons?: readonly string[];
  readonly checks?: Readonly<Record<string, 'ok' | 'failed'>>;
}

export function problemBody(problem: Problem, requestId: string): ProblemBody {
  const { status, title, detail } = PROBLEMS[problem.code];
  const { errors, reasons, checks } = problem.options;
  return {
    type: `urn:vultus:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.options.detail ?? detail,
    request_id: requestId,
    ...(errors && errors.length > 0 ? { errors } : {}),
    ...(reasons ? { reasons } : {}),
    ...(checks ? { checks } : {}),
  };
}
