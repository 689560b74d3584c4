import { expect } from 'chai';
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
import { say } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Pointing at a message', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let mapsId: string;
  let firstId: string;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
    guild = await createGuild(ada, { name: 'The Archive' });
    mapsId = await createChannel(ada, guild, { name: 'maps' });
    await redeemInvite(bob, await createInvite(ada, guild));
    firstId = await say(bob, mapsId, 'The first map');
    // More than sync brings, and so few that what is loaded around the first one soon meets the present.
    for (let index = 0; index < 42; index += 1) await bob.say(mapsId, `Map ${index}`);
    await bob.say(mapsId, 'The newest map');
  });
  beforeEach(async () => {
    visitor = await hall.visit({ permissions: ['clipboard-read', 'clipboard-write'] });
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const messagePath = (eventId: string): string =>
    `${channelPath(guild, mapsId)}/${encodeURIComponent(eventId)}`;

  /** Waits until nothing moves any more, and fails if a message is not on the screen then. */
  const expectInView = async (text: string): Promise<void> => {
    await visitor.message(text).waitFor();
    await visitor.timeline.evaluate(async (element) => {
      let last = '';
      for (let still = 0; still < 40; ) {
        const now = `${element.scrollTop} ${element.scrollHeight}`;
        still = now === last ? still + 1 : 0;
        last = now;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    });
    const box = await visitor.message(text).boundingBox();
    const frame = await visitor.timeline.boundingBox();
    if (!box || !frame) throw new Error(`${text} is not there`);
    expect(box.y, text).to.be.within(frame.y, frame.y + frame.height - box.height);
  };

  it('copies a link to it that leads there, however old it is', async () => {
    await visitor.enterAs(ada, channelPath(guild, mapsId));
    await visitor.message('The newest map').click({ button: 'right' });
    await visitor.page.getByRole('menuitem', { name: 'Copy link', exact: true }).click();
    await visitor.page.getByText('Copied').waitFor();
    const link = await visitor.page.evaluate(() => navigator.clipboard.readText());
    expect(new URL(link).pathname).to.match(/^\/guilds\/[^/]+\/[^/]+\/[^/]+$/);
    await visitor.open(link);
    await expectInView('The newest map');
    await visitor.open(messagePath(firstId));
    await expectInView('The first map');
    expect(new URL(visitor.page.url()).pathname).to.equal(channelPath(guild, mapsId));
  });

  it('stays there while what is loaded around it meets the present', async () => {
    await visitor.enterAs(ada, messagePath(firstId));
    await expectInView('The first map');
    // The window is the live one by now: what is said next is a part of it, and moves nothing.
    await bob.say(mapsId, 'One more map');
    await expectInView('The first map');
    await visitor.page.getByRole('button', { name: 'Jump to the newest' }).click();
    await visitor.message('One more map').waitFor();
  });

  it('says when a link leads to nothing', async () => {
    visitor.expectRefusals();
    await visitor.enterAs(ada, messagePath('$nothing'));
    await visitor.page.getByText("Couldn't find that message. It may be gone.").waitFor();
    await visitor.message('The newest map').waitFor();
  });

  it('opens links to messages and channels here, whoever made them', async () => {
    await bob.say(guild.generalId, `Look: https://matrix.to/#/${mapsId}/${firstId}?via=elsewhere.example`);
    await bob.say(guild.generalId, `And ${hall.server.url}${channelPath(guild, mapsId)}`);
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await visitor.message('Look:').getByRole('link', { name: 'maps' }).click();
    await visitor.channelHeading('maps').waitFor();
    await expectInView('The first map');
    await visitor.channelLink('general').click();
    await visitor.message('And').getByRole('link', { name: 'maps' }).click();
    await visitor.channelHeading('maps').waitFor();
    expect(await visitor.page.evaluate(() => 'isSamePage' in window)).to.equal(true);
  });

  it('asks before a link leads into a channel that one is not in', async () => {
    const { room_id: roomId } = await bob.ok('POST', '/_matrix/client/v3/createRoom', {
      preset: 'public_chat',
      name: 'The cellar',
      room_alias_name: 'cellar',
    });
    await bob.say(roomId, 'It is damp here');
    const alias = `#cellar:${bob.userId.split(':').slice(1).join(':')}`;
    await bob.say(guild.generalId, `Come to https://matrix.to/#/${encodeURIComponent(alias)}`);
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.message('Come to').getByRole('link').click();
    await visitor.dialog.getByText(alias).waitFor();
    await visitor.dialog.getByRole('button', { name: 'Join the channel' }).click();
    await visitor.message('It is damp here').waitFor();
    await eventually(async () => new URL(visitor.page.url()).pathname.startsWith('/home/'));
  });
});
