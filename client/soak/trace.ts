import type { CDPSession, Page } from 'playwright-core';
import { asObject, asString, type JsonObject } from '../src/lib/parse.ts';

/** What the main thread of a page did, in milliseconds of its own time: what other programs take does not count. */
export interface FrameCosts {
  /** Script, style and layout of each frame in which there was any. */
  readonly frames: readonly number[];
  /** The longest task. */
  readonly longestTask: number;
}

/** What is script, style or layout in a trace of Chromium. */
const work = new Set([
  'EventDispatch',
  'EvaluateScript',
  'FireAnimationFrame',
  'FunctionCall',
  'Layout',
  'RunMicrotasks',
  'TimerFire',
  'UpdateLayoutTree',
]);

/** What follows script, style and layout, once in each frame. */
const endOfFrame = 'PrePaint';

interface TraceEvent {
  readonly name: string;
  readonly thread: string;
  /** In microseconds, as are the others. */
  readonly start: number;
  readonly duration: number;
  /** The time that the thread itself was running. */
  readonly threadDuration: number;
}

/** Traces a page while something is done in it. */
export async function traceFrames(page: Page, act: () => Promise<void>): Promise<FrameCosts> {
  const session = await page.context().newCDPSession(page);
  const collected: JsonObject[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) collected.push(asObject(event) ?? {});
  });
  await session.send('Tracing.start', {
    traceConfig: {
      includedCategories: ['devtools.timeline', 'toplevel'],
    },
  });
  await act();
  const complete = new Promise<void>((resolve) => {
    session.once('Tracing.tracingComplete', () => resolve());
  });
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return readCosts(collected);
}

/** Slows the page's processor down by a factor; 1 is as fast as it is. */
export async function slowDown(page: Page, rate: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  return session;
}

function readCosts(raw: readonly JsonObject[]): FrameCosts {
  const main = findMainThread(raw);
  const events = raw
    .map(readEvent)
    .filter(({ thread }) => thread === main)
    .sort((a, b) => a.start - b.start);
  const ends = events.filter(({ name }) => name === endOfFrame).map(({ start }) => start);
  const frames = new Map<number, number>();
  let endOfLast = 0;
  for (const { name, start, duration, threadDuration } of events) {
    // What is inside something that was counted already is part of it.
    if (!work.has(name) || start < endOfLast) continue;
    endOfLast = start + duration;
    const frame = ends.findIndex((end) => end >= start);
    frames.set(frame, (frames.get(frame) ?? 0) + threadDuration / 1000);
  }
  const tasks = events
    .filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask')
    .map(({ threadDuration }) => threadDuration / 1000);
  return { frames: [...frames.values()], longestTask: Math.max(0, ...tasks) };
}

/** The renderer whose main thread drew most frames: the page's. */
function findMainThread(raw: readonly JsonObject[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { name, thread } of raw.map(readEvent))
    if (name === endOfFrame) counts.set(thread, (counts.get(thread) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function readEvent(event: JsonObject): TraceEvent {
  const duration = Number(event.dur ?? 0);
  return {
    name: asString(event.name) ?? '',
    thread: `${event.pid}:${event.tid}`,
    start: Number(event.ts),
    duration,
    threadDuration: Number(event.tdur ?? duration),
  };
}
