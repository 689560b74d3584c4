import { hash } from 'node:crypto';
import type { UserRateLimit } from '../accounts/index.ts';
import type { Clock } from '../base/clock.ts';
import { RecentMap } from '../base/recent-map.ts';
import { limitExceeded } from '../protocol/errors.ts';

interface RateLimit {
  /** How many a second in the long run. */
  readonly perSecond: number;
  /** How many at once, after a pause. */
  readonly burst: number;
}

/**
 * The limits by name. Counted by user, or by address where there is no user; those with "by" in their comment by
 * what it says. Looser than Synapse's: somebody who chats with our client must never meet one.
 */
const RATE_LIMITS = {
  message: { perSecond: 5, burst: 60 },
  redaction: { perSecond: 5, burst: 60 },
  reaction: { perSecond: 5, burst: 60 },
  roomState: { perSecond: 2, burst: 100 },
  /** By address, as whoever acts need not say who they are: each call member restarts one every few seconds. */
  delayedEvent: { perSecond: 20, burst: 400 },
  callToken: { perSecond: 1, burst: 30 },
  /** By address: whoever asks shows who they are in the body. */
  callService: { perSecond: 5, burst: 100 },
  typing: { perSecond: 3, burst: 30 },
  receipt: { perSecond: 5, burst: 100 },
  presence: { perSecond: 0.5, burst: 20 },
  registration: { perSecond: 0.1, burst: 10 },
  loginAddress: { perSecond: 0.5, burst: 20 },
  /** By account. */
  loginAccount: { perSecond: 0.2, burst: 10 },
  /** By account and address: attempts that fail. */
  loginFailed: { perSecond: 0.05, burst: 8 },
  shortToken: { perSecond: 0.2, burst: 20 },
  /** By the address of who asks. */
  mailSender: { perSecond: 0.01, burst: 10 },
  /** By the mail's address. */
  mailReceiver: { perSecond: 0.005, burst: 5 },
  /** Apps that register, or begin to sign a device in. */
  oauthRegistration: { perSecond: 0.2, burst: 30 },
  /** Messages between two devices while one signs the other in: both look every second. */
  rendezvous: { perSecond: 5, burst: 60 },
  /** Codes that people copy from a device: nobody is to guess one. */
  deviceCode: { perSecond: 0.1, burst: 20 },
  tokenRefresh: { perSecond: 1, burst: 30 },
  usernameCheck: { perSecond: 1, burst: 30 },
  roomCreation: { perSecond: 0.2, burst: 30 },
  join: { perSecond: 2, burst: 100 },
  invite: { perSecond: 0.3, burst: 30 },
  /** By the invited user. */
  invitee: { perSecond: 0.05, burst: 20 },
  membership: { perSecond: 2, burst: 100 },
  profile: { perSecond: 0.2, burst: 20 },
  accountData: { perSecond: 5, burst: 100 },
  media: { perSecond: 2, burst: 60 },
  keys: { perSecond: 10, burst: 200 },
  keyBackup: { perSecond: 20, burst: 200 },
  toDevice: { perSecond: 10, burst: 200 },
  /** By address: another server speaks for many of its users. */
  pushGateway: { perSecond: 50, burst: 500 },
  report: { perSecond: 0.2, burst: 20 },
  urlPreview: { perSecond: 1, burst: 60 },
  search: { perSecond: 2, burst: 30 },
  /** By server: it speaks for all of its users, and to each room of theirs. */
  federation: { perSecond: 100, burst: 1_000 },
  /** By server: what makes this one look far back, or at many rooms. */
  federationHistory: { perSecond: 10, burst: 200 },
  /** By address: requests whose signature is not checked yet, or does not hold. */
  federationUnverified: { perSecond: 5, burst: 200 },
} as const satisfies Readonly<Record<string, RateLimit>>;

export type RateLimitName = keyof typeof RATE_LIMITS;

/** What the limit of a single user is about; with 0 a second, none counts for that user. As Synapse. */
const SENDING: ReadonlySet<RateLimitName> = new Set(['message', 'reaction', 'redaction', 'roomState']);

/** Longer keys, which are no identifiers, count by their hash. */
const MAX_KEY_LENGTH = 255;
/** How many callers a limit remembers; the one that has been quiet for longest is forgotten first. */
const MAX_KEYS_PER_LIMIT = 20_000;

/**
 * Token buckets, one per limit and key. A bucket is one number: the time at which it will be full again. Who asks
 * faster than `perSecond` pushes it into the future, at most by the time that `burst` takes to refill.
 */
export class RateLimits {
  readonly #clock: Clock;
  readonly #fullAt = new Map<RateLimitName, RecentMap<string, number>>();

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /**
   * Takes one from the bucket of `key`.
   * @param own what counts for this user instead.
   * @throws {MatrixError} 429 `M_LIMIT_EXCEEDED`, with the time to wait, if the bucket is empty.
   */
  take(limit: RateLimitName, key: string, own?: UserRateLimit): void {
    if (own?.messagesPerSecond === 0) return;
    const { perSecond, burst } = own !== undefined && SENDING.has(limit) ? asLimit(own) : RATE_LIMITS[limit];
    const millisecondsEach = 1_000 / perSecond;
    const now = this.#clock.now();
    const buckets = this.#bucketsOf(limit);
    const bucket = bucketOf(key);
    const fullAt = Math.max(now, buckets.get(bucket) ?? now) + millisecondsEach;
    const waitMs = fullAt - now - burst * millisecondsEach;
    if (waitMs > 0) throw limitExceeded(waitMs);
    buckets.set(bucket, fullAt);
  }

  /** Gives back what was taken: it turned out not to count. */
  giveBack(limit: RateLimitName, key: string): void {
    const bucket = bucketOf(key);
    const fullAt = this.#bucketsOf(limit).get(bucket);
    if (fullAt === undefined) return;
    this.#bucketsOf(limit).set(bucket, fullAt - 1_000 / RATE_LIMITS[limit].perSecond);
  }

  #bucketsOf(limit: RateLimitName): RecentMap<string, number> {
    const known = this.#fullAt.get(limit);
    if (known) return known;
    const created = new RecentMap<string, number>(MAX_KEYS_PER_LIMIT);
    this.#fullAt.set(limit, created);
    return created;
  }
}

/** Who may send at all may send one. */
function asLimit({ messagesPerSecond, burstCount }: UserRateLimit): RateLimit {
  return { perSecond: messagesPerSecond, burst: Math.max(burstCount, 1) };
}

function bucketOf(key: string): string {
  return key.length > MAX_KEY_LENGTH ? hash('sha256', key) : key;
}
