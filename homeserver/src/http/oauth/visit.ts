import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type BrowserUser, OAuthError } from '../../accounts/index.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { readForm } from '../form-body.ts';
import { escapeHtml } from '../page.ts';
import { Reply } from '../reply.ts';
import type { Services } from '../services.ts';
import { COOKIE_PATH, PATHS } from './paths.ts';
import { STYLE } from './style.ts';
import { type Language, languageOf, type Say, sayIn } from './texts.ts';

const COOKIE = 'guildhall_browser';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** What a page is made of. */
interface PageParts {
  readonly title: string;
  /** HTML; what comes from outside has gone through `escapeHtml`. */
  readonly content: string;
  readonly status?: number;
  /** Whether a form of the page may lead the browser away from this server. */
  readonly leadsAnywhere?: boolean;
}

type PageCall = { readonly request: IncomingMessage; readonly services: Services };

/** A browser that has come to one of the pages. */
export class Visit {
  readonly #services: Services;
  readonly #isNew: boolean;
  readonly language: Language;
  readonly say: Say;
  /** Who is signed in in the browser. */
  readonly user: BrowserUser | undefined;
  readonly cookie: string;
  /** A hidden field: every form has it. */
  readonly formField: string;

  private constructor(
    services: Services,
    language: Language,
    browser: { cookie: string; isNew: boolean; formToken: string; user: BrowserUser | undefined },
  ) {
    this.#services = services;
    this.#isNew = browser.isNew;
    this.language = language;
    this.say = sayIn(language);
    this.user = browser.user;
    this.cookie = browser.cookie;
    this.formField = hiddenField('form', browser.formToken);
  }

  static async begin({ request, services }: PageCall): Promise<Visit> {
    const { browsers } = services.accounts.oauth;
    const known = cookieOf(request);
    const cookie = known ?? browsers.newCookie();
    return new Visit(services, languageOf(request), {
      cookie,
      isNew: known === undefined,
      formToken: await browsers.formToken(cookie),
      user: known === undefined ? undefined : await browsers.userOf(known),
    });
  }

  /** The answer with a page. It loads nothing, stands in no frame and is kept by nobody. */
  page({ title, content, status = 200, leadsAnywhere = false }: PageParts): Reply {
    const forms = leadsAnywhere ? '' : "form-action 'self'; ";
    return new Reply({
      status,
      headers: {
        ...(this.#isNew && { 'Set-Cookie': this.#setCookie(this.cookie) }),
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy':
          `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; ${forms}` +
          "frame-ancestors 'none'; base-uri 'none'",
        'Referrer-Policy': 'no-referrer',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        'X-Frame-Options': 'DENY',
      },
      body:
        `<!DOCTYPE html><html lang="${this.language}"><head><meta charset="utf-8">` +
        '<meta name="viewport" content="width=device-width,initial-scale=1">' +
        `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>${MARK}` +
        `<h1>${escapeHtml(title)}</h1>${content}</main></body></html>`,
    });
  }

  /** Leads the browser on; with a new cookie, if somebody was signed in. */
  redirect(to: string, cookie?: string): Reply {
    return redirectTo(to, cookie === undefined ? undefined : this.#setCookie(cookie));
  }

  /** Leads the browser to the page where people sign in, and back. */
  redirectToLogin(next: string, params: Readonly<Record<string, string>> = {}): Reply {
    return redirectTo(`${PATHS.login}?${new URLSearchParams({ next, ...params })}`);
  }

  #setCookie(value: string): string {
    const maxAge = Math.floor(this.#services.accounts.oauth.browsers.lifeMs / 1_000);
    const secure = this.#services.publicUrl.startsWith('https:') ? '; Secure' : '';
    return `${COOKIE}=${value}; Path=${COOKIE_PATH}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`;
  }
}

/** Answers a visit with a page, and tells people of an error in a page as well. */
export async function showPage(call: PageCall, show: (visit: Visit) => Promise<Reply>): Promise<Reply> {
  const visit = await Visit.begin(call);
  try {
    return await show(visit);
  } catch (error) {
    if (!(error instanceof MatrixError) && !(error instanceof OAuthError)) throw error;
    const content = paragraph(error.message, 'problem');
    return visit.page({ title: visit.say('failed'), content, status: error.status });
  }
}

/**
 * As `showPage`, for a form that was sent from a page of ours.
 * @throws {MatrixError} 403, in a page, for a form from elsewhere.
 */
export function takeForm(
  call: PageCall,
  take: (visit: Visit, form: URLSearchParams) => Promise<Reply>,
): Promise<Reply> {
  return showPage(call, async (visit) => {
    const form = await readForm(call.request);
    await call.services.accounts.oauth.browsers.checkForm(cookieOf(call.request), form.get('form'));
    return take(visit, form);
  });
}

/** A hidden field of a form. */
export function hiddenField(name: string, value: string): string {
  return `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;
}

/** A text on a line of its own. */
export function paragraph(text: string, kind?: 'muted' | 'problem' | 'done'): string {
  const attributes = kind === undefined ? '' : ` class="${kind}"${kind === 'problem' ? ' role="alert"' : ''}`;
  return `<p${attributes}>${escapeHtml(text)}</p>`;
}

/** A link to another page. */
export function link(to: string, text: string): string {
  return `<p><a href="${escapeHtml(to)}">${escapeHtml(text)}</a></p>`;
}

/** The path and query of a request. */
export function addressOf(request: IncomingMessage): string {
  return request.url ?? '';
}

function redirectTo(to: string, cookie?: string): Reply {
  return new Reply({
    status: 303,
    headers: {
      Location: to,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      ...(cookie !== undefined && { 'Set-Cookie': cookie }),
    },
  });
}

function cookieOf(request: IncomingMessage): string | undefined {
  const [, value] =
    new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{20,100})`).exec(request.headers.cookie ?? '') ?? [];
  return value;
}

const MARK =
  '<svg width="40" height="40" viewBox="0 0 32 32" aria-hidden="true">' +
  '<path class="arch" d="M5 28.5V16a11 11 0 0 1 22 0v12.5"/>' +
  '<path class="light" d="M10.5 28.5V16a5.5 5.5 0 0 1 11 0v12.5a1.25 1.25 0 0 1-1.25 1.25h-8.5a1.25 1.25 0 0 1-1.25-1.25z"/></svg>';
