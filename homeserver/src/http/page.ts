import { randomBytes } from 'node:crypto';
import { MatrixError } from '../protocol/errors.ts';
import { Reply } from './reply.ts';

/** A small page for people, where an app sends them to a browser. */
export interface Page {
  readonly title: string;
  /** HTML; what comes from outside has gone through `escapeHtml`. */
  readonly content: string;
  /** JavaScript that runs when the page is shown. */
  readonly script?: string;
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto;padding:0 1rem;color:#1c1d22;' +
  'background:#f6f6f8}button{font:inherit;padding:.5rem 1rem;border:0;border-radius:.5rem;background:#4a4fd8;' +
  'color:#fff;cursor:pointer}input[type=text]{font:inherit;padding:.4rem;width:100%;box-sizing:border-box}' +
  '@media(prefers-color-scheme:dark){body{color:#e8e8ee;background:#17181c}a{color:#9ea3ff}}';

/** Text as it may stand in HTML, also in an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The answer with a page. It loads nothing and is kept by nobody. */
export function pageReply({ title, content, script }: Page, status = 200): Reply {
  const nonce = randomBytes(16).toString('base64');
  const code = script === undefined ? '' : `<script nonce="${nonce}">${script}</script>`;
  const scripts = script === undefined ? '' : `script-src 'nonce-${nonce}'; `;
  return new Reply({
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; ${scripts}style-src 'unsafe-inline'; base-uri 'none'`,
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
    body:
      '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">' +
      '<meta name="viewport" content="width=device-width,initial-scale=1">' +
      `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>` +
      `<body><h1>${escapeHtml(title)}</h1>${content}${code}</body></html>`,
  });
}

/** Runs what answers with a page, and tells people of an error in a page as well. */
export async function answerWithPage(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    return pageReply(
      { title: 'This did not work', content: `<p>${escapeHtml(error.message)}</p>` },
      error.status,
    );
  }
}
