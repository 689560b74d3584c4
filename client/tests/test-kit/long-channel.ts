import type { Locator, Route } from 'playwright-core';
import { eventually } from '../../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../../homeserver/test-kit/test-user.ts';
import type { Visitor } from './visitor.ts';

/** How many messages are on their way at once: they get their order from the server. */
const IN_FLIGHT = 16;

/**
 * Fills a channel with a history whose messages differ in length, so that a place that was estimated is never the one
 * that is measured.
 */
export async function fillChannel(author: TestUser, roomId: string, count: number): Promise<void> {
  const say = (index: number): Promise<string> =>
    author.say(roomId, `${nameOf(index)} ${'and so on '.repeat((index * 7) % 40)}`);
  for (let first = 1; first < count; first += IN_FLIGHT) {
    const next = Math.min(first + IN_FLIGHT, count);
    await Promise.all(Array.from({ length: next - first }, (_, offset) => say(first + offset)));
  }
  await say(count);
}

/** How many rows of the timeline are in the page. */
export function countRows(timeline: Locator): Promise<number> {
  return timeline.locator('[data-key]').count();
}

/** Each message of `fillChannel` begins with a name that is no part of another's. */
export function nameOf(index: number): string {
  return `Entry ${String(index).padStart(4, '0')}`;
}

export function scrollHeight(timeline: Locator): Promise<number> {
  return timeline.evaluate((element) => element.scrollHeight);
}

export function distanceToEnd(timeline: Locator): Promise<number> {
  return timeline.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);
}

/** Turns the wheel until the top of what is loaded is on the screen. */
export async function scrollToTop({ page, timeline }: Visitor): Promise<void> {
  await eventually(async () => {
    await page.mouse.wheel(0, -2500);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    return timeline.evaluate((element) => element.scrollTop === 0);
  });
}

/** Waits until the wheel has come to rest: a browser may spread its turn over many frames. */
export async function untilStill(timeline: Locator): Promise<void> {
  await timeline.evaluate(async (element) => {
    let last = Number.NaN;
    for (let still = 0; still < 5; still = element.scrollTop === last ? still + 1 : 0) {
      last = element.scrollTop;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
}

/** The name of the first message that is wholly on the screen: what somebody reads. */
export async function findReadRow({ timeline }: Visitor): Promise<string> {
  return timeline.evaluate((element) => {
    const top = element.getBoundingClientRect().top;
    for (const row of element.querySelectorAll('article')) {
      if (row.getBoundingClientRect().top >= top) return row.textContent?.match(/Entry \d+/)?.[0] ?? '';
    }
    throw new Error('no message is on the screen');
  });
}

/**
 * Watches a row frame by frame from now on. `moved` waits for some time more, a second unless given, and says how far
 * the row ever was from where it stood at first, in pixels.
 */
export async function watchPlace(
  timeline: Locator,
  name: string,
): Promise<{ moved(waitMs?: number): Promise<number> }> {
  const watch = await timeline.evaluateHandle((element, text) => {
    const placeOf = (): number => {
      for (const row of element.querySelectorAll('article'))
        if (row.textContent?.includes(text)) return row.getBoundingClientRect().top;
      return Number.POSITIVE_INFINITY;
    };
    const first = placeOf();
    const seen = { moved: 0, isOver: false };
    const look = (): void => {
      seen.moved = Math.max(seen.moved, Math.abs(placeOf() - first));
      if (!seen.isOver) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return seen;
  }, name);
  return {
    moved: (waitMs = 1000) =>
      watch.evaluate(async (seen, wait) => {
        await new Promise((resolve) => setTimeout(resolve, wait));
        seen.isOver = true;
        return seen.moved;
      }, waitMs),
  };
}

/** Holds back the requests for history until they are let go. */
export function holdRequests({ page }: Visitor): {
  readonly count: () => number;
  readonly release: () => void;
} {
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
