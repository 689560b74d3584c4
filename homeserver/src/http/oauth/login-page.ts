import type { Policy } from '../../accounts/index.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { countingFailures } from '../client-server/login/login.ts';
import { type Call, customEndpoint, type Endpoint } from '../endpoint.ts';
import { escapeHtml } from '../page.ts';
import type { Reply } from '../reply.ts';
import { PATHS, pageToGoOnTo } from './paths.ts';
import { hiddenField, link, paragraph, showPage, takeForm, type Visit } from './visit.ts';

/** Somebody signs in in the browser. */
const getLogin = customEndpoint(
  { name: 'guildhallOAuthLoginPage', method: 'GET', path: PATHS.login, auth: 'none', limit: 'usernameCheck' },
  (call) =>
    showPage(call, async (visit) =>
      loginPage(call, visit, {
        next: pageToGoOnTo(call.query.get('next')),
        user: call.query.get('hint') ?? '',
      }),
    ),
);

const postLogin = customEndpoint(
  {
    name: 'guildhallOAuthLogin',
    method: 'POST',
    path: PATHS.login,
    auth: 'none',
    limit: 'loginAddress',
    body: 'stream',
  },
  (call) =>
    takeForm(call, async (visit, form) => {
      const next = pageToGoOnTo(form.get('next'));
      const user = (form.get('user') ?? '').trim();
      try {
        return visit.redirect(next, await signIn(call, user, form.get('password') ?? ''));
      } catch (error) {
        if (!(error instanceof MatrixError) || error.errcode !== 'M_FORBIDDEN') throw error;
        return loginPage(call, visit, { next, user, problem: visit.say('wrongPassword') });
      }
    }),
);

/** Somebody makes an account in the browser. */
const getSignUp = customEndpoint(
  {
    name: 'guildhallOAuthSignUpPage',
    method: 'GET',
    path: PATHS.signUp,
    auth: 'none',
    limit: 'usernameCheck',
  },
  (call) =>
    showPage(call, (visit) =>
      signUpPage(call, visit, { next: pageToGoOnTo(call.query.get('next')), user: '' }),
    ),
);

const postSignUp = customEndpoint(
  {
    name: 'guildhallOAuthSignUp',
    method: 'POST',
    path: PATHS.signUp,
    auth: 'none',
    limit: 'registration',
    body: 'stream',
  },
  (call) =>
    takeForm(call, async (visit, form) => {
      const next = pageToGoOnTo(form.get('next'));
      const username = (form.get('user') ?? '').trim();
      const password = form.get('password') ?? '';
      const again = (problem: string) => signUpPage(call, visit, { next, user: username, problem });
      if (password !== form.get('repeated')) return again(visit.say('passwordsDiffer'));
      const token = form.get('token')?.trim();
      const acceptsPolicies = form.has('accept');
      try {
        await call.services.accounts.oauth.signUp.signUp({ username, password, token, acceptsPolicies });
      } catch (error) {
        if (!(error instanceof MatrixError)) throw error;
        return again(error.message);
      }
      return visit.redirect(next, await signIn(call, username, password));
    }),
);

const postSignOut = customEndpoint(
  { name: 'guildhallOAuthSignOut', method: 'POST', path: PATHS.signOut, auth: 'none', body: 'stream' },
  (call) =>
    takeForm(call, async (visit, form) => {
      const { browsers } = call.services.accounts.oauth;
      await browsers.signOut(visit.cookie);
      return visit.redirect(pageToGoOnTo(form.get('next')), browsers.newCookie());
    }),
);

/** Signing in, signing up and signing out in a browser. */
export const loginPages: readonly Endpoint[] = [getLogin, postLogin, getSignUp, postSignUp, postSignOut];

type PageCall = Call<unknown, unknown, undefined>;

interface Entered {
  readonly next: string;
  readonly user: string;
  readonly problem?: string;
}

/** Returns the browser's new cookie. Attempts count like those of `POST /login`. */
function signIn(call: PageCall, user: string, password: string): Promise<string> {
  const { accounts } = call.services;
  const identifier = user.includes('@', 1)
    ? { type: 'm.id.thirdparty', medium: 'email', address: user }
    : { type: 'm.id.user', user };
  const request = { type: 'm.login.password', identifier, password };
  const account = accounts.login.accountOf(request);
  return countingFailures(call, account, () => accounts.oauth.browsers.signIn(request));
}

function loginPage({ services }: PageCall, visit: Visit, { next, user, problem }: Entered): Reply {
  const { say } = visit;
  const query = escapeHtml(String(new URLSearchParams({ next })));
  const providers = services.accounts.oauth.upstream.list.map(
    ({ id, name }) =>
      `<a class="button" href="${PATHS.upstream}/${encodeURIComponent(id)}?${query}">` +
      `${escapeHtml(say('continueWith', { provider: name }))}</a>`,
  );
  const content =
    (problem === undefined ? '' : paragraph(problem, 'problem')) +
    `<form method="post" action="${PATHS.login}">${visit.formField}${hiddenField('next', next)}` +
    `<label>${say('userName')}<input name="user" required autocomplete="username" autocapitalize="none" ` +
    `spellcheck="false" value="${escapeHtml(user)}"></label>` +
    `<label>${say('password')}<input name="password" type="password" required autocomplete="current-password">` +
    `</label><button>${say('signIn')}</button></form>` +
    (providers.length === 0 ? '' : `<p class="muted">${say('or')}</p>${providers.join('')}`) +
    link(`${PATHS.signUp}?${new URLSearchParams({ next })}`, say('noAccount'));
  return visit.page({ title: say('signIn'), content, status: problem === undefined ? 200 : 403 });
}

async function signUpPage({ services }: PageCall, visit: Visit, entered: Entered): Promise<Reply> {
  const { say } = visit;
  const { next, user, problem } = entered;
  const title = say('createAccount');
  const back = link(`${PATHS.login}?${new URLSearchParams({ next })}`, say('haveAccount'));
  const form = await services.accounts.oauth.signUp.form();
  if (form === undefined) return visit.page({ title, content: paragraph(say('emailNeeded')) + back });
  const content =
    (problem === undefined ? '' : paragraph(problem, 'problem')) +
    `<form method="post" action="${PATHS.signUp}">${visit.formField}${hiddenField('next', next)}` +
    `<label>${say('newUserName')}<input name="user" required autocomplete="username" autocapitalize="none" ` +
    `spellcheck="false" value="${escapeHtml(user)}"></label>` +
    `<label>${say('password')}<input name="password" type="password" required autocomplete="new-password"></label>` +
    `<label>${say('repeatPassword')}<input name="repeated" type="password" required autocomplete="new-password"></label>` +
    (form.asksToken
      ? `<label>${say('registrationToken')}<input name="token" required autocomplete="off"></label>`
      : '') +
    acceptField(visit, form.policies) +
    `<button>${title}</button></form>${back}`;
  return visit.page({ title, content, status: problem === undefined ? 200 : 400 });
}

/** A box to tick where there are documents to accept. */
export function acceptField({ say }: Visit, policies: readonly Policy[]): string {
  if (policies.length === 0) return '';
  const links = policies.map(
    ({ name, url }) =>
      `<a href="${escapeHtml(url)}" rel="noreferrer" target="_blank">${escapeHtml(name)}</a>`,
  );
  return (
    `<label class="check"><input type="checkbox" name="accept" required><span>${say('acceptPolicies')} ` +
    `${links.join(', ')}</span></label>`
  );
}
