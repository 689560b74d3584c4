import { t } from './i18n/translate.ts';

/** Puts a link into the clipboard; resolves to what to say of it. Without HTTPS there is no clipboard: the link is said. */
export async function copyLink(link: string): Promise<string> {
  if (navigator.clipboard === undefined) return link;
  return navigator.clipboard.writeText(link).then(
    () => t('invites.copied'),
    () => link,
  );
}
