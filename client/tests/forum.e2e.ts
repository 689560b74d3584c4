import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';
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
import type { Visitor } from './test-kit/visitor.ts';

describe('A forum', function () {
  this.timeout(90_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let forumId: string;
  let visitor: Visitor;
  let sent = 0;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(bob, await createInvite(ada, guild));
  });
  beforeEach(async () => {
    forumId = await createChannel(ada, guild, { name: `ideas-${sent}`, kind: 'forum' });
    visitor = await hall.visit({ reducedMotion: 'reduce' });
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const page = () => visitor.page;
  const post = (title: string) =>
    page().getByRole('list', { name: 'Posts' }).getByRole('article').filter({ hasText: title });
  const titles = (): Promise<string[]> =>
    page().getByRole('list', { name: 'Posts' }).getByRole('heading', { level: 2 }).allInnerTexts();
  const enter = async (user: TestUser): Promise<void> => {
    await visitor.enterAs(user, channelPath(guild, forumId));
    await page().getByRole('button', { name: 'New post' }).waitFor();
  };
  const send = async (user: TestUser, content: object): Promise<string> => {
    sent += 1;
    const path = `${roomPath(forumId)}/send/m.room.message/forum-${sent}`;
    return (await user.ok('PUT', path, content)).event_id;
  };
  const makePost = (title: string, ...tags: string[]): Promise<string> =>
    send(ada, { msgtype: 'm.text', body: `${title}\n\nAbout it`, 'io.guildhall.post': { title, tags } });
  const answer = (rootId: string, body: string): Promise<string> =>
    send(bob, {
      msgtype: 'm.text',
      body,
      'm.relates_to': { rel_type: 'm.thread', event_id: rootId, is_falling_back: true },
    });

  it('is a kind of channel that one creates', async () => {
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.composer.waitFor();
    await visitor.chooseFromMenu('The Archive', 'Create a channel');
    await visitor.dialog.getByLabel('Forum').check();
    await visitor.dialog.getByLabel('Name').fill(`questions-${sent}`);
    await expectAccessible(page(), 'creating a forum');
    await visitor.dialog.getByRole('button', { name: 'Create channel' }).click();
    await page().getByText('No posts yet').waitFor();
    await expectAccessible(page(), 'an empty forum');
  });

  it('takes posts with a title, and opens them beside the others', async () => {
    await enter(ada);
    await page().getByRole('button', { name: 'New post' }).click();
    await visitor.dialog.getByLabel('Title').fill('A lantern for the stairs');
    await visitor.dialog.getByLabel('Text').fill('It is **dark** there.');
    await expectAccessible(page(), 'making a post');
    await visitor.dialog.getByRole('button', { name: 'Post', exact: true }).click();
    await post('A lantern for the stairs').getByText('0 replies').waitFor();
    const thread = page().getByRole('complementary', { name: 'Thread' });
    await thread.getByText('It is dark there.').waitFor();
    await thread.getByRole('textbox').fill('I have one');
    await thread.getByRole('textbox').press('Enter');
    await post('A lantern for the stairs').getByText('1 reply').waitFor();
    await expectAccessible(page(), 'a forum with a post');
    const { chunk } = await ada.ok('GET', `${roomPath(forumId)}/messages?dir=b&limit=10`);
    const root = chunk.find((event: { content: object }) => 'io.guildhall.post' in event.content);
    expect(root.content).to.deep.include({
      body: 'A lantern for the stairs\n\nIt is **dark** there.',
      formatted_body: '<h3>A lantern for the stairs</h3>It is <strong>dark</strong> there.',
    });
  });

  it('puts first what was answered last, or what was made last', async () => {
    const firstId = await makePost('First');
    await makePost('Second');
    await answer(firstId, 'still here');
    await enter(bob);
    await eventually(async () => (await titles()).join() === 'First,Second');
    await page().getByLabel('Order of the posts').selectOption('Newest post');
    await eventually(async () => (await titles()).join() === 'Second,First');
    await makePost('Third');
    await eventually(async () => (await titles()).join() === 'Third,Second,First');
  });

  it('has tags, which are set in the channel, and shows the posts that have them', async () => {
    await enter(ada);
    const heading = await page().getByRole('heading', { level: 1 }).innerText();
    await visitor.channelLink(heading).hover();
    await page()
      .getByRole('button', { name: `Settings of ${heading}` })
      .click();
    for (const name of ['Idea', 'Question']) {
      await page().getByLabel('New tag').fill(name);
      await page().getByRole('button', { name: 'Add the tag' }).click();
      await page()
        .getByRole('button', { name: `Remove ${name}` })
        .waitFor();
    }
    await expectAccessible(page(), 'tags in the settings of a forum');
    await page().getByRole('button', { name: 'Remove Question' }).click();
    await page().getByRole('button', { name: 'Remove Question' }).waitFor({ state: 'detached' });
    await page().goBack();
    await makePost('Without a tag');
    await page().getByRole('button', { name: 'New post' }).click();
    await visitor.dialog.getByLabel('Title').fill('With a tag');
    await visitor.dialog.getByLabel('Idea').check();
    await visitor.dialog.getByRole('button', { name: 'Post', exact: true }).click();
    await post('With a tag').getByText('Idea').waitFor();
    await eventually(async () => (await titles()).length === 2);
    const filter = page().getByRole('button', { name: 'Idea', exact: true });
    await filter.click();
    await eventually(async () => (await titles()).join() === 'With a tag');
    await expectAccessible(page(), 'posts with a tag');
    await filter.click();
    await eventually(async () => (await titles()).length === 2);
  });

  it('says when a post has answers that one has not seen', async () => {
    const rootId = await makePost('A question');
    await answer(rootId, 'one');
    await enter(ada);
    await post('A question').getByRole('button', { name: 'A question' }).click();
    const thread = page().getByRole('complementary', { name: 'Thread' });
    await thread.getByText('one').waitFor();
    await thread.getByRole('button', { name: 'Close the thread' }).click();
    await answer(rootId, 'two');
    await post('A question').getByText('new replies').waitFor({ state: 'attached' });
    await post('A question').getByText('2 replies').waitFor();
  });

  it('opens the post that a link leads to, and the one that a linked answer is in', async () => {
    const rootId = await makePost('A linked question');
    const answerId = await answer(rootId, 'the linked answer');
    const thread = page().getByRole('complementary', { name: 'Thread' });
    for (const eventId of [rootId, answerId]) {
      await visitor.enterAs(bob, `${channelPath(guild, forumId)}/${encodeURIComponent(eventId)}`);
      await thread.getByText('About it').waitFor();
      await thread.getByText('the linked answer').waitFor();
      await thread.getByRole('button', { name: 'Close the thread' }).click();
    }
  });

  it('looks further back when it is asked to, and says when that fails', async () => {
    for (let number = 1; number <= 25; number += 1) await makePost(`Post ${number}.`);
    const rootId = await makePost('The long one');
    for (let number = 1; number <= 60; number += 1) await answer(rootId, `answer ${number}`);
    visitor.expectRefusals();
    await page().route('**/messages?*', (route) => route.abort());
    await visitor.enterAs(bob, channelPath(guild, forumId));
    await page().getByText("Couldn't load the posts").waitFor();
    await page().unroute('**/messages?*');
    // Small pieces, so that there are some.
    await page().route('**/messages?*', (route) =>
      route.continue({
        url: route
          .request()
          .url()
          .replace(/limit=\d+/, 'limit=2'),
      }),
    );
    await page().getByRole('button', { name: 'Try again' }).click();
    await post('The long one').waitFor();
    const older = page().getByRole('button', { name: 'Older posts' });
    await eventually(async () => {
      if ((await older.count()) > 0 && (await older.isEnabled())) await older.click();
      return (await titles()).length === 26 && (await older.count()) === 0;
    });
  });

  it('may be one where only some begin posts', async () => {
    const levels = await ada.ok('GET', `${roomPath(forumId)}/state/m.room.power_levels`);
    await ada.setState(forumId, 'm.room.power_levels', { ...levels, events_default: 50 });
    await visitor.enterAs(bob, channelPath(guild, forumId));
    await page().getByText('You can read here, but not write.').waitFor();
    expect(await page().getByRole('button', { name: 'New post' }).count()).to.equal(0);
  });
});
