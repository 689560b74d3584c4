/** The arithmetic of the benchmark. */

/**
 * The value below which a part of the values lies, by nearest rank: always one of the values.
 *
 * @param part from 0 to 1: 0.5 is the median.
 * @returns NaN for no values.
 */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(part * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** The middle value, of two the mean. NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** How many times `other` fits into `base`; undefined where either was not measured. */
export function ratio(base: number | undefined, other: number | undefined): number | undefined {
  if (base === undefined || other === undefined || !(other > 0)) return undefined;
  const times = base / other;
  return Number.isFinite(times) ? times : undefined;
}

/** A number with three digits that count, and thousands set apart; a dash for what was not measured. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))));
  const rounded = value === 0 ? 0 : value;
  return rounded.toLocaleString('en-GB', {
    minimumFractionDigits: 0,
    maximumFractionDigits: Math.min(digits, 3),
  });
}
