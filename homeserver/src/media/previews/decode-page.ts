/** How far into a page it says in which characters it is written (HTML Living Standard, "prescan"). */
const SAID_WITHIN = 1024;

/** A page as text: in the characters that the answer names, or the page itself; in UTF-8 unless one does. */
export function decodePage(page: Buffer, contentType: string): string {
  const named = /charset\s*=\s*["']?([\w.:-]+)/i;
  const beginning = page.subarray(0, SAID_WITHIN).toString('latin1');
  const label = named.exec(contentType)?.[1] ?? named.exec(beginning)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(page);
  } catch {
    return new TextDecoder().decode(page);
  }
}
