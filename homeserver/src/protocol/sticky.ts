import type { Pdu } from './events.ts';
import { ownValue } from './json-values.ts';

/** Nothing sticks for longer. */
export const LONGEST_STICKY_MS = 60 * 60 * 1000;

/**
 * For how long an event sticks, in milliseconds; undefined for one that does not. What sticks for too long sticks for
 * an hour.
 *
 * Source: MSC4354, "Sticky events".
 */
export function stickyDurationOf({
  msc4354_sticky: sticky,
}: Pick<Pdu, 'msc4354_sticky'>): number | undefined {
  const duration = ownValue(sticky, 'duration_ms');
  if (typeof duration !== 'number' || !Number.isInteger(duration) || duration <= 0) return undefined;
  return Math.min(duration, LONGEST_STICKY_MS);
}

/**
 * When an event stops to stick: counted from when it says it was sent, or from when it came here if that is earlier.
 *
 * @returns milliseconds since the Unix epoch; undefined for an event that does not stick.
 */
export function stickyUntil(
  pdu: Pick<Pdu, 'msc4354_sticky' | 'origin_server_ts'>,
  receivedTs: number,
): number | undefined {
  const duration = stickyDurationOf(pdu);
  return duration === undefined ? undefined : Math.min(pdu.origin_server_ts, receivedTs) + duration;
}
