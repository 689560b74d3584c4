import { readLocale, t } from './i18n/translate.ts';

const styles = {
  time: { hour: '2-digit', minute: '2-digit' },
  full: { dateStyle: 'full', timeStyle: 'short' },
  date: { dateStyle: 'medium' },
  day: { weekday: 'long', day: 'numeric', month: 'long' },
  oldDay: { day: 'numeric', month: 'long', year: 'numeric' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

interface Format {
  readonly format: Intl.DateTimeFormat;
  /** What it wrote last, and for which minute: none of them tells more, and what is said often is said at once. */
  minute: number;
  text: string;
}

/** Formats are slow to make: each is made once for a language. */
const formats = new Map<string, Format>();

function format(style: keyof typeof styles, timestamp: number): string {
  const locale = readLocale();
  const key = `${locale} ${style}`;
  const known = formats.get(key) ?? {
    format: new Intl.DateTimeFormat(locale, styles[style]),
    minute: Number.NaN,
    text: '',
  };
  formats.set(key, known);
  const minute = Math.floor(timestamp / 60_000);
  if (known.minute !== minute) {
    known.minute = minute;
    known.text = known.format.format(timestamp);
  }
  return known.text;
}

/** How many calendar days lie between two moments, in the reader's time zone. */
export function countDaysBetween(earlier: number, later: number): number {
  const startOfDay = (timestamp: number): number => new Date(timestamp).setHours(0, 0, 0, 0);
  return Math.round((startOfDay(later) - startOfDay(earlier)) / 86_400_000);
}

/** "14:05" */
export function formatTime(timestamp: number): string {
  return format('time', timestamp);
}

/** "Today at 14:05", "Yesterday at 14:05", "3 Mar 2026, 14:05". */
export function formatStamp(timestamp: number, now = Date.now()): string {
  const days = countDaysBetween(timestamp, now);
  if (days === 0) return t('time.todayAt', { time: formatTime(timestamp) });
  if (days === 1) return t('time.yesterdayAt', { time: formatTime(timestamp) });
  return `${format('date', timestamp)}, ${formatTime(timestamp)}`;
}

/** How long something plays, in milliseconds: "0:07", "12:30", "1:02:03". */
export function formatDuration(duration: number): string {
  const seconds = Math.round(duration / 1000);
  const minutes = Math.floor(seconds / 60);
  const parts =
    minutes < 60 ? [minutes, seconds % 60] : [Math.floor(minutes / 60), minutes % 60, seconds % 60];
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** A number of seconds in words, in its largest whole unit: "30 seconds", "2 minutes", "1 hour". */
export function formatSpan(seconds: number): string {
  const [unit, size] =
    seconds % 3600 === 0
      ? (['hour', 3600] as const)
      : seconds % 60 === 0
        ? (['minute', 60] as const)
        : (['second', 1] as const);
  return new Intl.NumberFormat(readLocale(), { style: 'unit', unit, unitDisplay: 'long' }).format(
    seconds / size,
  );
}

/** The whole date, for those who hover. */
export function formatFull(timestamp: number): string {
  return format('full', timestamp);
}

/** "Today", "Yesterday", "Tuesday, 3 March", "3 March 2024". */
export function formatDay(timestamp: number, now = Date.now()): string {
  const days = countDaysBetween(timestamp, now);
  if (days === 0) return t('time.today');
  if (days === 1) return t('time.yesterday');
  const isThisYear = new Date(timestamp).getFullYear() === new Date(now).getFullYear();
  return format(isThisYear ? 'day' : 'oldDay', timestamp);
}
