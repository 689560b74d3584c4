import { CALLBACK_PATH } from '../../accounts/index.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { type Call, customEndpoint, type Endpoint } from '../endpoint.ts';
import { escapeHtml } from '../page.ts';
import type { Reply } from '../reply.ts';
import { acceptField } from './login-page.ts';
import { PATHS, pageToGoOnTo } from './paths.ts';
import { hiddenField, paragraph, showPage, takeForm, type Visit } from './visit.ts';

/** Sends somebody to another provider. */
const getUpstream = customEndpoint(
  {
    name: 'guildhallOAuthUpstream',
    method: 'GET',
    path: `${PATHS.upstream}/{provider}`,
    auth: 'none',
    limit: 'loginAddress',
  },
  (call) =>
    showPage(call, async (visit) => {
      const next = pageToGoOnTo(call.query.get('next'));
      const { upstream } = call.services.accounts.oauth;
      return visit.redirect(await upstream.begin(call.params.provider, visit.cookie, next), visit.cookie);
    }),
);

/** Somebody comes back from there. */
const getCallback = customEndpoint(
  {
    name: 'guildhallOAuthCallback',
    method: 'GET',
    path: `${CALLBACK_PATH}/{provider}`,
    auth: 'none',
    limit: 'loginAddress',
  },
  (call) =>
    showPage(call, async (visit) => {
      const { upstream, browsers } = call.services.accounts.oauth;
      const arrival = await upstream.finish(call.params.provider, visit.cookie, call.query);
      if (arrival.kind === 'known') {
        return visit.redirect(arrival.next, await browsers.signInUser(arrival.userNid));
      }
      return namePage(call, visit, { ticket: arrival.ticket, user: arrival.proposal });
    }),
);

/** Somebody new has chosen a name. */
const postName = customEndpoint(
  {
    name: 'guildhallOAuthUpstreamSignUp',
    method: 'POST',
    path: PATHS.upstream,
    auth: 'none',
    limit: 'registration',
    body: 'stream',
  },
  (call) =>
    takeForm(call, async (visit, form) => {
      const { upstream, browsers } = call.services.accounts.oauth;
      const [ticket, user] = [form.get('ticket') ?? '', (form.get('user') ?? '').trim()];
      const wish = { username: user, acceptsPolicies: form.has('accept') };
      try {
        const { userNid, next } = await upstream.create(ticket, visit.cookie, wish);
        return visit.redirect(next, await browsers.signInUser(userNid));
      } catch (error) {
        if (!(error instanceof MatrixError) || error.status !== 400) throw error;
        return namePage(call, visit, { ticket, user, problem: error.message });
      }
    }),
);

export const upstreamPages: readonly Endpoint[] = [getUpstream, getCallback, postName];

function namePage(
  { services }: Pick<Call<unknown, unknown, undefined>, 'services'>,
  visit: Visit,
  { ticket, user, problem }: { ticket: string; user: string; problem?: string },
): Reply {
  const { say } = visit;
  const title = say('createAccount');
  const content =
    (problem === undefined ? '' : paragraph(problem, 'problem')) +
    `<form method="post" action="${PATHS.upstream}">${visit.formField}${hiddenField('ticket', ticket)}` +
    `<label>${say('newUserName')}<input name="user" required autocomplete="username" autocapitalize="none" ` +
    `spellcheck="false" value="${escapeHtml(user)}"></label>` +
    `${acceptField(visit, services.accounts.oauth.signUp.policies)}<button>${title}</button></form>`;
  return visit.page({ title, content, status: problem === undefined ? 200 : 400 });
}
