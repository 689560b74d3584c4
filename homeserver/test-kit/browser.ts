/** What a page that a server has sent shows, and where it leads. */
export interface ShownPage {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Where the last answer leads that goes to another origin than the server's. */
  readonly leftTo: string | undefined;
}

/**
 * A browser that reads pages as text: it keeps cookies, follows redirects of its server and sends forms with what their
 * hidden fields hold.
 */
export class TextBrowser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Opens a page. */
  open(address: string): Promise<ShownPage> {
    return this.#fetch(address, { method: 'GET' });
  }

  /** Sends the page's form that goes to a path ending so, with these fields beside the hidden ones. */
  submit(page: ShownPage, action: string, fields: Readonly<Record<string, string>>): Promise<ShownPage> {
    const forms = page.html.match(/<form [\s\S]*?<\/form>/g) ?? [];
    const form = forms.find((html) => attributeOf(html, 'action')?.endsWith(action));
    if (form === undefined) throw new Error(`the page has no form for ${action}: ${page.html}`);
    const sent = new URLSearchParams();
    for (const input of form.match(/<input type="hidden"[^>]*>/g) ?? []) {
      sent.set(attributeOf(input, 'name') ?? '', attributeOf(input, 'value') ?? '');
    }
    for (const [name, value] of Object.entries(fields)) sent.set(name, value);
    return this.#fetch(attributeOf(form, 'action') ?? '', { method: 'POST', body: sent });
  }

  async #fetch(address: string, init: RequestInit): Promise<ShownPage> {
    const url = new URL(address, this.#origin);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, headers: { Cookie: cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const html = await response.text();
    if (location === null) {
      return { status: response.status, headers: response.headers, html, leftTo: undefined };
    }
    const next = new URL(location, url);
    if (next.origin === url.origin) return this.#fetch(next.href, { method: 'GET' });
    return { status: response.status, headers: response.headers, html, leftTo: next.href };
  }
}

function attributeOf(tag: string, name: string): string | undefined {
  const [, value] = new RegExp(` ${name}="([^"]*)"`).exec(tag) ?? [];
  return value?.replaceAll(/&#(\d+);/g, (_whole, code: string) => String.fromCharCode(Number(code)));
}
