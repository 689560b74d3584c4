import { expect } from 'chai';
import type { Locator } from 'playwright-core';
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
import { edit, react, say } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Keeping what was said', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let saidId: string;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
  });
  beforeEach(async () => {
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(bob, await createInvite(ada, guild));
    saidId = await say(bob, guild.generalId, 'We meet at six');
  });
  after(() => hall.close());

  const visit = async (user: TestUser): Promise<Visitor> => {
    const visitor = await hall.visit({ reducedMotion: 'reduce' });
    await visitor.enterAs(user, channelPath(guild));
    await visitor.message('We meet at').waitFor();
    return visitor;
  };
  const choose = async (visitor: Visitor, entry: string): Promise<void> => {
    await visitor.message('We meet at').click({ button: 'right' });
    await visitor.page.getByRole('menuitem', { name: entry, exact: true }).click();
  };
  const pins = ({ page }: Visitor): Locator => page.getByRole('complementary', { name: 'Pinned messages' });

  it('pins a message, finds it again, and unpins it', async () => {
    const visitor = await visit(ada);
    await choose(visitor, 'Pin');
    await visitor.timeline.getByText('ada pinned a message').waitFor();
    for (let index = 0; index < 90; index += 1) await bob.say(guild.generalId, `Later ${index}`);
    await visitor.page.reload();
    await visitor.page.getByRole('button', { name: 'Pinned messages' }).click();
    await pins(visitor).getByText('We meet at six').waitFor();
    await expectAccessible(visitor.page, 'pins');
    await pins(visitor).getByRole('button', { name: 'Show in the channel' }).click();
    await visitor.message('We meet at six').waitFor();
    await pins(visitor).getByRole('button', { name: 'Unpin' }).click();
    await pins(visitor).getByText('Nothing is pinned here').waitFor();
    await hall.dismiss(visitor);
  });

  it('lets only those pin who may', async () => {
    const visitor = await visit(bob);
    await visitor.message('We meet at').click({ button: 'right' });
    await visitor.page.getByRole('menuitem', { name: 'Forward' }).waitFor();
    expect(await visitor.page.getByRole('menuitem', { name: 'Pin', exact: true }).count()).to.equal(0);
    await hall.dismiss(visitor);
  });

  it('shows what a message said before it was edited', async () => {
    await edit(bob, guild.generalId, saidId, 'We meet at seven');
    await edit(bob, guild.generalId, saidId, 'We meet at eight');
    const visitor = await visit(ada);
    await visitor.message('We meet at eight').getByRole('button', { name: '(edited)' }).click();
    const versions = visitor.dialog.getByRole('listitem');
    await versions.first().waitFor();
    expect(await versions.allInnerTexts()).to.satisfy((texts: string[]) => {
      return ['eight', 'seven', 'six'].every((word, index) => texts[index]?.includes(word));
    });
    await expectAccessible(visitor.page, 'versions');
    await hall.dismiss(visitor);
  });

  it('says who reacted', async () => {
    await react([ada, bob], guild.generalId, saidId, '🔥');
    await react([bob], guild.generalId, saidId, '👀');
    const visitor = await visit(ada);
    await choose(visitor, 'Reactions');
    await visitor.dialog.getByRole('tab', { name: '🔥, 2 reactions' }).waitFor();
    await visitor.dialog.getByText('ada', { exact: true }).waitFor();
    await expectAccessible(visitor.page, 'reactions');
    await visitor.dialog.getByRole('tab', { name: '👀, 1 reaction' }).click();
    await visitor.dialog.getByText('bob', { exact: true }).waitFor();
    await eventually(async () => (await visitor.dialog.getByText('ada', { exact: true }).count()) === 0);
    await hall.dismiss(visitor);
  });

  it('forwards what it says now, and nothing of what it belonged to', async () => {
    const plansId = await createChannel(ada, guild, { name: 'plans' });
    await edit(bob, guild.generalId, saidId, 'We meet at seven');
    const visitor = await visit(ada);
    await choose(visitor, 'Forward');
    await visitor.dialog.getByLabel('Where to?').fill('plan');
    await expectAccessible(visitor.page, 'forward');
    await visitor.dialog.getByRole('button', { name: /plans/ }).click();
    await visitor.page.getByText('Forwarded to plans').waitFor();
    await visitor.channelLink('plans').click();
    await visitor.message('We meet at seven').waitFor();
    const { chunk } = await ada.ok(
      'GET',
      `/_matrix/client/v3/rooms/${encodeURIComponent(plansId)}/messages?dir=b&limit=1`,
    );
    expect(chunk[0].content).to.deep.equal({
      msgtype: 'm.text',
      body: 'We meet at seven',
      'm.mentions': {},
    });
    await hall.dismiss(visitor);
  });
});
