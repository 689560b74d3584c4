/** Brings a waveform to a number of bars: each is the loudest of those that it stands for. */
export function resample(bars: readonly number[], count: number): readonly number[] {
  if (bars.length === 0) return [];
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * bars.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * bars.length) / count));
    return Math.max(...bars.slice(from, to));
  });
}
