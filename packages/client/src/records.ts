import type { paths } from './api-types.js';

type Answer<Route, Status extends number> = Route extends {
  responses: Record<Status, { content: { 'application/json': infer Body } }>;
}
  ? Body
  : never;
type Json<Route> = Route extends { requestBody: { content: { 'application/json': infer Body } } }
  ? Body
  : never;

/** `fv` is empty as long as no face is enrolled. */
export type User = Answer<paths['/user']['get'], 200>['user'];
export type Credentials = Json<paths['/user/auth/sign-in']['post']>;
export type PasswordChange = Json<paths['/user/password']['post']>;
export type Session = Answer<paths['/user/sessions']['get'], 200>['sessions'][number];
/** What a sign-in that waits can be completed with, and until when. */
export type VerificationMethods = Answer<paths['/user/auth/verification']['get'], 200>;
export type Consent = Answer<paths['/user/consent']['get'], 200>;
export type Passkey = Answer<paths['/user/passkeys']['get'], 200>['passkeys'][number];
export type PasskeyRegistration = Json<paths['/user/passkeys']['post']>;
/** WebAuthn's `AuthenticationResponseJSON`. */
export type PasskeyAssertion = Json<paths['/user/auth/passkey']['post']>['response'];
/** WebAuthn's options as JSON. */
export type PublicKeyOptions = Answer<paths['/user/passkeys/options']['post'], 200>;
export type RecoveryCodes = Answer<paths['/user/recovery-codes']['post'], 201>;
export type RecoveryCodesLeft = Answer<paths['/user/recovery-codes']['get'], 200>;
export type Notice = Answer<paths['/user/notices']['get'], 200>['notices'][number];
export type AccountExport = Answer<paths['/user/export']['get'], 200>;
export type ErasureReceipt = Answer<paths['/user']['delete'], 200>['receipt'];
export type LiveTicket = Answer<paths['/user/live-verification']['post'], 201>;

export type SignInOutcome =
  | { readonly outcome: 'signed_in'; readonly user: User }
  /** The password was right, and something else is needed: `verificationMethods` says what. */
  | { readonly outcome: 'verification_required' };
