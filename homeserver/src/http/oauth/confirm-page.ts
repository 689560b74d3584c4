import { customEndpoint, type Endpoint } from '../endpoint.ts';
import { requiredQuery } from '../request-values.ts';
import { PATHS, ssoConfirmationPage } from './paths.ts';
import { addressOf, hiddenField, paragraph, showPage, takeForm } from './visit.ts';

/** An app wants somebody to confirm who they are, as a stage of user-interactive authentication. */
const getConfirm = customEndpoint(
  {
    name: 'guildhallSsoConfirmPage',
    method: 'GET',
    path: PATHS.confirm,
    auth: 'none',
    limit: 'usernameCheck',
  },
  (call) =>
    showPage(call, async (visit) => {
      const session = requiredQuery(call.query, 'session');
      const { say, user } = visit;
      if (user?.isFresh !== true) return visit.redirectToLogin(addressOf(call.request));
      const content =
        paragraph(say('confirmText', { user: user.userId })) +
        paragraph(say('allowWarning'), 'muted') +
        `<form method="post" action="${PATHS.confirm}">${visit.formField}${hiddenField('session', session)}` +
        `<button>${say('allow')}</button></form>`;
      return visit.page({ title: say('confirmTitle'), content });
    }),
);

const postConfirm = customEndpoint(
  {
    name: 'guildhallSsoConfirm',
    method: 'POST',
    path: PATHS.confirm,
    auth: 'none',
    limit: 'loginAddress',
    body: 'stream',
  },
  (call) =>
    takeForm(call, async (visit, form) => {
      const session = requiredQuery(form, 'session');
      const { say, user } = visit;
      if (user?.isFresh !== true) {
        return visit.redirectToLogin(ssoConfirmationPage(session));
      }
      await call.services.accounts.oauth.ssoConfirmation.confirm(session, user.userId);
      return visit.page({ title: say('confirmTitle'), content: paragraph(say('confirmed'), 'done') });
    }),
);

export const confirmPages: readonly Endpoint[] = [getConfirm, postConfirm];
