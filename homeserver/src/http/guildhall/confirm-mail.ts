import { CONFIRM_PATH, type ConfirmationLink, type EmailPurpose } from '../../accounts/index.ts';
import { notFound } from '../../protocol/errors.ts';
import { customEndpoint } from '../endpoint.ts';
import { readForm } from '../form-body.ts';
import { answerWithPage, escapeHtml, pageReply } from '../page.ts';
import { Reply } from '../reply.ts';
import { requiredQuery } from '../request-values.ts';

const WHAT_FOR: Readonly<Record<EmailPurpose, string>> = {
  register: 'make an account here with this address',
  password: 'set a new password for your account',
  add: 'add this address to your account',
};

/** The page that the link of a mail opens. It only asks: programs that look into mails follow links as well. */
export const getMailConfirmation = customEndpoint(
  { name: 'guildhallMailLink', method: 'GET', path: CONFIRM_PATH, auth: 'none', limit: 'usernameCheck' },
  ({ query, services }) =>
    answerWithPage(async () => {
      const link = linkIn(query);
      const found = await services.accounts.emails.find(link);
      if (found === undefined) throw linkOver();
      const hidden = Object.entries({ sid: link.sid, client_secret: link.clientSecret, token: link.token })
        .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
        .join('');
      const asked = `<p>Somebody, you we hope, wants to ${WHAT_FOR[found.purpose]}: <b>${escapeHtml(found.address)}</b>.</p>`;
      return pageReply({
        title: 'Is this you?',
        content: `<form method="post">${hidden}${asked}<p><button>Yes, confirm</button></p></form><p>If not, close this page.</p>`,
      });
    }),
);

/** Confirms an address, and leads on to where the app wants its user. */
export const postMailConfirmation = customEndpoint(
  {
    name: 'guildhallConfirmMail',
    method: 'POST',
    path: CONFIRM_PATH,
    auth: 'none',
    limit: 'usernameCheck',
    body: 'stream',
  },
  ({ request, services }) =>
    answerWithPage(async () => {
      const confirmed = await services.accounts.emails.confirm(linkIn(await readForm(request)));
      if (confirmed === undefined) throw linkOver();
      if (confirmed.nextLink !== null)
        return new Reply({ status: 303, headers: { Location: confirmed.nextLink } });
      return pageReply({
        title: 'Confirmed',
        content: '<p>The address is confirmed. You can close this page and go on in your app.</p>',
      });
    }),
);

function linkIn(fields: URLSearchParams): ConfirmationLink {
  return {
    sid: requiredQuery(fields, 'sid'),
    clientSecret: requiredQuery(fields, 'client_secret'),
    token: requiredQuery(fields, 'token'),
  };
}

function linkOver(): Error {
  return notFound('This link is not valid, or no longer. Please ask for another mail in your app.');
}
