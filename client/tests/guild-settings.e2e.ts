import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { drawCrest } from './test-kit/drawings.ts';
import {
  channelPath,
  createChannel,
  createGuild,
  createInvite,
  redeemInvite,
  type SeededGuild,
} from './test-kit/guild.ts';
import { Hall, PHONE } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

/** One story, told in order. */
describe('Settings of a guild', function () {
  this.timeout(120_000);
  this.bail(true);

  let hall: Hall;
  let adaUser: TestUser;
  let bobUser: TestUser;
  let guild: SeededGuild;
  let code: string;
  let ada: Visitor;
  let bob: Visitor;

  before(async () => {
    hall = await Hall.open();
    adaUser = await hall.server.register('ada');
    bobUser = await hall.server.register('bob');
    guild = await createGuild(adaUser, { name: 'The Archive' });
    const cellarId = await createChannel(adaUser, guild, { name: 'Cellar', kind: 'category' });
    for (const name of ['casks', 'bottles'])
      await createChannel(adaUser, guild, { name, category: cellarId });
    await createChannel(adaUser, guild, { name: 'letters' });
    code = await createInvite(adaUser, guild);
    await redeemInvite(bobUser, code);
    ada = await hall.visit();
    bob = await hall.visit();
    await ada.enterAs(adaUser, channelPath(guild));
    await bob.enterAs(bobUser, channelPath(guild));
    await ada.channelHeading('general').waitFor();
    await bob.channelHeading('general').waitFor();
  });
  afterEach(() => hall.expectNoTrouble());
  after(() => hall.close());

  const openPage = async (label: string): Promise<void> => {
    await ada.page.getByRole('link', { name: label, exact: true }).click();
    await ada.page.getByRole('heading', { level: 1, name: label }).waitFor();
    await expectAccessible(ada.page, `${label} of a guild`);
  };
  const listChannels = (visitor: Visitor): Promise<readonly string[]> =>
    visitor.page
      .getByRole('navigation', { name: /^Channels of/ })
      .getByRole('link')
      .allTextContents();

  it('changes what it is called, looks like and is about', async () => {
    await ada.chooseFromMenu('The Archive, guild menu', 'Guild settings');
    await ada.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await expectAccessible(ada.page, 'overview of a guild');
    await ada.page.getByLabel('Name').fill('The Great Archive');
    await ada.page.getByLabel('What is it about?').fill('Everything that was ever written');
    await ada.page.getByRole('button', { name: 'Save changes' }).click();
    await bob.page.getByRole('button', { name: 'The Great Archive, guild menu' }).waitFor();
    const buffer = await hall.paint(drawCrest('#355', '#fa5', 'waves'));
    const chosen = ada.page.waitForEvent('filechooser');
    await ada.page.getByRole('button', { name: 'Choose a picture' }).click();
    await (await chosen).setFiles({ name: 'crest.png', mimeType: 'image/png', buffer });
    await bob.seeImage(bob.page.getByRole('link', { name: 'The Great Archive' }).locator('img'));
    const guest = await hall.visit();
    await guest.open(`/invite/${code}`);
    const card = guest.page.getByRole('region', { name: 'The guild' });
    await card.getByText('Everything that was ever written').waitFor();
    await card.getByText('2 members').waitFor();
    await guest.seeImage(card.locator('img'));
    await hall.dismiss(guest);
    await ada.page.getByRole('button', { name: 'Remove the picture' }).click();
    await bob.page
      .getByRole('link', { name: 'The Great Archive' })
      .locator('img')
      .waitFor({ state: 'detached' });
  });

  it('makes links that let in so many people, and takes them back', async () => {
    await openPage('Invites');
    await ada.page.getByLabel('Lets in').selectOption('1 person');
    await ada.page.getByLabel('Holds for').selectOption('1 day');
    // Only the page in front may copy.
    await ada.page.bringToFront();
    await ada.page.getByRole('button', { name: 'Make and copy the link' }).click();
    const line = ada.page.getByRole('listitem').filter({ hasText: 'Used 0 of 1 time' });
    const made =
      (await line.getByRole('button', { name: /^Revoke the link/ }).getAttribute('aria-label')) ?? '';
    const madeCode = made.replace('Revoke the link ', '');
    const guest = await hall.visit();
    await guest.open(`/invite/${madeCode}`);
    await guest.page.getByRole('heading', { name: 'The Great Archive' }).waitFor();
    await ada.page.getByRole('button', { name: made }).click();
    await ada.dialog.getByRole('button', { name: 'Revoke' }).click();
    await line.waitFor({ state: 'detached' });
    guest.expectRefusals();
    await guest.open(`/invite/${madeCode}`);
    await guest.page.getByRole('heading', { name: 'This invite has gone out' }).waitFor();
    await hall.dismiss(guest);
  });

  it('copies a link that holds', async () => {
    await ada.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await ada.page.bringToFront();
    await ada.page.getByRole('button', { name: `Copy the link ${code}` }).click();
    const copied = (): Promise<string> =>
      ada.page.evaluate(() => navigator.clipboard.readText().catch(() => ''));
    await eventually(async () => (await copied()) === `${hall.server.url}/invite/${code}`);
  });

  it('puts channels and categories in order, by keys as well, for everybody', async () => {
    expect(await listChannels(bob)).to.deep.equal(['general', 'letters', 'casks', 'bottles']);
    await openPage('Channels');
    await ada.page.getByRole('button', { name: 'Move letters up' }).click();
    await eventually(async () => (await listChannels(bob))[0] === 'letters');
    const down = ada.page.getByRole('button', { name: 'Move casks down' });
    await down.focus();
    await ada.page.keyboard.press('Enter');
    await eventually(async () => (await listChannels(bob)).join() === 'letters,general,bottles,casks');
    // Whoever moves something twice stays on it.
    await eventually(() => down.evaluate((button) => button === document.activeElement));
  });

  it('says what members may do, in the guild and its channels', async () => {
    await openPage('Members');
    await ada.page.getByLabel('Find a member').fill('bo');
    await ada.page.getByLabel('What bob may do').selectOption('Moderator');
    const levelIn = async (roomId: string): Promise<number> => {
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/m.room.power_levels/`;
      return (await adaUser.ok('GET', path)).users[bobUser.userId] ?? 0;
    };
    await eventually(async () => (await levelIn(guild.guildId)) === 50);
    expect(await levelIn(guild.generalId)).to.equal(50);
    await bob.page.getByRole('heading', { name: 'Moderators · 1' }).waitFor();
    await ada.page.getByLabel('What bob may do').selectOption('Member');
    await eventually(async () => (await levelIn(guild.guildId)) === 0);
  });

  it('removes somebody, and bans somebody until they are let in again', async () => {
    bob.expectRefusals();
    await ada.page.getByRole('button', { name: 'Remove bob from the guild' }).click();
    await ada.dialog.getByRole('button', { name: 'Remove' }).click();
    await bob.page.getByRole('heading', { name: 'You are not in this guild' }).waitFor();
    await redeemInvite(bobUser, code);
    await ada.page.getByRole('button', { name: 'Ban bob from the guild' }).click();
    await ada.dialog.getByRole('button', { name: 'Ban' }).click();
    const redeem = (): Promise<{ readonly status: number }> =>
      bobUser.request('POST', `/_guildhall/client/v1/invites/${code}/redeem`, {});
    await eventually(async () => (await redeem()).status === 403);
    await openPage('Bans');
    await ada.page.getByRole('button', { name: 'Let in again: bob' }).click();
    await ada.page.getByText('Nobody is banned here.').waitFor();
    await eventually(async () => (await redeem()).status === 200);
  });

  it('shows members what they may not change, on a phone too', async () => {
    const phone = await hall.visit({ viewport: PHONE, isMobile: true, hasTouch: true });
    await phone.enterAs(bobUser, `/guild-settings/${encodeURIComponent(guild.guildId)}`);
    await phone.page.getByRole('link', { name: 'Overview' }).tap();
    await phone.page.getByText('Only those who run the guild can change this.').waitFor();
    expect(await phone.page.getByLabel('Name').isDisabled()).to.equal(true);
    await phone.expectNoSidewaysScroll();
    await phone.page.getByRole('button', { name: 'Back to all settings' }).tap();
    expect(await phone.page.getByRole('link', { name: 'Bans' }).count()).to.equal(0);
    await phone.page.getByRole('link', { name: 'Members' }).tap();
    await phone.page.getByText(adaUser.userId).waitFor();
    await phone.expectNoSidewaysScroll();
    await hall.dismiss(phone);
  });

  it('leads out of the guild', async () => {
    await ada.page.getByRole('link', { name: 'Leave the guild' }).click();
    await ada.page.getByRole('button', { name: 'Leave the guild' }).click();
    await ada.dialog.getByRole('button', { name: 'Leave' }).click();
    await ada.page.getByRole('link', { name: 'The Great Archive' }).waitFor({ state: 'detached' });
  });
});
