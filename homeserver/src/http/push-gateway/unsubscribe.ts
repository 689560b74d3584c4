import { UNSUBSCRIBE_PATH } from '../../accounts/index.ts';
import { forbidden } from '../../protocol/errors.ts';
import { customEndpoint } from '../endpoint.ts';
import { answerWithPage, pageReply } from '../page.ts';
import { requiredQuery } from '../request-values.ts';
import type { Services } from '../services.ts';

/** The page that the link in a mail opens. It only asks: programs that look into mails follow links as well. */
export const getUnsubscribePage = customEndpoint(
  { name: 'unsubscribePage', method: 'GET', path: UNSUBSCRIBE_PATH, auth: 'none', limit: 'usernameCheck' },
  ({ query, services }) =>
    answerWithPage(async () => {
      await pusherIn(query, services);
      return pageReply({
        title: 'No more mails?',
        content:
          '<form method="post"><p>You will get no more mails about missed messages.</p><p><button>Unsubscribe</button></p></form>',
      });
    }),
);

/** For that page, and for programs that do it at one click (RFC 8058). */
export const unsubscribe = customEndpoint(
  {
    name: 'unsubscribe',
    method: 'POST',
    path: UNSUBSCRIBE_PATH,
    auth: 'none',
    limit: 'usernameCheck',
  },
  ({ query, services }) =>
    answerWithPage(async () => {
      await services.accounts.pushers.unsubscribe(await pusherIn(query, services));
      return pageReply({ title: 'You have been unsubscribed', content: '<p>You can close this page.</p>' });
    }),
);

async function pusherIn(query: URLSearchParams, { accounts }: Services) {
  const key = await accounts.pushers.pusherOfLink(
    requiredQuery(query, 'access_token'),
    requiredQuery(query, 'app_id'),
    requiredQuery(query, 'pushkey'),
  );
  if (key === undefined) throw forbidden('This link is not valid');
  return key;
}
