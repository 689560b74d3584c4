import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { drawLantern } from './test-kit/drawings.ts';
import {
  channelPath,
  createChannel,
  createGuild,
  createInvite,
  redeemInvite,
  type SeededGuild,
} from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import { upload } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Writing', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let mapsId: string;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
    guild = await createGuild(ada, { name: 'The Archive' });
    mapsId = await createChannel(ada, guild, { name: 'old-maps' });
    await redeemInvite(bob, await createInvite(ada, guild));
    const type = 'm.room.power_levels';
    const levels = await ada.ok('GET', `${roomPath(guild.generalId)}/state/${type}`);
    await ada.setState(guild.generalId, type, { ...levels, kick: 50, ban: 50 });
  });
  beforeEach(async () => {
    visitor = await hall.visit({ reducedMotion: 'reduce' });
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.composer.waitFor();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const option = (name: RegExp) => visitor.page.getByRole('option', { name });
  const type = (text: string): Promise<void> => visitor.composer.pressSequentially(text);
  const lastContent = async () => {
    const { chunk } = await ada.ok('GET', `${roomPath(guild.generalId)}/messages?dir=b&limit=1`);
    return chunk[0].content;
  };
  const membershipOf = async (user: TestUser): Promise<string> => {
    const path = `${roomPath(guild.generalId)}/state/m.room.member/${encodeURIComponent(user.userId)}`;
    return (await ada.ok('GET', path)).membership;
  };

  it('names channels, which become links to them', async () => {
    await type('Look into #old');
    await option(/old-maps/).waitFor();
    await expectAccessible(visitor.page, 'channels to name');
    await visitor.page.keyboard.press('Enter');
    await type('please');
    await visitor.page.keyboard.press('Enter');
    await visitor.message('Look into #old-maps please').getByRole('link', { name: '#old-maps' }).click();
    await visitor.channelHeading('old-maps').waitFor();
  });

  it('shows Markdown while it is typed, and keeps it as it was typed', async () => {
    const drawn = (text: string) =>
      visitor.page.locator('[aria-hidden] > span').getByText(text, { exact: true }).first();
    const look = (text: string, property: string): Promise<string> =>
      drawn(text).evaluate((span, name) => getComputedStyle(span).getPropertyValue(name), property);
    await visitor.composer.fill('Hi ');
    await type('@bo');
    await option(/bob/).first().waitFor();
    await visitor.page.keyboard.press('Tab');
    await type('see **loud** _soft_ ~~gone~~ `code` ||secret|| https://example.org');
    expect(Number.parseFloat(await look('loud', '-webkit-text-stroke-width'))).to.be.above(0);
    expect(await look('soft', 'font-style')).to.equal('italic');
    expect(await look('gone', 'text-decoration-line')).to.equal('line-through');
    expect(await look('https://example.org', 'text-decoration-line')).to.equal('underline');
    const plain = await look('see', 'background-color');
    for (const text of ['@bob', 'code', 'secret'])
      expect(await look(text, 'background-color')).to.not.equal(plain);
    expect(await look('**', 'color')).to.not.equal(await look('see', 'color'));
    await expectAccessible(visitor.page, 'Markdown as it is typed');
    await visitor.composer.press('Enter');
    await visitor.message('Hi @bob see').waitFor();
    await eventually(async () => (await lastContent()).body?.startsWith('Hi @bob see') === true);
    const content = await lastContent();
    expect(content.body).to.equal(
      'Hi @bob see **loud** _soft_ ~~gone~~ `code` ||secret|| https://example.org',
    );
    expect(content.formatted_body).to.include('<strong>loud</strong> <em>soft</em> <del>gone</del>');
  });

  it('draws the letters where the text field has them, and grows with them', async () => {
    const words = 'Вечер **в зале** _with lanterns of yellow_ `and a very long wordwithoutanyspace`'.split(
      ' ',
    );
    const text = Array.from({ length: 90 }, (_, index) => words[index % words.length]).join(' ');
    for (const typed of [text, `${text}\n`, `${text}\n\n> quoted\n`, 'x'.repeat(500), '- a\n\n\n- b   ']) {
      await visitor.composer.fill(typed);
      const [field, drawing] = await visitor.composer.evaluate((input) => {
        const below = input.previousElementSibling;
        return [input, below].map((element) => [element?.scrollHeight, element?.clientWidth]);
      });
      expect(field, JSON.stringify(typed.slice(0, 20))).to.deep.equal(drawing);
    }
  });

  it('finds emoji by their name', async () => {
    await type('Good :wav');
    await option(/waving hand/).click();
    await visitor.page.keyboard.press('Enter');
    await visitor.message('Good 👋').waitFor();
  });

  it('knows the emoji of the guild', async () => {
    const url = await upload(hall, ada, await hall.paint(drawLantern()), 'image/png');
    await ada.setState(guild.guildId, 'm.room.image_pack', { images: { lantern: { url } } });
    await eventually(async () => {
      await visitor.composer.fill('');
      await type('Light the :lant');
      return (await option(/:lantern:/).count()) > 0;
    });
    await visitor.page.keyboard.press('Enter');
    await visitor.page.keyboard.press('Enter');
    await visitor.seeImage(visitor.message('Light the').getByRole('img', { name: ':lantern:' }));
  });

  it('offers the pictures of the guild as emoji, as reactions and as stickers', async () => {
    const url = await upload(hall, ada, await hall.paint(drawLantern()), 'image/png');
    await ada.setState(guild.guildId, 'm.room.image_pack', {
      images: { lantern: { url, body: 'A lantern', info: { mimetype: 'image/png', w: 256, h: 256 } } },
    });
    const popup = visitor.page.getByRole('dialog');
    await eventually(async () => {
      await visitor.page.getByRole('button', { name: 'Emoji', exact: true }).click();
      await popup.getByLabel('Search emoji').fill('lant');
      if ((await popup.getByRole('button', { name: ':lantern:' }).count()) > 0) return true;
      await visitor.page.keyboard.press('Escape');
      return false;
    });
    await expectAccessible(visitor.page, 'emoji of the guild');
    await visitor.page.keyboard.press('Enter');
    await type(' in my window');
    await visitor.page.keyboard.press('Enter');
    const message = visitor.message('in my window');
    await visitor.seeImage(message.getByRole('img', { name: ':lantern:' }));
    await visitor.act('in my window', 'Add a reaction');
    await popup.getByRole('button', { name: 'More emoji' }).click();
    await popup.getByRole('button', { name: ':lantern:' }).click();
    const reactions = message.getByRole('list', { name: 'Reactions' });
    await visitor.seeImage(reactions.getByRole('img'));
    await visitor.chooseFromMenu('Add something', 'Send a sticker');
    await popup.getByRole('button', { name: 'A lantern' }).waitFor();
    await expectAccessible(visitor.page, 'stickers');
    await popup.getByRole('button', { name: 'A lantern' }).click();
    await visitor.seeImage(visitor.timeline.getByRole('img', { name: 'A lantern' }));
    expect(await lastContent()).to.include({ body: 'A lantern', url });
  });

  it('lists commands, and does what one says', async () => {
    await type('/');
    await option(/topic/).waitFor();
    await expectAccessible(visitor.page, 'commands');
    await type('top');
    await visitor.page.keyboard.press('Tab');
    await type('What is old');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByRole('button', { name: 'Topic: What is old' }).waitFor();
    expect(await visitor.composer.inputValue()).to.equal('');
  });

  it('says things in other ways', async () => {
    await visitor.say('/me looks around');
    await visitor.message('looks around').getByText('✱').waitFor();
    await visitor.say('/spoiler the butler');
    await eventually(async () => (await lastContent()).formatted_body?.includes('data-mx-spoiler'));
    await visitor.say('/shrug Who knows');
    await visitor.message('Who knows ¯\\_(ツ)_/¯').waitFor();
    await visitor.say('/plain **stars**');
    await visitor.message('**stars**').waitFor();
    await visitor.say('//me is text');
    await visitor.message('/me is text').waitFor();
    await visitor.say('/etc/hosts is text');
    await visitor.message('/etc/hosts is text').waitFor();
  });

  it('keeps what cannot be done, and says why', async () => {
    await visitor.say('/dance');
    await visitor.page.getByText('There is no command /dance here.').waitFor();
    expect(await visitor.composer.inputValue()).to.equal('/dance');
    await visitor.say('/kick');
    await visitor.page.getByText('Say whom:').waitFor();
    await visitor.composer.fill('');
  });

  it('changes names, and lets people go and come', async () => {
    await visitor.say('/nick Ada of the Archive');
    await visitor.page
      .getByRole('button', { name: /^Ada of the Archive/ })
      .first()
      .waitFor();
    await type('/ban @bo');
    await visitor.page.keyboard.press('Enter');
    await type('was rude');
    await visitor.page.keyboard.press('Enter');
    await eventually(async () => (await membershipOf(bob)) === 'ban');
    await visitor.say(`/unban ${bob.userId}`);
    await eventually(async () => (await membershipOf(bob)) === 'leave');
    await visitor.say(`/invite ${bob.userId}`);
    await eventually(async () => (await membershipOf(bob)) === 'invite');
    await visitor.say(`/kick ${bob.userId}`);
    await eventually(async () => (await membershipOf(bob)) === 'leave');
  });

  it('comes into channels and leaves them', async () => {
    const { room_id: roomId } = await bob.ok('POST', '/_matrix/client/v3/createRoom', {
      preset: 'public_chat',
      name: 'The cellar',
      room_alias_name: 'cellar',
    });
    await visitor.say(`/join #cellar:${bob.userId.split(':').slice(1).join(':')}`);
    await eventually(async () => {
      const { joined_rooms: joined } = await ada.ok('GET', '/_matrix/client/v3/joined_rooms');
      return joined.includes(roomId);
    });
    await visitor.channelLink('old-maps').click();
    await visitor.channelHeading('old-maps').waitFor();
    await visitor.say('/part');
    await eventually(async () => {
      const { joined_rooms: joined } = await ada.ok('GET', '/_matrix/client/v3/joined_rooms');
      return !joined.includes(mapsId);
    });
  });
});
