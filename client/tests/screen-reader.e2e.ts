import type { Locator } from 'playwright-core';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import {
  channelPath,
  createChannel,
  createGuild,
  createInvite,
  redeemInvite,
  type SeededGuild,
} from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import { introduce, say } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

// What docs/accessibility.md describes, in its order. Nothing here is pressed with a pointer.
describe('Without a pointer and without looking', function () {
  this.timeout(60_000);

  let hall: Hall;
  let bea: TestUser;
  let guild: SeededGuild;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    const ada = await hall.server.register('ada');
    bea = await hall.server.register('bea');
    await introduce(bea, 'Bea');
    guild = await createGuild(ada, { name: 'The Archive' });
    await createChannel(ada, guild, { name: 'maps' });
    await redeemInvite(bea, await createInvite(ada, guild));
    await say(bea, guild.generalId, 'Who has the key?');
    visitor = await hall.visit();
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.message('Who has the key?').waitFor();
  });
  afterEach(() => hall.expectNoTrouble());
  after(() => hall.close());

  const press = (key: string): Promise<void> => visitor.page.keyboard.press(key);
  const hasFocus = (locator: Locator): Promise<boolean> =>
    locator.evaluate((element) => element.contains(document.activeElement));
  const untilFocus = (locator: Locator): Promise<void> => eventually(() => hasFocus(locator));
  /** The line of the timeline that has the focus: the message, or something in it. */
  const focusedRow = (): Locator => visitor.timeline.locator('li:focus-within');

  /** Goes from control to control until the focus is where it is wanted; fails when the page has been gone through. */
  async function tabUntil(isThere: () => Promise<boolean>, key = 'Tab'): Promise<void> {
    for (let step = 0; step < 60; step += 1) {
      if (await isThere()) return;
      await press(key);
    }
    throw new Error(`${key} does not lead there`);
  }
  const tabTo = (locator: Locator, key?: string): Promise<void> => tabUntil(() => hasFocus(locator), key);
  /** From the composer, past the buttons of the newest message, to the message itself. */
  const tabToMessages = (): Promise<void> =>
    tabUntil(
      () => visitor.page.evaluate(() => document.activeElement?.matches('[role=log] li') === true),
      'Shift+Tab',
    );

  it('the parts of the page say what they are', async () => {
    for (const name of ['Guilds', 'Channels of The Archive'])
      await visitor.page.getByRole('navigation', { name, exact: true }).waitFor();
    await visitor.page.getByRole('main').waitFor();
    await visitor.page.getByRole('complementary', { name: 'Members' }).waitFor();
    await visitor.page.getByRole('log', { name: 'Messages in general' }).waitFor();
    await visitor.page.getByRole('heading', { level: 1, name: 'general' }).waitFor();
    await visitor.composer.waitFor();
    await visitor.page.getByRole('article', { name: /^Bea, / }).waitFor();
  });

  it('new messages are read out, once, by who wrote them', async () => {
    await visitor.composer.focus();
    await say(bea, guild.generalId, 'It is under the mat');
    const said = visitor.page.getByRole('status').filter({ hasText: /^Bea: It is under the mat$/ });
    await said.waitFor({ state: 'attached' });
    await eventually(async () => (await said.count()) === 1);
    await untilFocus(visitor.composer);
  });

  it('messages are walked through by arrows, one stop of Tab for all of them', async () => {
    await tabToMessages();
    await focusedRow().filter({ hasText: 'It is under the mat' }).waitFor();
    await press('ArrowUp');
    await focusedRow().filter({ hasText: 'Who has the key?' }).waitFor();
    await press('End');
    await focusedRow().filter({ hasText: 'It is under the mat' }).waitFor();
  });

  it('a reply is begun by a key, and leads back to where one writes', async () => {
    await press('r');
    await untilFocus(visitor.composer);
    await visitor.page.getByText('Replying to Bea').waitFor();
    await visitor.page.keyboard.type('Found it');
    await press('Enter');
    await visitor.message('Found it').waitFor();
    await untilFocus(visitor.composer);
  });

  it('a message that is deleted leaves the focus where it was', async () => {
    await tabToMessages();
    await press('End');
    await focusedRow().filter({ hasText: 'Found it' }).waitFor();
    await press('Delete');
    await visitor.dialog.waitFor();
    await tabTo(visitor.dialog.getByRole('button', { name: 'Delete' }));
    await press('Enter');
    await visitor.dialog.waitFor({ state: 'detached' });
    await visitor.message('Found it').waitFor({ state: 'detached' });
    await untilFocus(visitor.timeline);
  });

  for (const [key, name] of [
    ['Control+K', 'quick switcher'],
    ['Control+I', 'inbox'],
    ['Control+/', 'list of keys'],
  ] as const)
    it(`the ${name} gives the focus back to where one wrote`, async () => {
      await visitor.composer.focus();
      await press(key);
      await visitor.dialog.waitFor();
      await untilFocus(visitor.dialog);
      await press('Escape');
      await visitor.dialog.waitFor({ state: 'detached' });
      await untilFocus(visitor.composer);
    });

  it('a menu gives the focus back to its message', async () => {
    await tabToMessages();
    await press('Home');
    await focusedRow().filter({ hasText: 'Who has the key?' }).waitFor();
    await press('Shift+F10');
    await visitor.page.getByRole('menu').waitFor();
    await untilFocus(visitor.page.getByRole('menu'));
    await press('Escape');
    await visitor.page.getByRole('menu').waitFor({ state: 'detached' });
    await untilFocus(visitor.timeline);
  });

  it('another channel is said, and is where one can write at once', async () => {
    await visitor.composer.focus();
    await press('Alt+ArrowDown');
    await visitor.channelHeading('maps').waitFor();
    await eventually(async () => (await visitor.page.title()).includes('maps'));
    await untilFocus(visitor.page.getByRole('textbox', { name: 'Message maps' }));
    await visitor.page.keyboard.type('Here it is quiet');
    await press('Enter');
    await visitor.message('Here it is quiet').waitFor();
    await visitor.channelLink('general').focus();
    await press('Enter');
    await visitor.channelHeading('general').waitFor();
    // On the link, or where one writes: never back at the beginning of the page.
    await eventually(() => visitor.page.evaluate(() => document.activeElement !== document.body));
  });
});
