import { type BrowserUser, type Device, type Requester, refuseSuspended } from '../../accounts/index.ts';
import { type Call, customEndpoint, type Endpoint } from '../endpoint.ts';
import { escapeHtml } from '../page.ts';
import type { Reply } from '../reply.ts';
import type { Services } from '../services.ts';
import { PATHS } from './paths.ts';
import { addressOf, hiddenField, link, paragraph, showPage, takeForm, type Visit } from './visit.ts';

/**
 * Somebody manages their account. Apps say what they come for: `action`, and `device_id` where it is about a device.
 *
 * Source: Client-Server API v1.19, "Account management URL"; MSC4191, whose older names of actions are taken as well.
 */
const getAccount = customEndpoint(
  {
    name: 'guildhallOAuthAccountPage',
    method: 'GET',
    path: PATHS.account,
    auth: 'none',
    limit: 'usernameCheck',
  },
  (call) =>
    showPage(call, async (visit) => {
      const { user } = visit;
      const action = call.query.get('action') ?? '';
      if (user === undefined || (!user.isFresh && NEEDS_FRESH.has(action))) {
        return visit.redirectToLogin(
          addressOf(call.request),
          user === undefined ? {} : { hint: user.userId },
        );
      }
      const show = PAGES.get(action) ?? overviewPage;
      return show(visit, user, call.services, call.query.get('device_id') ?? '');
    }),
);

const postAccount = customEndpoint(
  {
    name: 'guildhallOAuthAccount',
    method: 'POST',
    path: PATHS.account,
    auth: 'none',
    limit: 'usernameCheck',
    body: 'stream',
  },
  (call) =>
    takeForm(call, async (visit, form) => {
      const { user } = visit;
      const action = form.get('action') ?? '';
      if (user === undefined || (!user.isFresh && NEEDS_FRESH.has(action))) {
        return visit.redirectToLogin(`${PATHS.account}?${new URLSearchParams({ action })}`);
      }
      const act = DEEDS.get(action);
      return act === undefined ? visit.redirect(PATHS.account) : act(visit, user, call, form);
    }),
);

export const accountPages: readonly Endpoint[] = [getAccount, postAccount];

const RESET = 'org.matrix.cross_signing_reset';
const DEACTIVATE = 'org.matrix.account_deactivate';
const VIEW = 'org.matrix.device_view';
const DELETE = 'org.matrix.device_delete';
const PROFILE = 'org.matrix.profile';
/** What cannot be undone: whoever finds an open browser is not to do it. */
const NEEDS_FRESH: ReadonlySet<string> = new Set([RESET, DEACTIVATE]);

type ShowPage = (visit: Visit, user: BrowserUser, services: Services, deviceId: string) => Promise<Reply>;

const PAGES: ReadonlyMap<string, ShowPage> = new Map([
  [VIEW, devicePage],
  [DELETE, devicePage],
  ['org.matrix.session_view', devicePage],
  ['org.matrix.session_end', devicePage],
  [RESET, resetPage],
  [DEACTIVATE, deactivatePage],
]);

type PageCall = Pick<Call<unknown, unknown, undefined>, 'services'>;
type Deed = (visit: Visit, user: BrowserUser, call: PageCall, form: URLSearchParams) => Promise<Reply>;

const DEEDS: ReadonlyMap<string, Deed> = new Map<string, Deed>([
  [
    PROFILE,
    async (visit, user, { services }, form) => {
      refuseSuspended(user);
      const name = (form.get('displayname') ?? '').trim();
      await services.accounts.profiles.setField(requesterOf(user), user.userId, 'displayname', name);
      return overviewPage(visit, user, services, '', visit.say('saved'));
    },
  ],
  [
    DELETE,
    async (visit, user, { services }, form) => {
      const device = await findDevice(services, user, form.get('device_id') ?? '');
      if (device === undefined) return noDevicePage(visit);
      await services.accounts.sessions.logout({ ...requesterOf(user), deviceId: device.deviceId });
      return overviewPage(visit, user, services, '', visit.say('sessionEnded'));
    },
  ],
  [
    RESET,
    async (visit, user, { services }) => {
      await services.accounts.oauth.crossSigningReset.allow(user);
      return visit.page({
        title: visit.say('resetIdentity'),
        content: paragraph(visit.say('resetAllowed'), 'done'),
      });
    },
  ],
  [
    DEACTIVATE,
    async (visit, user, { services }, form) => {
      await services.accounts.deactivation.deactivate(user, form.has('erase'));
      const content = paragraph(visit.say('deactivated'), 'done');
      return visit.page({ title: visit.say('deactivateLink'), content });
    },
  ],
]);

async function overviewPage(
  visit: Visit,
  user: BrowserUser,
  services: Services,
  _deviceId: string,
  done?: string,
): Promise<Reply> {
  const { say } = visit;
  const profile = await services.accounts.profiles.get(user.userId);
  const devices = await services.accounts.devices.list(user);
  const name = typeof profile?.displayname === 'string' ? profile.displayname : '';
  const items = devices.map(
    (device) =>
      `<li><a href="${escapeHtml(addressOfPage(VIEW, device.deviceId))}">${escapeHtml(device.displayName ?? device.deviceId)}</a><br>` +
      `<span class="muted">${escapeHtml(seen(visit, device))}</span></li>`,
  );
  const content =
    (done === undefined ? '' : paragraph(done, 'done')) +
    paragraph(user.userId, 'muted') +
    form(visit, PROFILE) +
    `<label>${say('displayName')}<input name="displayname" maxlength="255" autocomplete="nickname" ` +
    `value="${escapeHtml(name)}"></label><button class="plain">${say('save')}</button></form>` +
    `<h2>${say('sessions')}</h2><ul>${items.join('')}</ul>` +
    link(addressOfPage(RESET), say('resetIdentity')) +
    link(addressOfPage(DEACTIVATE), say('deactivateLink')) +
    `<form method="post" action="${PATHS.signOut}">${visit.formField}<button class="plain">${say('signOut')}</button></form>`;
  return visit.page({ title: say('accountTitle'), content });
}

async function devicePage(
  visit: Visit,
  user: BrowserUser,
  services: Services,
  deviceId: string,
): Promise<Reply> {
  const { say } = visit;
  const device = await findDevice(services, user, deviceId);
  if (device === undefined) return noDevicePage(visit);
  const client = await services.accounts.oauth.clients.ofDevice(user.userNid, deviceId);
  const content =
    paragraph(device.displayName ?? '') +
    paragraph(deviceId, 'muted') +
    (client === undefined ? '' : paragraph(say('app', { app: client.name }), 'muted')) +
    paragraph(seen(visit, device), 'muted') +
    form(visit, DELETE) +
    `${hiddenField('device_id', deviceId)}<button class="danger">${say('endSession')}</button></form>` +
    link(PATHS.account, say('back'));
  return visit.page({ title: say('session'), content });
}

async function resetPage(visit: Visit): Promise<Reply> {
  const { say } = visit;
  const content =
    paragraph(say('resetText')) +
    form(visit, RESET) +
    `<button class="danger">${say('resetAllow')}</button></form>` +
    link(PATHS.account, say('back'));
  return visit.page({ title: say('resetTitle'), content });
}

async function deactivatePage(visit: Visit, user: BrowserUser): Promise<Reply> {
  const { say } = visit;
  const content =
    paragraph(say('deactivateText', { user: user.userId })) +
    form(visit, DEACTIVATE) +
    `<label class="check"><input type="checkbox" name="erase"><span>${say('deactivateErase')}</span></label>` +
    `<button class="danger">${say('deactivate')}</button></form>` +
    link(PATHS.account, say('back'));
  return visit.page({ title: say('deactivateTitle'), content });
}

function noDevicePage(visit: Visit): Reply {
  const content = paragraph(visit.say('noSession'), 'problem') + link(PATHS.account, visit.say('back'));
  return visit.page({ title: visit.say('session'), content, status: 404 });
}

async function findDevice(
  services: Services,
  user: BrowserUser,
  deviceId: string,
): Promise<Device | undefined> {
  return (await services.accounts.devices.list(user)).find((device) => device.deviceId === deviceId);
}

/** The beginning of a form that does something. */
function form(visit: Visit, action: string): string {
  return `<form method="post" action="${PATHS.account}">${visit.formField}${hiddenField('action', action)}`;
}

function addressOfPage(action: string, deviceId?: string): string {
  const params = new URLSearchParams({ action, ...(deviceId !== undefined && { device_id: deviceId }) });
  return `${PATHS.account}?${params}`;
}

function seen({ say, language }: Visit, { lastSeenTs, lastSeenIp }: Device): string {
  if (lastSeenTs === null) return say('neverSeen');
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return say('lastSeen', { time: `${format.format(lastSeenTs)} UTC`, ip: lastSeenIp ?? '?' });
}

/** Who acts. A browser is no device. */
function requesterOf({ isFresh: _isFresh, ...user }: BrowserUser): Requester {
  return { ...user, deviceId: '', isAdmin: false };
}
