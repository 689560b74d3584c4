import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall, PHONE } from './test-kit/hall.ts';
import { say } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Threads', function () {
  this.timeout(120_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let rootId: string;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
  });
  beforeEach(async () => {
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(bob, await createInvite(ada, guild));
    rootId = await say(bob, guild.generalId, 'Who has the key?');
    visitor = await hall.visit();
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.message('Who has the key?').waitFor();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const panel = (): Locator => visitor.page.getByRole('complementary', { name: 'Thread' });
  const writing = (): Locator => panel().getByRole('textbox', { name: 'Reply in the thread' });
  const reply = (text: string): Locator => panel().getByRole('article').filter({ hasText: text });
  const summary = (name: RegExp): Locator => visitor.timeline.getByRole('button', { name });

  const replyAs = (user: TestUser, body: string): Promise<string> =>
    user.send(guild.generalId, 'm.room.message', {
      msgtype: 'm.text',
      body,
      'm.relates_to': { rel_type: 'm.thread', event_id: rootId, is_falling_back: true },
    });

  it('begin under a message, and stay out of the channel', async () => {
    await visitor.act('Who has the key?', 'Thread');
    await reply('Who has the key?').waitFor();
    await writing().fill('Not me');
    await writing().press('Enter');
    await reply('Not me').waitFor();
    await summary(/^1 reply/).waitFor();
    await replyAs(bob, 'Then I lost it');
    await reply('Then I lost it').waitFor();
    await summary(/^2 replies/).waitFor();
    expect(await visitor.message('Not me').count()).to.equal(0);
    expect(await visitor.message('Then I lost it').count()).to.equal(0);
    await visitor.page.reload();
    await summary(/^2 replies/).click();
    await reply('Not me').waitFor();
    await reply('Then I lost it').waitFor();
  });

  it('say that there is something new in those that one was in', async () => {
    await replyAs(bob, 'Under the mat?');
    await summary(/^1 reply/).click();
    await reply('Under the mat?').waitFor();
    await panel().getByRole('button', { name: 'Close the thread' }).click();
    await visitor.page.getByRole('complementary', { name: 'Members' }).waitFor();
    await replyAs(bob, 'No, it is here');
    await summary(/new replies$/).click();
    await reply('No, it is here').waitFor();
    await summary(/new replies$/).waitFor({ state: 'detached' });
  });

  it('can be worked in by keys, with reactions and edits', async () => {
    await replyAs(bob, 'Under the mat?');
    await summary(/^1 reply/).waitFor();
    await visitor.timeline.getByRole('listitem').filter({ hasText: 'Who has the key?' }).first().focus();
    await visitor.page.keyboard.press('t');
    await reply('Under the mat?').waitFor();
    await eventually(() => writing().evaluate((element) => element === document.activeElement));
    await visitor.page.keyboard.type('I look');
    await visitor.page.keyboard.press('Enter');
    await reply('I look').waitFor();
    await eventually(async () => {
      await writing().press('ArrowUp');
      return (await writing().inputValue()) === 'I look';
    });
    await writing().fill('I looked');
    await writing().press('Enter');
    await reply('I looked').getByText('(edited)').waitFor();
    await writing().press('Escape');
    await panel().waitFor({ state: 'detached' });
  });

  it('are where a jump to one of their replies leads', async () => {
    await say(bob, guild.generalId, 'Enough of keys');
    await bob.send(guild.generalId, 'm.room.message', {
      msgtype: 'm.text',
      body: 'ada, look here',
      'm.mentions': { user_ids: [ada.userId] },
      'm.relates_to': { rel_type: 'm.thread', event_id: rootId, is_falling_back: true },
    });
    await summary(/^1 reply/).waitFor();
    await visitor.page.keyboard.press('Control+I');
    await visitor.dialog.getByRole('tab', { name: 'Mentions' }).click();
    await visitor.dialog.getByRole('button', { name: /look here/ }).click();
    await reply('ada, look here').waitFor();
  });

  for (const theme of ['dark', 'light'] as const) {
    it(`can be used by everybody in the ${theme} theme`, async () => {
      await visitor.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await replyAs(bob, 'Under the mat?');
      await summary(/^1 reply/).click();
      await reply('Under the mat?').waitFor();
      await expectAccessible(visitor.page, 'thread');
    });
  }

  it('hold on a phone', async () => {
    await replyAs(bob, 'Under the mat?');
    await visitor.page.setViewportSize(PHONE);
    await summary(/^1 reply/).click();
    await reply('Under the mat?').waitFor();
    await visitor.expectNoSidewaysScroll();
    await panel().getByRole('button', { name: 'Close the thread' }).click();
    await visitor.composer.waitFor();
  });

  it('say when they cannot be loaded, and try again', async () => {
    visitor.expectRefusals();
    await visitor.page.route('**/relations/**', (route) => route.fulfill({ status: 500, json: {} }));
    await visitor.act('Who has the key?', 'Thread');
    await panel().getByRole('heading', { name: "Couldn't load the thread" }).waitFor();
    await visitor.page.unroute('**/relations/**');
    await panel().getByRole('button', { name: 'Try again' }).click();
    await reply('Who has the key?').waitFor();
  });
});
