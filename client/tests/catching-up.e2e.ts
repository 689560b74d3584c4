import { expect } from 'chai';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import { markRead, react, say } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

const DAY = 86_400_000;

describe('Catching up', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
  });
  beforeEach(async () => {
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(bob, await createInvite(ada, guild));
    visitor = await hall.visit();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const news = () => visitor.page.getByRole('button', { name: /new messages?( since|$)/ });
  const line = () => visitor.timeline.getByText('New', { exact: true });

  const sayMany = async (count: number): Promise<void> => {
    for (let index = 1; index <= count; index += 1)
      await bob.say(guild.generalId, `Page ${index}${'\n\nand on'.repeat(4)}`);
  };

  it('says how much is new, and leads to where it begins', async () => {
    const read = await say(bob, guild.generalId, 'You have read this');
    await react([bob], guild.generalId, read, '🔥');
    await markRead(ada, guild.generalId, read);
    await sayMany(12);
    await visitor.enterAs(ada, channelPath(guild));
    await news().filter({ hasText: '12 new messages since' }).click();
    await line().waitFor();
    await visitor.message('You have read this').waitFor();
    await news().waitFor({ state: 'detached' });
  });

  it('leads to where it begins when that is not loaded yet', async () => {
    const read = await say(bob, guild.generalId, 'You have read this');
    await markRead(ada, guild.generalId, read);
    await sayMany(130);
    await visitor.enterAs(ada, channelPath(guild));
    await news()
      .filter({ hasText: /More than \d+ new messages/ })
      .click();
    await visitor.message('You have read this').waitFor();
  });

  it('takes everything for read when one says so', async () => {
    const read = await say(bob, guild.generalId, 'You have read this');
    await markRead(ada, guild.generalId, read);
    await sayMany(12);
    await visitor.enterAs(ada, channelPath(guild));
    await news().waitFor();
    await expectAccessible(visitor.page, 'news');
    await visitor.page.getByRole('button', { name: 'Mark as read' }).click();
    await news().waitFor({ state: 'detached' });
    await visitor.timeline.press('Home');
    expect(await line().count()).to.equal(0);
  });

  it('jumps to a day', async () => {
    const now = Date.now();
    hall.clock.set(now - 40 * DAY);
    await say(bob, guild.generalId, 'Forty days ago');
    hall.clock.set(now - 20 * DAY);
    const old = await say(bob, guild.generalId, 'Twenty days ago');
    await react([bob], guild.generalId, old, '🔥');
    hall.clock.set(now);
    await sayMany(45);
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.message('Page 45').waitFor();
    await visitor.page.keyboard.press('Control+K');
    await visitor.dialog.getByRole('combobox').fill('> jump to');
    await visitor.page.keyboard.press('Enter');
    await visitor.dialog.getByRole('button', { name: 'A month ago' }).click();
    await visitor.message('Twenty days ago').waitFor();
    await visitor.timeline.getByTitle('Jump to a date').first().click();
    const day = new Date(now - 40 * DAY).toISOString().slice(0, 10);
    await visitor.dialog.getByLabel('Day').fill(day);
    await expectAccessible(visitor.page, 'jump to a date');
    await visitor.dialog.getByRole('button', { name: 'Jump', exact: true }).click();
    await visitor.message('Forty days ago').waitFor();
  });
});
