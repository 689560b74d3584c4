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

describe('Finding the way with few keys', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let archive: SeededGuild;
  let choir: SeededGuild;
  let mapsId: string;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
    archive = await createGuild(ada, { name: 'The Archive' });
    mapsId = await createChannel(ada, archive, { name: 'old-maps' });
    await createChannel(ada, archive, { name: 'letters' });
    choir = await createGuild(ada, { name: 'Harbour Choir' });
    await createChannel(ada, choir, { name: 'rehearsals' });
    for (const guild of [archive, choir]) await redeemInvite(bob, await createInvite(ada, guild));
  });
  beforeEach(async () => {
    visitor = await hall.visit();
    await visitor.enterAs(ada, channelPath(archive));
    await visitor.channelHeading('general').waitFor();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  describe('the quick switcher', () => {
    const type = async (text: string): Promise<void> => {
      await visitor.page.keyboard.press('Control+K');
      await visitor.page.getByRole('combobox', { name: 'Guild, channel, person or action' }).fill(text);
    };
    const option = (name: string | RegExp) => visitor.page.getByRole('option', { name });

    it('goes to a channel of another guild by a few letters', async () => {
      await type('reh');
      await option(/^rehearsals\s*Harbour Choir/).waitFor();
      await visitor.page.keyboard.press('Enter');
      await visitor.channelHeading('rehearsals').waitFor();
      await visitor.page.getByRole('navigation', { name: 'Channels of Harbour Choir' }).waitFor();
    });

    it('goes to a guild, and begins a conversation with a person', async () => {
      await type('*choir');
      await option('Harbour Choir').click();
      await visitor.page.getByRole('navigation', { name: 'Channels of Harbour Choir' }).waitFor();
      await type('@bo');
      await option(/^bob/).waitFor();
      await visitor.page.keyboard.press('Enter');
      await visitor.page.getByText('This is where your conversation begins.').waitFor();
      await visitor.channelHeading('bob').waitFor();
    });

    it('does what menus do', async () => {
      await type('>create a cat');
      await visitor.page.keyboard.press('Enter');
      await visitor.dialog.getByRole('heading', { name: 'Create a category' }).waitFor();
    });

    it('chooses with the arrows, says which one is chosen, and gives the focus back', async () => {
      await visitor.composer.focus();
      await type('#');
      const field = visitor.page.getByRole('combobox', { name: 'Guild, channel, person or action' });
      const first = await field.getAttribute('aria-activedescendant');
      await visitor.page.keyboard.press('ArrowDown');
      const second = await field.getAttribute('aria-activedescendant');
      expect(second).not.to.equal(first);
      expect(await visitor.page.locator(`#${second}`).getAttribute('aria-selected')).to.equal('true');
      await visitor.page.keyboard.press('ArrowUp');
      expect(await field.getAttribute('aria-activedescendant')).to.equal(first);
      await visitor.page.keyboard.press('Escape');
      await field.waitFor({ state: 'detached' });
      await eventually(() => visitor.composer.evaluate((element) => element === document.activeElement));
    });

    it('says when nothing fits', async () => {
      await type('no such thing');
      await visitor.page.getByText('Nothing by that name.').waitFor();
    });
  });

  describe('keys', () => {
    it('lead through the channels, and to the next unread one', async () => {
      await visitor.page.keyboard.press('Alt+ArrowDown');
      await visitor.channelHeading('old-maps').waitFor();
      await visitor.page.keyboard.press('Alt+ArrowUp');
      await visitor.channelHeading('general').waitFor();
      const letters = visitor.channelLink('letters');
      const lettersId = (await letters.getAttribute('href'))?.split('/').at(-1) ?? '';
      await bob.say(decodeURIComponent(lettersId), 'A letter');
      await visitor.channelLink('letters, unread').waitFor();
      await visitor.page.keyboard.press('Alt+Shift+ArrowDown');
      await visitor.message('A letter').waitFor();
    });

    it('are listed, and show and hide the members', async () => {
      await visitor.page.keyboard.press('Control+/');
      await visitor.dialog.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
      await visitor.dialog.getByText('Ctrl+U').waitFor();
      await visitor.page.keyboard.press('Escape');
      await visitor.dialog.waitFor({ state: 'detached' });
      await visitor.page.keyboard.press('Control+U');
      await visitor.page.getByRole('complementary', { name: 'Members' }).waitFor({ state: 'detached' });
      await visitor.page.keyboard.press('Control+U');
      await visitor.page.getByRole('complementary', { name: 'Members' }).waitFor();
    });
  });

  describe('the inbox', () => {
    it('shows what is new, leads there, and marks it as read', async () => {
      await bob.say(mapsId, 'A map of the north');
      await bob.say(choir.generalId, 'Altos, bar 32');
      await visitor.page.getByRole('button', { name: 'Inbox, unread messages' }).click();
      await visitor.dialog.getByRole('button', { name: /A map of the north/ }).waitFor();
      await visitor.dialog.getByRole('button', { name: 'Mark general as read' }).click();
      await visitor.dialog.getByText('Altos, bar 32').waitFor({ state: 'detached' });
      await visitor.dialog.getByRole('button', { name: /A map of the north/ }).click();
      await visitor.channelHeading('old-maps').waitFor();
      await visitor.message('A map of the north').waitFor();
      await visitor.page.keyboard.press('Control+I');
      await visitor.dialog.getByText('All caught up').waitFor();
      // Opened anew while it still closes, there would be two of it for a moment.
      await visitor.page.keyboard.press('Escape');
      await visitor.dialog.waitFor({ state: 'detached' });
    });

    it('keeps who mentioned us, and leads to the message', async () => {
      await say(bob, mapsId, 'ada, is this yours?', { mentions: [ada] });
      // Enough that it is far off the screen, few enough that sync leaves nothing out.
      for (let index = 0; index < 15; index += 1)
        await bob.say(mapsId, `More ${index}${'\n\nand on'.repeat(4)}`);
      await visitor.page.getByRole('button', { name: /^Inbox, 1 mention/ }).click();
      await visitor.dialog.getByRole('tab', { name: 'Mentions' }).click();
      await visitor.dialog.getByRole('button', { name: /is this yours\?/ }).click();
      const message = visitor.message('ada, is this yours?');
      await message.waitFor();
      await eventually(async () => {
        const box = await message.boundingBox();
        const frame = await visitor.timeline.boundingBox();
        return box !== null && frame !== null && box.y >= frame.y && box.y < frame.y + frame.height;
      });
    });

    it('marks everything as read at once', async () => {
      await bob.say(mapsId, 'One more');
      await bob.say(choir.generalId, 'And here');
      await visitor.page.getByRole('button', { name: /^Inbox, / }).click();
      await visitor.dialog.getByText('And here').waitFor();
      await visitor.dialog.getByText('One more').waitFor();
      await visitor.dialog.getByRole('button', { name: 'Mark all as read' }).click();
      await visitor.dialog.getByText('All caught up').waitFor();
    });
  });
});
