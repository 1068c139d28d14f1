import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Switch, useSearchParams } from 'wouter';

import { AccountLayout } from './account/account-layout.js';
import { DataPage } from './account/data-page.js';
import { FaceEnrolmentPage } from './account/face-enrolment-page.js';
import { FacePage } from './account/face-page.js';
import { NoticesPage } from './account/notices-page.js';
import { OverviewPage } from './account/overview-page.js';
import { PasskeysPage } from './account/passkeys-page.js';
import { PasswordPage } from './account/password-page.js';
import { ReceiptPage } from './account/receipt-page.js';
import { RecoveryCodesPage } from './account/recovery-codes-page.js';
import { SessionsPage } from './account/sessions-page.js';
import { ButtonLink } from './design/button.js';
import { Loaded } from './design/loaded.js';
import { Page } from './design/page.js';
import { SessionProvider, useAccount } from './session.js';
import { Shell } from './shell/shell.js';
import { nextPage } from './sign-in/next-page.js';
import { SignInPage } from './sign-in/sign-in-page.js';
import { SignUpPage } from './sign-in/sign-up-page.js';
import { VerificationPage } from './sign-in/verification-page.js';
import { WelcomePage } from './sign-in/welcome-page.js';

export function App() {
  return (
    <SessionProvider>
      <Shell>
        <Routes />
      </Shell>
    </SessionProvider>
  );
}

function Routes() {
  return (
    <Switch>
      <Route path="/">
        <SignedOut>
          <WelcomePage />
        </SignedOut>
      </Route>
      <Route path="/sign-in">
        <SignedOut>
          <SignInPage />
        </SignedOut>
      </Route>
      <Route path="/sign-in/verification">
        <SignedOut>
          <VerificationPage />
        </SignedOut>
      </Route>
      <Route path="/sign-up">
        <SignedOut>
          <SignUpPage />
        </SignedOut>
      </Route>
      <Route path="/account-deleted">
        <ReceiptPage />
      </Route>
      <Route path="/account/*?">
        <AccountLayout>
          <AccountRoutes />
        </AccountLayout>
      </Route>
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  );
}

function AccountRoutes() {
  return (
    <Switch>
      <Route path="/account" component={OverviewPage} />
      <Route path="/account/face" component={FacePage} />
      <Route path="/account/face/enrol" component={FaceEnrolmentPage} />
      <Route path="/account/passkeys" component={PasskeysPage} />
      <Route path="/account/recovery-codes" component={RecoveryCodesPage} />
      <Route path="/account/sessions" component={SessionsPage} />
      <Route path="/account/notices" component={NoticesPage} />
      <Route path="/account/password" component={PasswordPage} />
      <Route path="/account/data" component={DataPage} />
      <Route component={NotFoundPage} />
    </Switch>
  );
}

/** Who is signed in has no business here, and is led to where they wanted to go. */
function SignedOut({ children }: { readonly children: ReactNode }) {
  const account = useAccount();
  const [search] = useSearchParams();
  return (
    <Loaded query={account} lines={6}>
      {(user) => (user ? <Redirect to={nextPage(search.get('next'))} replace /> : children)}
    </Loaded>
  );
}

function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('account.notFound')} about={t('account.notFoundMore')}>
      <div>
        <ButtonLink href="/" kind="secondary">
          {t('account.toStart')}
        </ButtonLink>
      </div>
    </Page>
  );
}
