const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const oldDayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });

/** How many calendar days lie between two moments, in the reader's time zone. */
export function countDaysBetween(earlier: number, later: number): number {
  const startOfDay = (timestamp: number): number => new Date(timestamp).setHours(0, 0, 0, 0);
  return Math.round((startOfDay(later) - startOfDay(earlier)) / 86_400_000);
}

/** "14:05" */
export function formatTime(timestamp: number): string {
  return timeFormat.format(timestamp);
}

/** "Today at 14:05", "Yesterday at 14:05", "3 Mar 2026, 14:05". */
export function formatStamp(timestamp: number, now = Date.now()): string {
  const days = countDaysBetween(timestamp, now);
  if (days === 0) return `Today at ${formatTime(timestamp)}`;
  if (days === 1) return `Yesterday at ${formatTime(timestamp)}`;
  return `${dateFormat.format(timestamp)}, ${formatTime(timestamp)}`;
}

/** The whole date, for those who hover. */
export function formatFull(timestamp: number): string {
  return fullFormat.format(timestamp);
}

/** "Today", "Yesterday", "Tuesday, 3 March", "3 March 2024". */
export function formatDay(timestamp: number, now = Date.now()): string {
  const days = countDaysBetween(timestamp, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  const isThisYear = new Date(timestamp).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? dayFormat : oldDayFormat).format(timestamp);
}
