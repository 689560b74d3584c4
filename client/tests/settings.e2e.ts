import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { request, TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { drawLantern } from './test-kit/drawings.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall, PHONE } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Settings', function () {
  this.timeout(120_000);

  let hall: Hall;
  let adaUser: TestUser;
  let bobUser: TestUser;
  let guild: SeededGuild;
  let ada: Visitor;

  before(async () => {
    hall = await Hall.open();
    adaUser = await hall.server.register('ada');
    bobUser = await hall.server.register('bob');
    guild = await createGuild(adaUser, { name: 'The Archive' });
    await redeemInvite(bobUser, await createInvite(adaUser, guild));
    await adaUser.say(guild.generalId, 'Good evening');
  });
  beforeEach(async () => {
    ada = await hall.visit();
  });
  afterEach(() => hall.dismiss(ada));
  after(() => hall.close());

  /** Another session of somebody. */
  const logIn = async (localpart: string): Promise<TestUser> => {
    const { body } = await request(hall.server.url, 'POST', '/_matrix/client/v3/login', {
      body: {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: localpart },
        password: `password of ${localpart}`,
      },
    });
    return new TestUser(() => hall.server.url, body.user_id, body.device_id, body.access_token);
  };
  const openPage = async (label: string, visitor = ada, user = adaUser): Promise<void> => {
    await visitor.enterAs(user, channelPath(guild));
    await visitor.channelHeading('general').waitFor();
    await visitor.page.getByRole('button', { name: 'Settings', exact: true }).click();
    await visitor.page.getByRole('link', { name: label, exact: true }).click();
    await visitor.page.getByRole('heading', { level: 1, name: label }).waitFor();
  };
  const closeSettings = async (): Promise<void> => {
    await ada.page.keyboard.press('Escape');
    await ada.channelHeading('general').waitFor();
  };
  const readStyle = (property: string): Promise<string> =>
    ada.page.evaluate(
      (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim(),
      property,
    );
  const flip = (label: string): Promise<void> => ada.page.getByRole('switch', { name: label }).click();

  it('shows our name, status and picture to others', async () => {
    const bob = await hall.visit();
    await bob.enterAs(bobUser, channelPath(guild));
    await openPage('Account');
    await ada.page.getByLabel('Shown name').fill('Ada the Archivist');
    await ada.page.getByLabel('Status').fill('Counting lamps');
    await ada.page.getByRole('button', { name: 'Save changes' }).click();
    await bob
      .member(/^Ada the Archivist/)
      .getByText('Counting lamps')
      .waitFor();
    const buffer = await hall.paint(drawLantern());
    const chosen = ada.page.waitForEvent('filechooser');
    await ada.page.getByRole('button', { name: 'Choose a picture' }).click();
    await (await chosen).setFiles({ name: 'me.png', mimeType: 'image/png', buffer });
    await ada.page.getByRole('button', { name: 'Remove the picture' }).waitFor();
    await bob.seeImage(bob.member(/^Ada the Archivist/).locator('img'));
    await ada.page.getByRole('button', { name: 'Remove the picture' }).click();
    await bob
      .member(/^Ada the Archivist/)
      .locator('img')
      .waitFor({ state: 'detached' });
    await hall.dismiss(bob);
  });

  it('changes the password, and logs the other sessions out with it', async () => {
    const cleo = await hall.server.register('cleo');
    const elsewhere = await logIn('cleo');
    await redeemInvite(cleo, await createInvite(adaUser, guild));
    await openPage('Account', ada, cleo);
    await ada.page.getByLabel('Current password').fill('not it');
    await ada.page.getByLabel('New password').fill('a lantern in the hall');
    ada.expectRefusals();
    await ada.page.getByRole('button', { name: 'Change password' }).click();
    await ada.page.getByRole('alert').waitFor();
    await ada.page.getByLabel('Current password').fill('password of cleo');
    await ada.page.getByRole('button', { name: 'Change password' }).click();
    await ada.page.getByText('The password is changed').waitFor();
    const { status } = await elsewhere.request('GET', '/_matrix/client/v3/account/whoami');
    expect(status).to.equal(401);
    const path = '/_matrix/client/v3/account/whoami';
    expect((await cleo.request('GET', path)).status).to.equal(200);
  });

  it('closes an account for good, once its password was given', async () => {
    const dora = await hall.server.register('dora');
    await redeemInvite(dora, await createInvite(adaUser, guild));
    await openPage('Account', ada, dora);
    await ada.page.getByLabel('Your password, to close the account').fill('password of dora');
    await ada.page.getByRole('switch', { name: 'Hide what I wrote' }).click();
    ada.expectRefusals();
    await ada.page.getByRole('button', { name: 'Close the account' }).click();
    await ada.dialog.getByRole('button', { name: 'Close the account' }).click();
    await ada.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    const { status } = await dora.request('GET', '/_matrix/client/v3/account/whoami');
    expect(status).to.equal(401);
  });

  it('lists the sessions, renames one and logs others out', async () => {
    const eve = await hall.server.register('eve');
    await redeemInvite(eve, await createInvite(adaUser, guild));
    const others = [await logIn('eve'), await logIn('eve')];
    await openPage('Sessions', ada, eve);
    await expectAccessible(ada.page, 'sessions');
    ada.expectRefusals();
    const [first] = others;
    const item = ada.page.getByRole('listitem').filter({ hasText: first?.deviceId ?? '' });
    await item.getByRole('button', { name: /^Rename/ }).click();
    await ada.dialog.getByLabel('Name').fill('The old tablet');
    await ada.dialog.getByRole('button', { name: 'Save changes' }).click();
    await ada.page.getByText('The old tablet').waitFor();
    await item.getByRole('button', { name: 'Log out' }).click();
    await ada.dialog.getByLabel('Password').fill('password of eve');
    await ada.dialog.getByRole('button', { name: 'Log out' }).click();
    await ada.page.getByText('The old tablet').waitFor({ state: 'detached' });
    const whoami = '/_matrix/client/v3/account/whoami';
    const statuses = await Promise.all(others.map((other) => other.request('GET', whoami)));
    expect(statuses.map(({ status }) => status)).to.deep.equal([401, 200]);
  });

  it('keeps to itself how far one reads, that one types and that one is there, on demand', async () => {
    await openPage('Privacy');
    await expectAccessible(ada.page, 'privacy');
    const sent: string[] = [];
    ada.page.on('request', (request) => {
      const body = request.postData() ?? '';
      if (/typing|read_markers|sync/.test(request.url())) sent.push(`${request.url()} ${body}`);
    });
    await flip('Show how far I have read');
    await flip('Show that I am typing');
    await flip('Show when I am around');
    const presencePath = `/_matrix/client/v3/presence/${encodeURIComponent(adaUser.userId)}/status`;
    await eventually(async () => (await bobUser.ok('GET', presencePath)).presence === 'offline');
    await closeSettings();
    await bobUser.say(guild.generalId, 'Is anybody there?');
    await ada.message('Is anybody there?').waitFor();
    await eventually(() => Promise.resolve(sent.some((request) => request.includes('m.read.private'))));
    await ada.composer.fill('Nobody');
    await ada.composer.press('Enter');
    await ada.message('Nobody').waitFor();
    expect(sent.filter((request) => request.includes('/typing/'))).to.deep.equal([]);
    const reports = sent.filter((request) => request.includes('read_markers'));
    expect(reports.filter((request) => request.includes('"m.read":'))).to.deep.equal([]);
    // After a reload too, from the first request on.
    sent.length = 0;
    await ada.page.reload();
    await ada.message('Nobody').waitFor();
    const syncs = sent.filter((request) => request.includes('/sync'));
    expect(syncs).not.to.be.empty;
    expect(syncs.filter((request) => !request.includes('set_presence=offline'))).to.deep.equal([]);
  });

  it('shows those whom one blocked, and lets them in again', async () => {
    await adaUser.ok(
      'PUT',
      `/_matrix/client/v3/user/${encodeURIComponent(adaUser.userId)}/account_data/m.ignored_user_list`,
      { ignored_users: { [bobUser.userId]: {} } },
    );
    await openPage('Privacy');
    await ada.page.getByRole('button', { name: 'Unblock bob' }).click();
    await ada.page.getByText('You have blocked nobody').waitFor();
  });

  it('looks as one likes it, at once and after a reload', async () => {
    await openPage('Appearance');
    await ada.page.getByRole('radio', { name: 'Paper' }).check();
    expect(await readStyle('color-scheme')).to.equal('light');
    await flip('High contrast');
    expect(await ada.page.evaluate(() => document.documentElement.dataset.contrast)).to.equal('more');
    await ada.page.getByLabel('Accent').fill('#2255dd');
    await ada.page.getByRole('radio', { name: 'Compact' }).check();
    const gap = await readStyle('--group-gap');
    await ada.page.getByRole('slider', { name: 'Size of text' }).press('End');
    expect(await readStyle('font-size')).to.equal('24px');
    await ada.page.reload();
    await ada.page.getByRole('heading', { level: 1, name: 'Appearance' }).waitFor();
    expect(await readStyle('color-scheme')).to.equal('light');
    expect(await readStyle('font-size')).to.equal('24px');
    expect(await readStyle('--group-gap')).to.equal(gap);
    expect(await readStyle('--accent')).to.include('#2255dd');
    await ada.page.getByRole('button', { name: 'Use ours' }).click();
    expect(await readStyle('--accent')).not.to.include('#2255dd');
    await flip('Previews of links');
    await ada.page.getByRole('radio', { name: 'System' }).check();
    expect(await readStyle('color-scheme')).to.equal('light dark');
  });

  it('can be read in every theme, contrast and density', async () => {
    await openPage('Appearance');
    for (const theme of ['Dusk', 'Paper']) {
      await ada.page.getByRole('radio', { name: theme }).check();
      for (const contrast of ['high', 'normal']) {
        await flip('High contrast');
        await expectAccessible(ada.page, `appearance, ${theme}, ${contrast} contrast`);
        await closeSettings();
        await ada.message('Good evening').waitFor();
        await expectAccessible(ada.page, `guild, ${theme}, ${contrast} contrast`);
        await ada.page.goBack();
        await ada.page.getByRole('heading', { level: 1, name: 'Appearance' }).waitFor();
      }
    }
  });

  it('lets other keys do it', async () => {
    await openPage('Keyboard shortcuts');
    await expectAccessible(ada.page, 'keys');
    const line = ada.page.getByRole('button', { name: /^Inbox: Ctrl\+I/ });
    await line.click();
    await ada.page.keyboard.press('Control+K');
    await ada.page.getByText('Ctrl+K is taken: Find anything').waitFor();
    await ada.page.keyboard.press('j');
    await ada.page.getByText('Press Control, Command or Alt with it').waitFor();
    await ada.page.keyboard.press('Control+J');
    await ada.page.getByRole('button', { name: /^Inbox: Ctrl\+J/ }).waitFor();
    await closeSettings();
    await ada.page.keyboard.press('Control+J');
    await ada.dialog.getByRole('heading', { name: 'Inbox' }).waitFor();
    await ada.page.keyboard.press('Escape');
    await ada.dialog.waitFor({ state: 'detached' });
    await ada.page.keyboard.press('Control+Comma');
    await ada.page.getByRole('link', { name: 'Keyboard shortcuts' }).click();
    await ada.page.getByRole('button', { name: 'Use our keys for everything' }).click();
    await line.waitFor();
  });

  it('speaks another language', async () => {
    await openPage('Language');
    await ada.page.getByRole('radio', { name: 'Русский' }).click();
    await ada.page.getByRole('heading', { level: 1, name: 'Язык' }).waitFor();
    await ada.page.getByRole('link', { name: 'Приватность' }).click();
    await ada.page.getByText('Что видят другие').waitFor();
  });

  it('fits a narrow phone, one list and one page at a time', async () => {
    const phone = await hall.visit({ viewport: PHONE, isMobile: true, hasTouch: true });
    await phone.enterAs(adaUser, '/settings');
    for (const label of ['Account', 'Sessions', 'Privacy', 'Appearance', 'Keyboard shortcuts', 'Language']) {
      await phone.page.getByRole('link', { name: label, exact: true }).tap();
      await phone.page.getByRole('heading', { level: 1, name: label }).waitFor();
      await phone.expectNoSidewaysScroll();
      await expectAccessible(phone.page, `${label} on a phone`);
      await phone.page.getByRole('button', { name: 'Back to all settings' }).tap();
    }
    await phone.page.getByRole('button', { name: 'Close the settings' }).tap();
    await phone.page.getByRole('button', { name: 'Guilds and channels' }).waitFor();
    await hall.dismiss(phone);
  });
});
