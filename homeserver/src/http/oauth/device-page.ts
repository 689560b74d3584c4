import type { BrowserUser, DeviceGrant, OAuthClient } from '../../accounts/index.ts';
import { customEndpoint, type Endpoint } from '../endpoint.ts';
import { escapeHtml } from '../page.ts';
import type { Reply } from '../reply.ts';
import { PATHS } from './paths.ts';
import { addressOf, hiddenField, paragraph, showPage, takeForm, type Visit } from './visit.ts';

/** Somebody signs in a device that shows a code. */
const getDevice = customEndpoint(
  { name: 'guildhallOAuthDevicePage', method: 'GET', path: PATHS.device, auth: 'none', limit: 'deviceCode' },
  (call) =>
    showPage(call, async (visit) => {
      if (visit.user === undefined) return visit.redirectToLogin(addressOf(call.request));
      const { grants, clients } = call.services.accounts.oauth;
      const code = call.query.get('code') ?? call.query.get('user_code');
      if (code === null) return codePage(visit, '');
      const found = await grants.findDeviceForUser(code);
      if (found === undefined) return codePage(visit, code, visit.say('deviceWrong'));
      return consentPage(visit, found.grant, await clients.get(found.grant.clientId), visit.user);
    }),
);

const postDevice = customEndpoint(
  {
    name: 'guildhallOAuthDecideDevice',
    method: 'POST',
    path: PATHS.device,
    auth: 'none',
    limit: 'deviceCode',
    body: 'stream',
  },
  (call) =>
    takeForm(call, async (visit, form) => {
      if (visit.user === undefined) return visit.redirectToLogin(PATHS.device);
      const { grants } = call.services.accounts.oauth;
      const isAllowed = form.get('decision') === 'allow';
      const found = await grants.findDeviceForUser(form.get('code') ?? '');
      if (found === undefined || !(await grants.decideDevice(found, visit.user.userNid, isAllowed))) {
        return codePage(visit, '', visit.say('deviceWrong'));
      }
      const told = visit.say(isAllowed ? 'deviceAllowed' : 'deviceDenied');
      return visit.page({ title: visit.say('deviceTitle'), content: paragraph(told, 'done') });
    }),
);

export const devicePages: readonly Endpoint[] = [getDevice, postDevice];

function codePage(visit: Visit, code: string, problem?: string): Reply {
  const { say } = visit;
  const content =
    (problem === undefined ? '' : paragraph(problem, 'problem')) +
    paragraph(say('deviceText')) +
    `<form method="get" action="${PATHS.device}"><label>${say('deviceCode')}<input name="code" required ` +
    `autocomplete="off" autocapitalize="characters" spellcheck="false" value="${escapeHtml(code)}"></label>` +
    `<button>${say('allow')}</button></form>`;
  return visit.page({ title: say('deviceTitle'), content, status: problem === undefined ? 200 : 404 });
}

function consentPage(visit: Visit, grant: DeviceGrant, client: OAuthClient, user: BrowserUser): Reply {
  const { say } = visit;
  const names = { app: client.name, user: user.userId, device: grant.deviceId };
  const content =
    paragraph(say('allowText', names)) +
    paragraph(say('unverified', { host: new URL(client.metadata.client_uri).host }), 'muted') +
    paragraph(say('allowWarning'), 'muted') +
    `<form method="post" action="${PATHS.device}">${visit.formField}${hiddenField('code', grant.userCode)}` +
    `<button name="decision" value="allow">${say('allow')}</button>` +
    `<button class="plain" name="decision" value="deny">${say('deny')}</button></form>`;
  return visit.page({ title: say('allowTitle', { app: client.name }), content });
}
