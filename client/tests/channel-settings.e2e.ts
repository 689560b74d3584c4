import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import {
  channelPath,
  createChannel,
  createGuild,
  createInvite,
  redeemInvite,
  type SeededGuild,
} from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

/** One story, told in order. */
describe('Settings of a channel', function () {
  this.timeout(60_000);
  this.bail(true);

  let hall: Hall;
  let adaUser: TestUser;
  let guild: SeededGuild;
  let lettersId: string;
  let ada: Visitor;
  let bob: Visitor;

  before(async () => {
    hall = await Hall.open();
    adaUser = await hall.server.register('ada');
    const bobUser = await hall.server.register('bob');
    guild = await createGuild(adaUser, { name: 'The Archive' });
    lettersId = await createChannel(adaUser, guild, { name: 'letters' });
    for (const name of ['Cellar', 'Attic']) await createChannel(adaUser, guild, { name, kind: 'category' });
    await redeemInvite(bobUser, await createInvite(adaUser, guild));
    ada = await hall.visit();
    bob = await hall.visit();
    await ada.enterAs(adaUser, channelPath(guild, lettersId));
    await bob.enterAs(bobUser, channelPath(guild, lettersId));
    await ada.channelHeading('letters').waitFor();
    await bob.channelHeading('letters').waitFor();
  });
  afterEach(() => hall.expectNoTrouble());
  after(() => hall.close());

  const openPage = async (label: string): Promise<void> => {
    await ada.page.getByRole('link', { name: label, exact: true }).click();
    await ada.page.getByRole('heading', { level: 1, name: label }).waitFor();
    await expectAccessible(ada.page, `${label} of a channel`);
  };
  /** The content of a state event; nothing as long as there is none. */
  const stateOf = async (type: string): Promise<Record<string, unknown>> => {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(lettersId)}/state/${type}/`;
    return (await adaUser.request('GET', path)).body;
  };
  const openMenuOf = async (name: string): Promise<void> => {
    await ada.channelLink(name).click({ button: 'right' });
  };
  /** The channels as they are listed, each with the category above it. */
  const listPlaces = (visitor: Visitor): Promise<string> =>
    visitor.page
      .getByRole('navigation', { name: /^Channels of/ })
      .evaluate((list) => [...list.querySelectorAll('h2, li a')].map((line) => line.textContent).join(' '));

  it('changes name and topic', async () => {
    await ada.page.getByRole('button', { name: 'Settings of letters' }).click();
    await ada.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await ada.page.getByLabel('Name').fill('old-letters');
    await ada.page.getByLabel('Topic').fill('Written by hand');
    await ada.page.getByRole('button', { name: 'Save changes' }).click();
    await bob.channelHeading('old-letters').waitFor();
    await bob.page.getByRole('button', { name: 'Topic: Written by hand' }).click();
    await bob.dialog.getByText('Written by hand').waitFor();
    await bob.dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  it('gives it an address, and takes that back', async () => {
    await ada.page.getByLabel('Address of the channel').fill('Letters');
    await ada.page.getByText(`#letters:${hall.server.serverName}`).waitFor();
    await ada.page.getByRole('button', { name: 'Save the address' }).click();
    await eventually(async () => (await stateOf('m.room.canonical_alias')).alias === '#letters:hs.test');
    await ada.page.getByLabel('Address of the channel').fill('');
    await ada.page.getByRole('button', { name: 'Save the address' }).click();
    await eventually(async () => (await stateOf('m.room.canonical_alias')).alias === undefined);
    const path = `/_matrix/client/v3/directory/room/${encodeURIComponent('#letters:hs.test')}`;
    await eventually(async () => (await adaUser.request('GET', path)).status === 404);
  });

  it('says who may come in, and what they see', async () => {
    await openPage('Permissions');
    await ada.page.getByRole('radio', { name: /^Invited people only/ }).click();
    await eventually(async () => (await stateOf('m.room.join_rules')).join_rule === 'invite');
    await ada.page.getByRole('radio', { name: /^Members of the guild/ }).click();
    await eventually(async () => (await stateOf('m.room.join_rules')).join_rule === 'restricted');
    await ada.page.getByLabel('Who may read messages').selectOption('Members, since they came in');
    await eventually(
      async () => (await stateOf('m.room.history_visibility')).history_visibility === 'joined',
    );
  });

  it('says who may write', async () => {
    await ada.page.getByLabel('Write messages').selectOption('Moderators');
    await bob.page.getByText('You can read here, but not write.').waitFor();
    await ada.page.getByLabel('Write messages').selectOption('Everybody');
    await bob.composer.waitFor();
  });

  it('moves a channel by its menu, without a pointer as well', async () => {
    await ada.page.getByRole('button', { name: 'Close the settings' }).click();
    await ada.channelHeading('old-letters').waitFor();
    expect(await listPlaces(bob)).to.equal('general old-letters Cellar Attic');
    await ada.channelLink('old-letters').focus();
    await openMenuOf('old-letters');
    await ada.page.getByRole('menuitem', { name: 'Move to…' }).click();
    await expectAccessible(ada.page, 'moving a channel');
    await ada.dialog.getByLabel('Category').selectOption('Attic');
    await ada.dialog.getByRole('button', { name: 'Move' }).click();
    await eventually(async () => (await listPlaces(bob)) === 'general Cellar Attic old-letters');
  });

  it('moves channels and categories by dragging', async () => {
    const head = (name: string) => ada.page.getByRole('heading', { level: 2, name, exact: true });
    await ada.channelLink('general').dragTo(head('Cellar'));
    await eventually(async () => (await listPlaces(bob)) === 'Cellar general Attic old-letters');
    await ada
      .channelLink('old-letters')
      .dragTo(ada.channelLink('general'), { targetPosition: { x: 40, y: 4 } });
    await eventually(async () => (await listPlaces(bob)) === 'Cellar old-letters general Attic');
    await head('Attic').dragTo(head('Cellar'), { targetPosition: { x: 40, y: 3 } });
    await eventually(async () => (await listPlaces(bob)) === 'Attic Cellar old-letters general');
  });

  it('renames a category, and deletes it without what is in it', async () => {
    const cellar = ada.page.getByRole('button', { name: 'Cellar', exact: true });
    await cellar.click({ button: 'right' });
    await ada.page.getByRole('menuitem', { name: 'Rename the category' }).click();
    await ada.dialog.getByLabel('Name').fill('Vault');
    await ada.dialog.getByRole('button', { name: 'Save changes' }).click();
    await bob.page.getByRole('heading', { level: 2, name: 'Vault' }).waitFor();
    await ada.page.getByRole('button', { name: 'Vault', exact: true }).click({ button: 'right' });
    await ada.page.getByRole('menuitem', { name: 'Delete the category' }).click();
    await ada.dialog.getByRole('button', { name: 'Delete the category' }).click();
    await eventually(async () => (await listPlaces(bob)) === 'old-letters general Attic');
  });

  it('deletes a channel once its name was typed', async () => {
    await openMenuOf('old-letters');
    await ada.page.getByRole('menuitem', { name: 'Channel settings' }).click();
    await openPage('Leave the channel');
    await ada.page.getByRole('button', { name: 'Delete the channel' }).click();
    const confirm = ada.dialog.getByRole('button', { name: 'Delete the channel' });
    expect(await confirm.isDisabled()).to.equal(true);
    await ada.dialog.getByLabel(/^Type/).fill('old-letters');
    bob.expectRefusals();
    await confirm.click();
    await eventually(async () => (await listPlaces(bob)) === 'general Attic');
    await ada.channelHeading('general').waitFor();
  });

  it('closes the guild for everybody', async () => {
    await ada.chooseFromMenu('The Archive, guild menu', 'Guild settings');
    await openPage('Leave the guild');
    await ada.page.getByRole('button', { name: 'Close the guild' }).click();
    await ada.dialog.getByLabel(/^Type/).fill('The Archive');
    ada.expectRefusals();
    await ada.dialog.getByRole('button', { name: 'Close the guild' }).click();
    await ada.page.getByRole('link', { name: 'The Archive' }).waitFor({ state: 'detached' });
    await bob.page.getByRole('link', { name: 'The Archive' }).waitFor({ state: 'detached' });
  });
});
