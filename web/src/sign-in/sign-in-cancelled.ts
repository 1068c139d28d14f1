/** The person was asked to sign in again and did not want to: nothing to report to them. */
export class SignInCancelled extends Error {
  override readonly name = 'SignInCancelled';
}
