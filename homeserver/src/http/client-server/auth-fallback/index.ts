import type { FallbackPage } from '../../../accounts/index.ts';
import { customEndpoint, type Endpoint } from '../../endpoint.ts';
import { readForm } from '../../form-body.ts';
import { ssoConfirmationPage } from '../../oauth/paths.ts';
import { answerWithPage, escapeHtml, pageReply } from '../../page.ts';
import { Reply } from '../../reply.ts';
import { requiredQuery } from '../../request-values.ts';

const path = '/_matrix/client/v3/auth/{stage}/fallback/web';
const aliases = [path.replace('/v3/', '/r0/')];

/** How the app that opened the page hears that it is done. Source: Client-Server API v1.19, "Fallback". */
const TELL_THE_APP =
  'if(window.onAuthDone)window.onAuthDone();' +
  "else if(window.opener&&window.opener.postMessage)window.opener.postMessage('authDone','*');";

const getFallback = customEndpoint(
  { name: 'authFallback', method: 'GET', path, aliases, auth: 'none', limit: 'usernameCheck' },
  ({ params, query, services }) =>
    answerWithPage(async () => {
      const session = requiredQuery(query, 'session');
      if (params.stage === 'm.login.sso') {
        return new Reply({ status: 302, headers: { Location: ssoConfirmationPage(session) } });
      }
      return askPage(await services.accounts.authFallback.page(params.stage, session), session);
    }),
);

const postFallback = customEndpoint(
  {
    name: 'completeAuthFallback',
    method: 'POST',
    path,
    aliases,
    auth: 'none',
    limit: 'registration',
    body: 'stream',
  },
  ({ params, request, services }) =>
    answerWithPage(async () => {
      const form = await readForm(request);
      const token = form.get('token') ?? undefined;
      await services.accounts.authFallback.complete(params.stage, requiredQuery(form, 'session'), token);
      return pageReply({
        title: 'Thank you',
        content: '<p>You can close this page and go back to your app.</p>',
        script: TELL_THE_APP,
      });
    }),
);

/** Stages of authentication in a browser, for apps that do not know how to ask for them. */
export const authFallbackEndpoints: readonly Endpoint[] = [getFallback, postFallback];

function askPage(page: FallbackPage, session: string): Reply {
  const { title, asked, button } = question(page);
  const hidden = `<input type="hidden" name="session" value="${escapeHtml(session)}">`;
  const content = `<form method="post">${hidden}${asked}<p><button>${button}</button></p></form>`;
  return pageReply({ title, content });
}

function question(page: FallbackPage): { title: string; asked: string; button: string } {
  if (page.kind === 'token') {
    const asked =
      '<p><label>Registration token<input type="text" name="token" required autocomplete="off"></label></p>';
    return { title: 'Registration token', asked, button: 'Continue' };
  }
  if (page.kind === 'nothing') {
    return { title: 'Continue', asked: '<p>Nothing is needed from you here.</p>', button: 'Continue' };
  }
  const links = page.policies.map(
    ({ name, url }) =>
      `<li><a href="${escapeHtml(url)}" rel="noreferrer" target="_blank">${escapeHtml(name)}</a></li>`,
  );
  const asked = `<p>To make an account here, please read and accept:</p><ul>${links.join('')}</ul>`;
  return { title: 'Terms of this server', asked, button: 'I accept' };
}
