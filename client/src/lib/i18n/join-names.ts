import { t } from './translate.ts';

/** "Ada", "Ada and Ben", "Ada, Ben and 3 others". */
export function joinNames(names: readonly string[], shown = 3): string {
  const last = names.at(-1);
  if (last === undefined || names.length === 1) return last ?? '';
  if (names.length <= shown) return t('names.two', { first: names.slice(0, -1).join(', '), last });
  const named = names.slice(0, shown - 1);
  return t('names.others', { names: named.join(', '), count: names.length - named.length });
}
