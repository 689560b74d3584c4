import { expect } from 'chai';
import type { ConsoleMessage, Locator, Page, Request } from 'playwright-core';
import { eventually } from '../../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../../homeserver/test-kit/test-user.ts';

/** An answer with an error status, which Chromium notes in the console by itself. */
interface RefusedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** Somebody in front of a browser: what people do in the client, by the names and roles that they find there. */
export class Visitor {
  readonly page: Page;
  readonly #origin: string;
  readonly #homeservers = new Set<string>();
  readonly #requested = new Set<string>();
  #troubles: string[] = [];
  #isTolerant = false;

  constructor(page: Page, origin: string) {
    this.page = page;
    this.#origin = origin;
    page.on('console', (message) => this.#noteConsole(message));
    page.on('pageerror', (error) => this.#troubles.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('request', (request) => this.#noteRequest(request));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // Leaving a page ends what it was waiting for.
      if (this.#isTolerant || reason === 'net::ERR_ABORTED') return;
      this.#troubles.push(`failed: ${request.method()} ${request.url()} ${reason}`);
    });
    page.on('response', (response) => {
      const request = response.request();
      const path = new URL(response.url()).pathname;
      this.#noteAnswer({ method: request.method(), path, status: response.status() });
    });
  }

  /** The errors since the last look: in the console, uncaught, and requests that left the origin. */
  takeTroubles(): readonly string[] {
    const troubles = this.#troubles;
    this.#troubles = [];
    return troubles;
  }

  /** From here on requests may fail, and the console may say so: the test makes them fail. */
  expectRefusals(): void {
    this.#isTolerant = true;
  }

  /** From here on the page may ask another homeserver, to which somebody signs in. */
  expectHomeserver(url: string): void {
    this.#homeservers.add(new URL(url).origin);
  }

  /** The paths that the page asked its server for. */
  get requestedPaths(): readonly string[] {
    return [...this.#requested];
  }

  #noteConsole(message: ConsoleMessage): void {
    // An answer with an error status is judged by `#noteAnswer`, which knows the method and the status.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer && !this.#isTolerant)
      this.#troubles.push(`console: ${message.text()}`);
  }

  #noteRequest(request: Request): void {
    const url = new URL(request.url());
    if (['data:', 'blob:'].includes(url.protocol)) return;
    if (url.origin === this.#origin) this.#requested.add(url.pathname);
    else if (!this.#homeservers.has(url.origin))
      this.#troubles.push(`left the origin: ${request.method()} ${request.url()}`);
  }

  #noteAnswer(answer: RefusedRequest): void {
    if (answer.status < 400 || this.#isTolerant) return;
    this.#troubles.push(`refused: ${answer.method} ${answer.path} ${answer.status}`);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(path);
  }

  /** Fills in name and password on a page at the door, and goes on. */
  async fillInAccount(username: string, submitLabel: string): Promise<void> {
    await this.page.getByLabel('Username').fill(username);
    await this.page.getByLabel('Password', { exact: true }).fill(`password of ${username}`);
    await this.page.getByRole('button', { name: submitLabel }).click();
  }

  /** Comes in with a session that was made over the API, without passing the log-in page. */
  async enterAs(user: Pick<TestUser, 'userId' | 'deviceId' | 'accessToken'>, path: string): Promise<void> {
    const { userId, deviceId, accessToken } = user;
    // Once: who logs out stays out.
    await this.page.context().addInitScript((session) => {
      if (!location.protocol.startsWith('http') || sessionStorage.getItem('test.entered') === session) return;
      sessionStorage.setItem('test.entered', session);
      localStorage.setItem('guildhall.session', session);
    }, JSON.stringify({ userId, deviceId, accessToken }));
    await this.open(path);
  }

  /** The heading of the channel that is open. */
  channelHeading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name, exact: true });
  }

  /** A line of the list of channels; its name says more when there is something new. */
  channelLink(name: string): Locator {
    return this.page
      .getByRole('navigation', { name: /^Channels of/ })
      .getByRole('link', { name, exact: true });
  }

  /** A line of the list of members; its name says how present somebody is. */
  member(name: string | RegExp): Locator {
    return this.page
      .getByRole('complementary', { name: 'Members' })
      .getByRole('button', { name, exact: true });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  get timeline(): Locator {
    return this.page.getByRole('log');
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message / });
  }

  /** The message in the timeline with this text in it. */
  message(text: string): Locator {
    return this.timeline.getByRole('article').filter({ hasText: text });
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Presses a button of the bar that appears over a message. */
  async act(text: string, action: string): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole('button', { name: action, exact: true }).click();
  }

  async chooseFromMenu(button: string, entry: string): Promise<void> {
    await this.page.getByRole('button', { name: button }).click();
    await this.page.getByRole('menuitem', { name: entry }).click();
  }

  /** Waits until an image is not only there but drawn; returns its size in pixels of the file. */
  async seeImage(image: Locator): Promise<{ width: number; height: number }> {
    await image.waitFor();
    const measure = (): Promise<{ width: number; height: number }> =>
      image.evaluate((element) => {
        if (!(element instanceof HTMLImageElement)) throw new Error('this is no image');
        return { width: element.naturalWidth, height: element.naturalHeight };
      });
    await eventually(async () => (await measure()).width > 0);
    return measure();
  }

  /** Fails if the page can be scrolled sideways. */
  async expectNoSidewaysScroll(): Promise<void> {
    const { content, window } = await this.page.evaluate(() => ({
      content: document.documentElement.scrollWidth,
      window: document.documentElement.clientWidth,
    }));
    expect(content, 'the width of the content').to.be.at.most(window);
  }
}
