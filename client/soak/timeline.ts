// npm run soak -- timeline: how a channel of 10,000 messages scrolls, how fast channels change, and how fast the client
// starts with 50 guilds. The figures are judged here; `npm test` has a small form without time in client/tests/history.e2e.ts.

import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { channelPath, createChannel, createGuild, type SeededGuild } from '../tests/test-kit/guild.ts';
import { Hall } from '../tests/test-kit/hall.ts';
import {
  countRows,
  fillChannel,
  findReadRow,
  holdRequests,
  nameOf,
  scrollHeight,
  scrollToTop,
  untilStill,
  watchPlace,
} from '../tests/test-kit/long-channel.ts';
import type { Visitor } from '../tests/test-kit/visitor.ts';
import { slowDown, traceFrames } from './trace.ts';

const messages = Number(process.env.GUILDHALL_SOAK_MESSAGES ?? 10_000);
const guilds = Number(process.env.GUILDHALL_SOAK_GUILDS ?? 50);
const channelsOfGuild = 10;
const processorSlowDown = 4;
const switches = 10;
const starts = 5;

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The value that it stays below. */
  readonly limit: number;
}

const figures: Figure[] = [];

const hall = await Hall.open();
try {
  const ada = await hall.server.register('ada');
  const guild = await createGuild(ada, { name: 'The Archive' });
  await report('filling', async () => {
    await fillChannel(ada, guild.generalId, messages);
    await createChannel(ada, guild, { name: 'next-door' });
  });
  const reader = await hall.visit();
  await enter(reader, ada, guild);
  await report('scrolling', () => measureScrolling(reader, 'while older messages are loaded'));
  await report('prepending', () => measurePrepending(reader));
  await report('scrolling', () => measureScrolling(reader, 'through what is loaded'));
  await report('switching', () => measureSwitching(reader));
  await hall.dismiss(reader);
  await report('guilds', () => foundGuilds(ada));
  await report('starting', () => measureStart(ada, guild));
} finally {
  await hall.close();
}
for (const { name, value, unit, limit } of figures)
  console.log(`${value < limit ? 'ok' : 'TOO MUCH'}  ${name}: ${value.toFixed(1)}${unit} (below ${limit})`);
process.exitCode = figures.every(({ value, limit }) => value < limit) ? 0 : 1;

async function report(name: string, act: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await act();
  console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

async function enter(visitor: Visitor, user: TestUser, guild: SeededGuild): Promise<void> {
  await visitor.enterAs(user, channelPath(guild));
  await visitor.message(nameOf(messages)).waitFor();
}

/** Scrolls up as a finger does, on a processor that is four times slower. */
async function measureScrolling(reader: Visitor, when: string): Promise<void> {
  const { page, timeline } = reader;
  await timeline.hover();
  const session = await slowDown(page, processorSlowDown);
  const costs = await traceFrames(page, async () => {
    await session.send('Input.synthesizeScrollGesture', {
      x: 700,
      y: 400,
      yDistance: 12_000,
      speed: 2400,
      preventFling: true,
      gestureSourceType: 'mouse',
    });
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await session.detach();
  console.log(`  ${costs.frames.length} frames`);
  figures.push(
    {
      name: `script, style and layout a frame (p95) ${when}`,
      value: quantile(costs.frames, 0.95),
      unit: ' ms',
      limit: 8,
    },
    { name: `longest task ${when}`, value: costs.longestTask, unit: ' ms', limit: 50 },
  );
}

/** Loads all there is, piece by piece, and watches what is read while each comes. */
async function measurePrepending(reader: Visitor): Promise<void> {
  const { timeline, page } = reader;
  const begin = page.getByRole('heading', { name: 'Welcome to general' });
  const held = holdRequests(reader);
  let pieces = 0;
  let drift = 0;
  let rows = 0;
  while (!(await begin.isVisible())) {
    await scrollToTop(reader);
    await eventually(async () => held.count() > 0 || (await begin.isVisible()));
    if (held.count() === 0) continue;
    // The last turn of the wheel may still be on its way on a busy machine.
    await untilStill(timeline);
    const height = await scrollHeight(timeline);
    const watched = await watchPlace(timeline, await findReadRow(reader));
    held.release();
    await eventually(async () => (await scrollHeight(timeline)) !== height);
    drift = Math.max(drift, await watched.moved(150));
    rows = Math.max(rows, await countRows(timeline));
    pieces += 1;
  }
  await page.unroute('**/messages?*');
  console.log(`  ${pieces} pieces`);
  figures.push(
    { name: 'drift when older messages come', value: drift, unit: ' px', limit: 1.01 },
    { name: 'rows in the page', value: rows, unit: '', limit: 120 },
  );
  await page.getByRole('button', { name: 'Jump to the newest' }).click();
  await reader.message(nameOf(messages)).waitFor();
  await untilStill(timeline);
}

/** From the click to the frame in which the messages are. */
async function measureSwitching(reader: Visitor): Promise<void> {
  const took: number[] = [];
  for (let index = 0; index < switches; index += 1) {
    await reader.channelLink('next-door').click();
    await reader.channelHeading('next-door').waitFor();
    const link = reader.channelLink('general');
    const time = await link.evaluate(async (element, text) => {
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const began = performance.now();
      if (element instanceof HTMLElement) element.click();
      while (![...document.querySelectorAll('article')].some((row) => row.textContent?.includes(text)))
        await frame();
      return performance.now() - began;
    }, nameOf(messages));
    took.push(time);
  }
  figures.push({
    name: 'switch to a cached channel (p95)',
    value: quantile(took, 0.95),
    unit: ' ms',
    limit: 100,
  });
}

async function foundGuilds(ada: TestUser): Promise<void> {
  for (let index = 1; index < guilds; index += 1) {
    const guild = await createGuild(ada, { name: `Guild ${index}` });
    for (let channel = 1; channel < channelsOfGuild; channel += 1)
      await createChannel(ada, guild, { name: `channel-${channel}` });
  }
}

/** From the navigation of somebody who was here before to the newest message, with everything cached that is. */
async function measureStart(ada: TestUser, guild: SeededGuild): Promise<void> {
  const reader = await hall.visit();
  await enter(reader, ada, guild);
  const took: number[] = [];
  for (let index = 0; index < starts; index += 1) {
    // What the SDK keeps is written some time after the first look.
    await reader.page.waitForTimeout(2000);
    await reader.page.reload({ waitUntil: 'commit' });
    const time = await reader.page.evaluate(async (text) => {
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const isThere = (): boolean =>
        document.querySelector('textarea') !== null &&
        [...document.querySelectorAll('article')].some((row) => row.textContent?.includes(text));
      while (!isThere()) await frame();
      return performance.now();
    }, nameOf(messages));
    took.push(time);
  }
  console.log(`  ${took.map((time) => time.toFixed(0)).join(', ')} ms`);
  figures.push({
    name: `warm start with ${guilds} guilds and ${guilds * channelsOfGuild} channels (median)`,
    value: quantile(took, 0.5),
    unit: ' ms',
    limit: 1000,
  });
  await hall.dismiss(reader);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
