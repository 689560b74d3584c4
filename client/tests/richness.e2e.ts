import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import { say } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Code and links in messages', function () {
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
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(bob, await createInvite(ada, guild));
    const code = 'const tea = "black"; // for 2\nif (tea) brew(2);';
    await say(bob, guild.generalId, code, {
      html: `<pre><code class="language-ts">${code}</code></pre>`,
    });
    await bob.say(guild.generalId, 'Read https://maps.example/old and https://maps.example/silent');
  });
  beforeEach(async () => {
    visitor = await hall.visit({ reducedMotion: 'reduce' });
    await visitor.page.route('**/media/preview_url*', (route) => {
      const isOld = route.request().url().includes('old');
      return route.fulfill({
        json: isOld ? { 'og:title': 'Old maps', 'og:description': 'All that we found in the cellar' } : {},
      });
    });
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const card = () => visitor.timeline.getByRole('link', { name: /Old maps/ });

  for (const colorScheme of ['dark', 'light'] as const) {
    it(`has colours that everybody can read in the ${colorScheme} theme`, async () => {
      await visitor.page.emulateMedia({ colorScheme });
      await visitor.enterAs(ada, channelPath(guild));
      const word = visitor.timeline.getByText('const', { exact: true });
      await word.waitFor();
      const colorOf = (text: string): Promise<string> =>
        visitor.timeline
          .getByText(text, { exact: true })
          .evaluate((element) => getComputedStyle(element).color);
      expect(await colorOf('const')).not.to.equal(await colorOf('"black"'));
      await card().waitFor();
      await expectAccessible(visitor.page, 'code and previews');
    });
  }

  it('says what a linked page says of itself, until one wants that no more', async () => {
    await visitor.enterAs(ada, channelPath(guild));
    await card().getByText('All that we found in the cellar').waitFor();
    expect(await card().getAttribute('href')).to.equal('https://maps.example/old');
    await visitor.chooseFromMenu('Account menu', 'Hide previews of links');
    await card().waitFor({ state: 'detached' });
    let asked = 0;
    visitor.page.on('request', (request) => {
      if (request.url().includes('preview_url')) asked += 1;
    });
    await visitor.page.reload();
    await visitor.message('Read https').waitFor();
    expect(asked).to.equal(0);
    await visitor.chooseFromMenu('Account menu', 'Show previews of links');
    await card().waitFor();
  });

  it('sends what was written without a network, even after a reload', async () => {
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.composer.waitFor();
    visitor.expectRefusals();
    await visitor.page.route('**/send/**', (route) => route.abort());
    await visitor.say('Nobody hears this yet');
    await visitor.message('Nobody hears this yet').getByText("Couldn't send.").waitFor();
    await visitor.page.reload();
    await visitor.message('Nobody hears this yet').waitFor();
    await visitor.page.unroute('**/send/**');
    await visitor.page.reload();
    await eventually(async () => {
      const { chunk } = await bob.ok(
        'GET',
        `/_matrix/client/v3/rooms/${encodeURIComponent(guild.generalId)}/messages?dir=b&limit=5`,
      );
      const found = chunk.filter(
        (event: { content: { body?: string } }) => event.content.body === 'Nobody hears this yet',
      );
      return found.length === 1;
    });
    await visitor.message('Nobody hears this yet').waitFor();
    await eventually(async () => (await visitor.message('Nobody hears this yet').count()) === 1);
  });
});
