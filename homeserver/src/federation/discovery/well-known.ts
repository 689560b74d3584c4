import type { Clock } from '../../base/clock.ts';
import { RecentMap } from '../../base/recent-map.ts';
import type { OutboundRequest, OutboundResponse } from '../../outbound/index.ts';
import { isServerName, type ServerName } from '../../protocol/identifiers.ts';
import { ownValue } from '../../protocol/json-values.ts';

export interface WellKnownParts {
  readonly send: (request: OutboundRequest) => Promise<OutboundResponse>;
  readonly clock: Clock;
}

/** What a host said of the server of its name, or that it said nothing. */
interface Told {
  readonly delegate: ServerName | undefined;
  /** Milliseconds since 1970: then it is asked again. */
  readonly expiresTs: number;
  /** Until when the delegate is believed if the host does not answer any more. */
  readonly heldUntilTs: number;
  /** How often it said nothing of use, one time after another. */
  readonly failures: number;
}

/** What an answer means: `undefined` where there is none, and a delegate that is undefined where there is no server elsewhere. */
interface Answer {
  readonly delegate: ServerName | undefined;
  readonly lifetimeMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DEFAULT_LIFETIME_MS = 24 * HOUR_MS;
const LONGEST_LIFETIME_MS = 48 * HOUR_MS;
const SHORTEST_LIFETIME_MS = 5 * MINUTE_MS;
const LONGEST_PAUSE_MS = HOUR_MS;
const MAX_BYTES = 50 * 1024;
const TIME_LIMIT_MS = 10_000;
const MOST_REDIRECTS = 5;
const MAX_HOSTS = 10_000;

/**
 * Where hosts say that the server of their name is: `/.well-known/matrix/server`, kept for as long as they say.
 *
 * Source: Server-Server API v1.19, "Resolving server names", step 3, and `GET /.well-known/matrix/server`.
 */
export class WellKnown {
  readonly #parts: WellKnownParts;
  readonly #told = new RecentMap<string, Told>(MAX_HOSTS);
  readonly #asking = new Map<string, Promise<Told>>();

  constructor(parts: WellKnownParts) {
    this.#parts = parts;
  }

  /** The server to go to instead; undefined if the host names none, or does not answer. */
  async delegateOf(host: string): Promise<ServerName | undefined> {
    const told = this.#told.get(host);
    if (told !== undefined && told.expiresTs > this.#parts.clock.now()) return told.delegate;
    let asking = this.#asking.get(host);
    if (asking === undefined) {
      asking = this.#ask(host, told).finally(() => this.#asking.delete(host));
      this.#asking.set(host, asking);
    }
    return (await asking).delegate;
  }

  async #ask(host: string, before: Told | undefined): Promise<Told> {
    const answer = await this.#fetch(host);
    const told = this.#conclude(answer, before);
    this.#told.set(host, told);
    return told;
  }

  #conclude(answer: Answer | undefined, before: Told | undefined): Told {
    const now = this.#parts.clock.now();
    if (answer?.delegate !== undefined) {
      const { delegate, lifetimeMs } = answer;
      return {
        delegate,
        expiresTs: now + lifetimeMs,
        heldUntilTs: now + LONGEST_LIFETIME_MS,
        failures: 0,
      };
    }
    const failures = (before?.failures ?? 0) + 1;
    const pauseMs = Math.min(MINUTE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    const isHeld = answer === undefined && before !== undefined && before.heldUntilTs > now;
    return {
      delegate: isHeld ? before.delegate : undefined,
      expiresTs: now + pauseMs,
      heldUntilTs: isHeld ? before.heldUntilTs : 0,
      failures,
    };
  }

  async #fetch(host: string): Promise<Answer | undefined> {
    let response: OutboundResponse;
    try {
      response = await this.#parts.send({
        method: 'GET',
        url: new URL(`https://${host}/.well-known/matrix/server`),
        maxBytes: MAX_BYTES,
        timeLimitMs: TIME_LIMIT_MS,
        redirects: MOST_REDIRECTS,
        isSecureOnly: true,
      });
    } catch {
      return undefined;
    }
    if (response.status >= 500 || response.status === 429) return undefined;
    const delegate = response.status === 200 ? readDelegate(response.body) : undefined;
    return { delegate, lifetimeMs: lifetimeOf(response.headers, this.#parts.clock.now()) };
  }
}

function readDelegate(body: Buffer): ServerName | undefined {
  try {
    const delegate = ownValue(JSON.parse(body.toString('utf8')), 'm.server');
    return typeof delegate === 'string' && isServerName(delegate) ? delegate : undefined;
  } catch {
    return undefined;
  }
}

/** How long an answer may be kept, by what its headers say. */
function lifetimeOf(headers: Readonly<Record<string, string>>, now: number): number {
  const written = writtenLifetime(headers, now) ?? DEFAULT_LIFETIME_MS;
  return Math.min(Math.max(written, SHORTEST_LIFETIME_MS), LONGEST_LIFETIME_MS);
}

function writtenLifetime(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const { 'cache-control': control = '', expires } = headers;
  if (/\bno-(store|cache)\b/i.test(control)) return 0;
  const maxAge = /\bmax-age="?(\d{1,12})/i.exec(control)?.[1];
  if (maxAge !== undefined) return Number(maxAge) * 1000;
  if (expires === undefined) return undefined;
  // What is no date is in the past (RFC 9111, section 5.3).
  const expiresTs = Date.parse(expires);
  return Number.isNaN(expiresTs) ? 0 : expiresTs - now;
}
