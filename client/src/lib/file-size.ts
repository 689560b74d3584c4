import { readLocale, t } from './i18n/translate.ts';

const units = ['size.kB', 'size.MB', 'size.GB'] as const;

/** "12 bytes", "3.4 MB". */
export function formatFileSize(bytes: number): string {
  if (bytes < 1000) return t('size.bytes', { count: bytes });
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  const value = bytes / 1000 ** power;
  const format = new Intl.NumberFormat(readLocale(), { maximumFractionDigits: value < 100 ? 1 : 0 });
  return t(units[power - 1] ?? 'size.GB', { amount: format.format(value) });
}
