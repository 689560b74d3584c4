import { invalidParam } from '../../protocol/errors.ts';
import { type Call, customEndpoint, type Endpoint, endpoint } from '../endpoint.ts';
import { Reply } from '../reply.ts';
import { requiredQuery } from '../request-values.ts';
import { PATHS } from './paths.ts';
import { addressOf, hiddenField, paragraph, showPage, takeForm } from './visit.ts';

/** An app sends somebody here to sign in in the browser, and to come back with a login token. */
const redirectToSso = endpoint('redirectToSSO', {}, (call) => begin(call, ''));
const redirectToIdp = endpoint('redirectToIdP', {}, (call) => begin(call, call.params.idpId));

/** Whoever has signed in agrees to go back to the app. */
const getSso = customEndpoint(
  { name: 'guildhallSsoPage', method: 'GET', path: PATHS.sso, auth: 'none', limit: 'usernameCheck' },
  (call) =>
    showPage(call, async (visit) => {
      if (visit.user === undefined) return visit.redirectToLogin(addressOf(call.request));
      const redirectUrl = readRedirectUrl(call.query);
      // Our own client, to which people have just signed in.
      if (redirectUrl.origin === new URL(call.services.publicUrl).origin) {
        return visit.redirect(await withToken(call, redirectUrl, visit.user.userNid));
      }
      const { say } = visit;
      const app = redirectUrl.host === '' ? redirectUrl.protocol : redirectUrl.host;
      const content =
        paragraph(say('ssoText', { app, user: visit.user.userId })) +
        paragraph(say('allowWarning'), 'muted') +
        `<form method="post" action="${PATHS.sso}">${visit.formField}` +
        `${hiddenField('redirectUrl', redirectUrl.href)}<button>${say('allow')}</button></form>` +
        `<form method="post" action="${PATHS.signOut}">${visit.formField}` +
        `${hiddenField('next', addressOf(call.request))}<button class="plain">${say('otherAccount')}</button></form>`;
      return visit.page({ title: say('allowTitle', { app }), content, leadsAnywhere: true });
    }),
);

const postSso = customEndpoint(
  {
    name: 'guildhallSso',
    method: 'POST',
    path: PATHS.sso,
    auth: 'none',
    limit: 'loginAddress',
    body: 'stream',
  },
  (call) =>
    takeForm(call, async (visit, form) => {
      const redirectUrl = readRedirectUrl(form);
      if (visit.user === undefined) {
        return visit.redirectToLogin(
          `${PATHS.sso}?${new URLSearchParams({ redirectUrl: redirectUrl.href })}`,
        );
      }
      return visit.redirect(await withToken(call, redirectUrl, visit.user.userNid));
    }),
);

/** Single sign-on, as apps without OAuth know it. Source: Client-Server API v1.19, "SSO client login/authentication". */
export const ssoEndpoints: readonly Endpoint[] = [redirectToSso, redirectToIdp, getSso, postSso];

type SsoCall = Pick<Call<unknown, unknown, undefined>, 'query' | 'services'>;

function begin({ query, services }: SsoCall, providerId: string): Reply {
  const redirectUrl = readRedirectUrl(query).href;
  const next = `${PATHS.sso}?${new URLSearchParams({ redirectUrl })}`;
  const entrance = providerId !== '' ? `${PATHS.upstream}/${encodeURIComponent(providerId)}` : PATHS.login;
  const page = query.get('action') === 'register' && providerId === '' ? PATHS.signUp : entrance;
  return new Reply({
    status: 302,
    headers: {
      Location: `${services.publicUrl}${page}?${new URLSearchParams({ next })}`,
      'Cache-Control': 'no-store',
    },
  });
}

async function withToken({ services }: SsoCall, redirectUrl: URL, userNid: number): Promise<string> {
  const { token } = await services.accounts.loginTokens.issue(userNid);
  const url = new URL(redirectUrl);
  url.searchParams.set('loginToken', token);
  return url.href;
}

/** What a browser would run or open from its disk instead of leading to an app. */
const DANGEROUS: readonly string[] = ['javascript:', 'data:', 'vbscript:', 'blob:', 'file:', 'about:'];

/** @throws {MatrixError} 400 unless it can lead to an app. */
function readRedirectUrl(query: URLSearchParams): URL {
  const url = URL.parse(requiredQuery(query, 'redirectUrl'));
  if (url === null || DANGEROUS.includes(url.protocol))
    throw invalidParam('redirectUrl is not the address of an app');
  return url;
}
