import {
  type AuthorizationRequest,
  answerUrl,
  type BrowserUser,
  RefusedRequest,
  readAuthorizationRequest,
} from '../../accounts/index.ts';
import { customEndpoint, type Endpoint } from '../endpoint.ts';
import type { Reply } from '../reply.ts';
import { PATHS } from './paths.ts';
import { addressOf, hiddenField, paragraph, showPage, takeForm, type Visit } from './visit.ts';

/** An app has sent somebody here to be signed in. */
const getAuthorize = customEndpoint(
  {
    name: 'guildhallOAuthAuthorizePage',
    method: 'GET',
    path: PATHS.authorize,
    auth: 'none',
    limit: 'usernameCheck',
  },
  (call) =>
    showPage(call, (visit) =>
      tellingTheApp(visit, async () => {
        const asked = await readAuthorizationRequest(call.services.accounts.oauth.clients, call.query);
        if (visit.user !== undefined && !asked.isSilent)
          return consentPage(visit, asked, visit.user, call.query);
        if (asked.isSilent) return visit.redirect(answerUrl(asked, { error: 'login_required' }));
        const next = addressOf(call.request);
        if (asked.wantsAccount) return visit.redirect(`${PATHS.signUp}?${new URLSearchParams({ next })}`);
        const hint = hintOf(asked.loginHint);
        return visit.redirectToLogin(next, hint === undefined ? {} : { hint });
      }),
    ),
);

/** Whoever was sent has decided. */
const postAuthorize = customEndpoint(
  {
    name: 'guildhallOAuthAuthorize',
    method: 'POST',
    path: PATHS.authorize,
    auth: 'none',
    limit: 'loginAddress',
    body: 'stream',
  },
  (call) =>
    takeForm(call, (visit, form) =>
      tellingTheApp(visit, async () => {
        const { clients, grants } = call.services.accounts.oauth;
        const params = new URLSearchParams(form.get('request') ?? '');
        const asked = await readAuthorizationRequest(clients, params);
        if (visit.user === undefined) return visit.redirectToLogin(`${PATHS.authorize}?${params}`);
        if (form.get('decision') !== 'allow') {
          return visit.redirect(answerUrl(asked, { error: 'access_denied' }));
        }
        const code = await grants.issueCode(asked, visit.user.userNid);
        return visit.redirect(answerUrl(asked, { code }));
      }),
    ),
);

export const authorizePages: readonly Endpoint[] = [getAuthorize, postAuthorize];

/** What is wrong with a request, the app hears, as soon as it is known which app and where. */
async function tellingTheApp(visit: Visit, answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    const { code, message } = error.reason;
    return visit.redirect(answerUrl(error.address, { error: code, error_description: message }));
  }
}

function consentPage(
  visit: Visit,
  asked: AuthorizationRequest,
  user: BrowserUser,
  params: URLSearchParams,
): Reply {
  const { say } = visit;
  const { client, deviceId } = asked;
  const title = say('allowTitle', { app: client.name });
  const host = new URL(client.metadata.client_uri).host;
  const names = { app: client.name, user: user.userId, device: deviceId };
  const content =
    paragraph(say('allowText', names)) +
    paragraph(say('unverified', { host }), 'muted') +
    paragraph(say('allowWarning'), 'muted') +
    `<form method="post" action="${PATHS.authorize}">${visit.formField}${hiddenField('request', params.toString())}` +
    `<button name="decision" value="allow">${say('allow')}</button>` +
    `<button class="plain" name="decision" value="deny">${say('deny')}</button></form>` +
    `<form method="post" action="${PATHS.signOut}">${visit.formField}` +
    `${hiddenField('next', `${PATHS.authorize}?${params}`)}<button class="plain">${say('otherAccount')}</button></form>`;
  // The app may send the browser on to anywhere, and browsers hold that against the form.
  return visit.page({ title, content, leadsAnywhere: true });
}

/** A proposed user: `mxid:@alice:example.org` of MSC4198, or a name. */
function hintOf(hint: string | undefined): string | undefined {
  return hint?.replace(/^mxid:/, '').slice(0, 255);
}
