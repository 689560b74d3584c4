import { t } from './translate.ts';

/** A name and what is new behind it: "general", "general, unread", "general, 2 mentions". */
export function describeUnread(
  name: string,
  { unread, mentions }: { readonly unread: boolean; readonly mentions: number },
  unreadWords: 'unread.mark' | 'unread.markMessages',
): string {
  if (mentions > 0) return t('unread.mentions', { name, count: mentions });
  return unread ? t(unreadWords, { name }) : name;
}
