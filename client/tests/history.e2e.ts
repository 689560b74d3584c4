import { expect } from 'chai';
import type { Locator, Route } from 'playwright-core';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { channelPath, createGuild, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

const MESSAGES = 300;

/** How far what somebody reads may move when something is put in above it, in pixels. */
const STILL = 2;

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
    // Lengths differ, so that a place that was estimated is never the one that is measured.
    for (let index = 1; index <= MESSAGES; index += 1)
      await ada.say(guild.generalId, `${nameOf(index)} ${'and so on '.repeat((index * 7) % 40)}`);
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
      pieces += 1;
    }
    await reader.message(nameOf(1)).waitFor();
    expect(pieces).to.be.at.least(5);
  });

  it('does not move what is read when somebody writes, and leads back to the newest', async () => {
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

/** Each message begins with a name that is no part of another's. */
function nameOf(index: number): string {
  return `Entry ${String(index).padStart(4, '0')}`;
}

function scrollHeight(timeline: Locator): Promise<number> {
  return timeline.evaluate((element) => element.scrollHeight);
}

function distanceToEnd(timeline: Locator): Promise<number> {
  return timeline.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);
}

/** Turns the wheel until the top of what is loaded is on the screen. */
async function scrollToTop({ page, timeline }: Visitor): Promise<void> {
  await eventually(async () => {
    await page.mouse.wheel(0, -2500);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    return timeline.evaluate((element) => element.scrollTop === 0);
  });
}

/** Waits until the wheel has come to rest: a browser may spread its turn over many frames. */
async function untilStill(timeline: Locator): Promise<void> {
  await timeline.evaluate(async (element) => {
    let last = Number.NaN;
    for (let still = 0; still < 5; still = element.scrollTop === last ? still + 1 : 0) {
      last = element.scrollTop;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
}

/** The name of the first message that is wholly on the screen: what somebody reads. */
async function findReadRow({ timeline }: Visitor): Promise<string> {
  return timeline.evaluate((element) => {
    const top = element.getBoundingClientRect().top;
    for (const row of element.querySelectorAll('article')) {
      if (row.getBoundingClientRect().top >= top) return row.textContent?.match(/Entry \d+/)?.[0] ?? '';
    }
    throw new Error('no message is on the screen');
  });
}

/**
 * Watches a row frame by frame from now on. `moved` waits for one more second of frames and says how far the row ever
 * was from where it stood at first, in pixels.
 */
async function watchPlace(timeline: Locator, name: string): Promise<{ moved(): Promise<number> }> {
  const watch = await timeline.evaluateHandle((element, text) => {
    const placeOf = (): number => {
      for (const row of element.querySelectorAll('article'))
        if (row.textContent?.includes(text)) return row.getBoundingClientRect().top;
      return Number.POSITIVE_INFINITY;
    };
    const first = placeOf();
    const seen = { moved: 0 };
    const look = (): void => {
      seen.moved = Math.max(seen.moved, Math.abs(placeOf() - first));
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return seen;
  }, name);
  return {
    moved: () =>
      watch.evaluate(async (seen) => {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return seen.moved;
      }),
  };
}

/** Holds back the requests for history until they are let go. */
function holdRequests({ page }: Visitor): { readonly count: () => number; readonly release: () => void } {
  let waiting: Route[] = [];
  void page.route('**/messages?*', (route) => {
    waiting.push(route);
  });
  return {
    count: () => waiting.length,
    release: () => {
      for (const route of waiting) void route.continue();
      waiting = [];
    },
  };
}
