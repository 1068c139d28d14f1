/** The pages of an account, in the order in which they are shown. */
export const SECTIONS = [
  { group: 'account.protection', path: '/account/face', title: 'faceSection.title' },
  { group: 'account.protection', path: '/account/passkeys', title: 'passkeySection.title' },
  { group: 'account.protection', path: '/account/recovery-codes', title: 'codesSection.title' },
  { group: 'account.protection', path: '/account/password', title: 'passwordSection.title' },
  { group: 'account.activity', path: '/account/sessions', title: 'sessionsSection.title' },
  { group: 'account.activity', path: '/account/notices', title: 'noticesSection.title' },
  { group: 'account.data', path: '/account/data', title: 'dataSection.title' },
] as const;

export const GROUPS = ['account.protection', 'account.activity', 'account.data'] as const;
export type SectionPath = (typeof SECTIONS)[number]['path'];
