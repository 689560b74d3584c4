import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { ShiftedClock } from '../../../homeserver/test-kit/shifted-clock.ts';
import { type TestConfiguration, TestServer } from '../../../homeserver/test-kit/test-server.ts';
import type { Drawing } from './drawings.ts';
import { watchReach } from './reach.ts';
import { Visitor } from './visitor.ts';

/** The build that `npm test` makes before it comes here; another one may be given. */
export const CLIENT =
  process.env.GUILDHALL_TEST_CLIENT ?? fileURLToPath(new URL('../../dist', import.meta.url));

/** A name that leads to this machine without being localhost: an insecure origin, as a LAN address is. */
const PLAIN_HTTP_HOST = 'hall.test';

const CHROMIUM_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A microphone that hums.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  `--host-resolver-rules=MAP ${PLAIN_HTTP_HOST} 127.0.0.1`,
];

/** How long a page may take for anything, in milliseconds: generous, as the machine may be busy. */
const PATIENCE_MS = 20_000;

/** A desktop, as most people have. */
export const DESKTOP = { width: 1280, height: 800 };

/** The narrowest phone that the client is made for. */
export const PHONE = { width: 360, height: 740 };

/** How somebody comes in: options of the browser's context, and how the page is reached. */
export interface VisitOptions extends BrowserContextOptions {
  /** Over plain HTTP from another machine, where browsers withhold what needs a secure context. */
  readonly overPlainHttp?: boolean;
}

/** A homeserver in this process that serves the client, and a Chromium in which people visit it. */
export class Hall {
  readonly server: TestServer;
  /** The server's clock. */
  readonly clock: ShiftedClock;
  readonly #browser: Browser;
  readonly #visitors = new Set<Visitor>();
  #easel: Page | undefined;

  private constructor(server: TestServer, clock: ShiftedClock, browser: Browser) {
    this.server = server;
    this.clock = clock;
    this.#browser = browser;
  }

  /** Opens a hall with an empty database. Close it after the tests. */
  static async open(configuration: TestConfiguration = {}, clientDirectory = CLIENT): Promise<Hall> {
    const clock = new ShiftedClock();
    const server = await TestServer.start(configuration, { clientDirectory, clock });
    try {
      const browser = await chromium.launch({
        executablePath: process.env.GUILDHALL_TEST_CHROMIUM ?? '/usr/bin/chromium',
        args: CHROMIUM_ARGUMENTS,
      });
      return new Hall(server, clock, browser);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Somebody with a browser profile of their own; the page is blank at first. */
  async visit({ overPlainHttp = false, ...options }: VisitOptions = {}): Promise<Visitor> {
    const origin = new URL(this.server.url);
    if (overPlainHttp) origin.hostname = PLAIN_HTTP_HOST;
    const context = await this.#browser.newContext({
      baseURL: origin.origin,
      viewport: DESKTOP,
      colorScheme: 'dark',
      locale: 'en-GB',
      timezoneId: 'UTC',
      // What it keeps would hide from tests what a page asks for; they allow it where they are about it.
      serviceWorkers: 'block',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    await watchReach(context);
    // Pages of the wide world say nothing: there may be no way to them from here.
    await context.route('**/media/preview_url*', (route) => route.fulfill({ json: {} }));
    const visitor = new Visitor(await context.newPage(), origin.origin);
    this.#visitors.add(visitor);
    return visitor;
  }

  /** Makes a picture of a drawing, in the browser: the server forbids its image library to read drawings. */
  async paint({ svg, width, height, type }: Drawing): Promise<Buffer> {
    this.#easel ??= await this.#browser.newPage();
    await this.#easel.setViewportSize({ width, height });
    await this.#easel.setContent(`<body style="margin: 0">${svg}`);
    return this.#easel.screenshot({ type, ...(type === 'jpeg' && { quality: 88 }) });
  }

  /** Fails if any page has seen an error or has asked another origin since the last look. */
  expectNoTrouble(): void {
    const troubles = [...this.#visitors].flatMap((visitor) => visitor.takeTroubles());
    if (troubles.length > 0) throw new Error(`trouble in the browser:\n${troubles.join('\n')}`);
  }

  /** Sends a visitor home. */
  async dismiss(visitor: Visitor): Promise<void> {
    this.expectNoTrouble();
    this.#visitors.delete(visitor);
    await visitor.page.context().close();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
  }
}
