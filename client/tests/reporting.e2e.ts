import { expect } from 'chai';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Reporting a message', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let guild: SeededGuild;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    const bob = await hall.server.register('bob');
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(bob, await createInvite(ada, guild));
    await bob.say(guild.generalId, 'Buy my maps');
  });
  beforeEach(async () => {
    visitor = await hall.visit();
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.message('Buy my maps').waitFor();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const choose = async (text: string, entry: string): Promise<void> => {
    await visitor.message(text).click({ button: 'right' });
    await visitor.page.getByRole('menuitem', { name: entry, exact: true }).click();
  };

  for (const theme of ['dark', 'light'] as const) {
    it(`tells whoever runs the server, in the ${theme} theme`, async () => {
      await visitor.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await choose('Buy my maps', 'Report');
      await visitor.dialog.getByText('bob is not told.').waitFor();
      await visitor.dialog.getByLabel('What is wrong with it?').fill('Nobody asked for this');
      await expectAccessible(visitor.page, 'report');
      const report = visitor.page.waitForRequest('**/report/*');
      await visitor.dialog.getByRole('button', { name: 'Send the report' }).click();
      await visitor.page.getByText('Reported. Thank you.').waitFor();
      expect((await report).postDataJSON()).to.deep.include({ reason: 'Nobody asked for this' });
    });
  }
});
