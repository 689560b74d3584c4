import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

/** One story, told in order. */
describe('People and conversations', function () {
  this.timeout(60_000);
  this.bail(true);

  let hall: Hall;
  let adaUser: TestUser;
  let bobUser: TestUser;
  let guild: SeededGuild;
  let ada: Visitor;
  let bob: Visitor;

  before(async () => {
    hall = await Hall.open();
    adaUser = await hall.server.register('ada');
    bobUser = await hall.server.register('bob');
    const cleo = await hall.server.register('cleo');
    guild = await createGuild(adaUser, { name: 'The Archive' });
    const code = await createInvite(adaUser, guild);
    for (const guest of [bobUser, cleo]) await redeemInvite(guest, code);
    ada = await hall.visit();
    bob = await hall.visit();
    await ada.enterAs(adaUser, channelPath(guild));
    await bob.enterAs(bobUser, channelPath(guild));
    await ada.channelHeading('general').waitFor();
    await bob.channelHeading('general').waitFor();
  });
  afterEach(() => hall.expectNoTrouble());
  after(() => hall.close());

  it('lists members by what they may do', async () => {
    const panel = ada.page.getByRole('complementary', { name: 'Members' });
    await panel.getByRole('heading', { name: 'Running the guild · 1' }).waitFor();
    await panel.getByRole('heading', { name: 'Online · 1' }).waitFor();
    await panel.getByRole('heading', { name: 'Offline · 1' }).waitFor();
  });

  it('shows what somebody is up to, in the list and on their card', async () => {
    await bob.chooseFromMenu('Account menu', 'Your profile');
    await bob.dialog.getByLabel('Status').fill('Sorting letters');
    await bob.dialog.getByRole('button', { name: 'Save changes' }).click();
    await bob.dialog.waitFor({ state: 'detached' });
    await bob.page.getByRole('region', { name: 'Your account' }).getByText('Sorting letters').waitFor();
    await ada.member(/^bob/).getByText('Sorting letters').waitFor();
    await ada.member(/^bob/).click();
    await ada.dialog.getByText('Sorting letters').waitFor();
    await ada.dialog.getByRole('link', { name: 'The Archive' }).waitFor();
    await expectAccessible(ada.page, 'card of a person');
  });

  it('begins a conversation from the card of a person, and the other one comes in', async () => {
    await ada.dialog.getByRole('button', { name: 'Talk in private' }).click();
    await ada.channelHeading('bob').waitFor();
    await ada.say('Have you seen the map?');
    await bob.page.getByRole('link', { name: /^Home/ }).click();
    await bob.page.getByRole('button', { name: 'Accept ada' }).click();
    await bob.channelHeading('ada').waitFor();
    await bob.say('It is on the table');
    await ada.message('It is on the table').waitFor();
  });

  it('lists those whom one talks to, and leads back to the same conversation', async () => {
    await ada.page.getByRole('link', { name: 'People' }).click();
    await ada.page.getByRole('button', { name: /^bob/ }).waitFor();
    await expectAccessible(ada.page, 'people');
    await ada.page.getByRole('button', { name: 'Talk to bob' }).click();
    await ada.message('It is on the table').waitFor();
  });

  it('begins a conversation of several', async () => {
    await ada.page.getByRole('button', { name: 'New conversation' }).click();
    await ada.dialog.getByLabel('With whom?').fill('bo');
    await ada.dialog.getByRole('button', { name: /^bob/ }).click();
    // The focus is back in the field.
    await ada.page.keyboard.type('cl');
    await ada.dialog.getByRole('button', { name: /^cleo/ }).click();
    await expectAccessible(ada.page, 'new conversation');
    await ada.dialog.getByRole('button', { name: 'Begin' }).click();
    await ada.channelHeading('bob and cleo').waitFor();
    await ada.say('All of us');
    await bob.page.getByRole('button', { name: /^Accept/ }).click();
    await bob.message('All of us').waitFor();
    await bob.member(/^ada/).waitFor();
  });

  it('hides what a blocked person says, and shows it again', async () => {
    await ada.page.goto(channelPath(guild));
    await ada.channelHeading('general').waitFor();
    await bobUser.say(guild.generalId, 'Something rude');
    await ada.message('Something rude').waitFor();
    await ada.member(/^bob/).click();
    await ada.chooseFromMenu('More', 'Block');
    await ada.dialog.getByRole('button', { name: 'Block' }).click();
    await ada.message('Something rude').waitFor({ state: 'detached' });
    await ada.page.getByRole('link', { name: /^Home/ }).click();
    await ada.page.getByRole('tab', { name: 'Blocked' }).click();
    await ada.page.getByRole('button', { name: 'More about bob' }).click();
    await ada.page.getByRole('menuitem', { name: 'Unblock' }).click();
    await ada.page.getByText('You have blocked nobody').waitFor();
    await ada.page.getByRole('link', { name: 'The Archive' }).click();
    await ada.message('Something rude').waitFor();
  });
});
