import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { channelPath, createChannel, createGuild, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import {
  countRows,
  distanceToEnd,
  fillChannel,
  findReadRow,
  holdRequests,
  nameOf,
  scrollHeight,
  scrollToTop,
  untilStill,
  watchPlace,
} from './test-kit/long-channel.ts';
import type { Visitor } from './test-kit/visitor.ts';

const MESSAGES = 300;

/** How far what somebody reads may move when something is put in above it, in pixels. */
const STILL = 1;

/** How many rows are in the page at most, however long the history is. */
const MOST_ROWS = 120;

describe('A channel with a long history', function () {
  this.timeout(90_000);

  let hall: Hall;
  let ada: TestUser;
  let guild: SeededGuild;
  let reader: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    guild = await createGuild(ada, { name: 'The Archive' });
    await createChannel(ada, guild, { name: 'next-door' });
    await fillChannel(ada, guild.generalId, MESSAGES);
  });
  beforeEach(async () => {
    reader = await hall.visit();
    await reader.enterAs(ada, channelPath(guild));
    await reader.message(nameOf(MESSAGES)).waitFor();
  });
  afterEach(() => hall.dismiss(reader));
  after(() => hall.close());

  it('opens at the newest message', async () => {
    // The first frame shows rows before they are measured.
    await eventually(async () => (await distanceToEnd(reader.timeline)) <= STILL);
    expect(await reader.message(nameOf(1)).count()).to.equal(0);
  });

  it('loads older messages up to the first while the reader scrolls, and moves nothing that is read', async () => {
    let pieces = 0;
    const held = holdRequests(reader);
    const begin = reader.page.getByRole('heading', { name: 'Welcome to general' });
    await reader.timeline.hover();
    while (!(await begin.isVisible())) {
      await scrollToTop(reader);
      await eventually(async () => held.count() > 0 || (await begin.isVisible()));
      if (held.count() === 0) continue;
      const anchor = await findReadRow(reader);
      const height = await scrollHeight(reader.timeline);
      const watched = await watchPlace(reader.timeline, anchor);
      held.release();
      await eventually(async () => (await scrollHeight(reader.timeline)) !== height);
      expect(await watched.moved(), `row ${anchor}, in pixels, while piece ${pieces + 1} came`).to.be.at.most(
        STILL,
      );
      expect(await countRows(reader.timeline), 'rows in the page').to.be.below(MOST_ROWS);
      pieces += 1;
    }
    await reader.message(nameOf(1)).waitFor();
    expect(pieces).to.be.at.least(5);
  });

  it('begins at the newest again for who comes back, and has what was loaded without asking', async () => {
    await scrollToBegin(reader);
    await reader.channelLink('next-door').click();
    await reader.channelHeading('next-door').waitFor();
    await reader.channelLink('general').click();
    await reader.message(nameOf(MESSAGES)).waitFor();
    await untilStill(reader.timeline);
    expect(await distanceToEnd(reader.timeline)).to.be.at.most(STILL);
    const held = holdRequests(reader);
    await scrollToBegin(reader);
    await reader.message(nameOf(1)).waitFor();
    expect(held.count()).to.equal(0);
  });

  it('does not move what is read when somebody writes, and leads back to the newest', async () => {
    await eventually(async () => (await distanceToEnd(reader.timeline)) <= STILL);
    await untilStill(reader.timeline);
    await reader.timeline.hover();
    await reader.page.mouse.wheel(0, -1500);
    const back = reader.page.getByRole('button', { name: 'Jump to the newest' });
    await back.waitFor();
    await untilStill(reader.timeline);
    const anchor = await findReadRow(reader);
    const watched = await watchPlace(reader.timeline, anchor);
    await ada.say(guild.generalId, 'Something new at the end');
    expect(await watched.moved()).to.be.at.most(STILL);
    await back.click();
    await reader.message('Something new at the end').waitFor();
    await eventually(async () => (await distanceToEnd(reader.timeline)) <= STILL);
  });

  it('lets go of who leaves the newest message in small steps', async () => {
    await eventually(async () => (await distanceToEnd(reader.timeline)) <= STILL);
    await reader.timeline.hover();
    await eventually(async () => {
      await reader.page.mouse.wheel(0, -20);
      return (await distanceToEnd(reader.timeline)) > 200;
    });
  });

  it('leads from a reply to an old message and back', async () => {
    const { chunk } = await ada.ok(
      'GET',
      `/_matrix/client/v3/rooms/${encodeURIComponent(guild.generalId)}/messages?dir=f&limit=60`,
    );
    const old = chunk.find((event: { content: { body?: string } }) =>
      event.content.body?.startsWith(nameOf(20)),
    );
    await ada.send(guild.generalId, 'm.room.message', {
      msgtype: 'm.text',
      body: 'Remember this?',
      'm.relates_to': { 'm.in_reply_to': { event_id: old.event_id } },
    });
    await reader
      .message('Remember this?')
      .getByRole('button', { name: nameOf(20) })
      .click();
    await reader.timeline
      .getByRole('article')
      .filter({ hasText: nameOf(21) })
      .waitFor();
    expect(await reader.message(nameOf(MESSAGES)).count()).to.equal(0);
    await reader.page.getByRole('button', { name: 'Jump to the newest' }).click();
    await reader.message('Remember this?').waitFor();
  });
});

async function scrollToBegin(reader: Visitor): Promise<void> {
  const begin = reader.page.getByRole('heading', { name: 'Welcome to general' });
  await reader.timeline.hover();
  await eventually(async () => {
    await scrollToTop(reader);
    return begin.isVisible();
  });
}
