import type { EmailPurpose } from '../../accounts/index.ts';

/** A mail in both its forms. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const ASKED: Readonly<Record<EmailPurpose, { readonly subject: string; readonly sentence: string }>> = {
  register: {
    subject: 'Confirm your mail address',
    sentence: 'somebody wants to make an account with this mail address',
  },
  password: {
    subject: 'Set a new password',
    sentence: 'somebody wants to set a new password for your account',
  },
  add: {
    subject: 'Confirm your mail address',
    sentence: 'somebody wants to add this mail address to an account',
  },
};

const VALIDITY = 'The link works for an hour.';
const NOT_YOU = 'If that was not you, you need not do anything: nothing happens without the link.';

/** The mail that asks whoever reads it to follow a link. @param serverName where the account is. */
export function writeConfirmationMail(purpose: EmailPurpose, serverName: string, link: string): MailText {
  const { subject, sentence } = ASKED[purpose];
  const opening = `Hello, ${sentence} on ${serverName}.`;
  const escaped = link.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return {
    subject: `${subject} (${serverName})`,
    text: `${opening}\n\nIf that was you, open this link:\n\n${link}\n\n${VALIDITY} ${NOT_YOU}\n`,
    html:
      `<p>${opening}</p><p>If that was you: <a href="${escaped}">${subject.toLowerCase()}</a></p>` +
      `<p>${VALIDITY} ${NOT_YOU}</p>`,
  };
}
