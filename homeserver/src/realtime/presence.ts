import type { Clock, Timer } from '../base/clock.ts';
import { forbidden } from '../protocol/errors.ts';
import type { UserId } from '../protocol/identifiers.ts';
import type { EphemeralLog } from './ephemeral-log.ts';
import { betterPresence, PresenceElsewhere, type PresenceNews } from './presence-elsewhere.ts';
import {
  type Attendance,
  beginSync,
  declarePresence,
  endSync,
  newAttendance,
  nextChangeAfter,
  noteActivity,
  type PresenceState,
  presenceAt,
} from './presence-state.ts';
import type { SharedRooms } from './rooms-interface.ts';

export interface PresenceOptions {
  readonly log: EphemeralLog;
  readonly clock: Clock;
  readonly rooms: SharedRooms;
  /** Told of what happens here: for the other processes. `from` says who knows it, if it is not this process. */
  readonly onNews: (news: PresenceNews, from?: string) => void;
  /** Without presence everybody is offline, and nobody is told of anything; unless given, there is. */
  readonly isOn?: boolean | undefined;
}

/** What others see of a user: the content of an `m.presence` event. */
export interface PresenceContent {
  readonly presence: PresenceState;
  /** Milliseconds since the user last did something. */
  readonly last_active_ago?: number;
  readonly currently_active?: boolean;
  readonly status_msg?: string;
}

interface PresentUser {
  /** At this process. */
  readonly attendance: Attendance;
  readonly elsewhere: PresenceElsewhere;
  /** What the other processes were told last, and when. */
  told: { presence: PresenceState; ts: number };
  activityToldTs: number;
  statusMessage: string | undefined;
  /** As it was announced last, and where. */
  shown: PresenceState;
  position: number;
  /** When it is looked at again, as it may change by itself. */
  next: { readonly at: number; readonly timer: Timer } | undefined;
}

/** Users who are offline and of whom something is still known, the last to leave kept. */
const REMEMBERED_OFFLINE = 50_000;
/** What other processes are told counts for this long, and is said again in time: at a user's next sync at the latest. */
const NEWS_COUNT_FOR_MS = 150_000;
const TELL_AGAIN_AFTER_MS = 50_000;
/** In place of a process, for what a user's own server says, whichever process of this one heard it. */
const HOME_SERVER = 'home server';
const SERVER_COUNTS_FOR_MS = 30 * 60_000;
/** What they are told when this process stops: the clients come back soon, to whichever process. */
const COUNTS_AFTER_STOP_MS = 30_000;

/**
 * Who is there: in memory only, from what clients say when they sync and what they do.
 * Source: Client-Server API v1.19, "Presence".
 */
export class Presence {
  readonly #log: EphemeralLog;
  readonly #clock: Clock;
  readonly #rooms: SharedRooms;
  readonly #onNews: PresenceOptions['onNews'];
  readonly #isOn: boolean;
  readonly #users = new Map<UserId, PresentUser>();
  /** In the order in which they left. */
  readonly #offline = new Set<UserId>();

  constructor({ log, clock, rooms, onNews, isOn = true }: PresenceOptions) {
    this.#isOn = isOn;
    this.#log = log;
    this.#clock = clock;
    this.#rooms = rooms;
    this.#onNews = onNews;
  }

  /**
   * A sync of the user has begun. Call what is returned when it has ended (calling it twice does no harm).
   * @param setPresence the sync's `set_presence`; `offline` leaves the presence as it is.
   */
  userIsSyncing(userId: UserId, setPresence: PresenceState): () => void {
    if (!this.#isOn || setPresence === 'offline') return () => {};
    this.#update(userId, (user, now) => beginSync(user, setPresence, now));
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#update(userId, (user, now) => endSync(user, setPresence, now));
    };
  }

  /** The user has done something: sent, read, typed. Nothing happens if no client of the user is there. */
  userIsActive(userId: UserId): void {
    const user = this.#users.get(userId);
    if (user === undefined) return;
    this.#update(userId, noteActivity);
    const now = this.#clock.now();
    const isOnlyElsewhere = user.told.presence === 'offline' && user.elsewhere.at(now) !== 'offline';
    if (!isOnlyElsewhere || now - user.activityToldTs < TELL_AGAIN_AFTER_MS) return;
    user.activityToldTs = now;
    this.#onNews({ userId, isActive: true });
  }

  /** Sets presence and status message; without a message the old one goes. */
  set(userId: UserId, presence: PresenceState, statusMessage?: string): void {
    if (!this.#isOn) return;
    this.#update(userId, (user, now) => declarePresence(user, presence, now), { statusMessage });
    this.#onNews({ userId, declared: presence, statusMessage });
  }

  /**
   * Takes over what another server says of one of its users. It counts for half an hour unless it is said again, as with
   * Synapse, which repeats it within that time.
   */
  hearFromServer(
    userId: UserId,
    said: {
      readonly presence: PresenceState;
      readonly lastActiveTs: number | undefined;
      readonly statusMessage: string | undefined;
    },
  ): void {
    if (!this.#isOn) return;
    const news = { userId, forMs: SERVER_COUNTS_FOR_MS, ...said };
    this.follow(HOME_SERVER, news);
    this.#onNews(news, HOME_SERVER);
  }

  /** Takes over what another process says. */
  follow(process: string, news: PresenceNews): void {
    const { userId } = news;
    if ('declared' in news) {
      const { declared, statusMessage } = news;
      this.#update(userId, (user, now) => declarePresence(user, declared, now), { statusMessage });
    } else if ('isActive' in news) {
      if (this.#users.has(userId)) this.#update(userId, noteActivity);
    } else {
      const user = this.#user(userId);
      const { attendance, elsewhere } = user;
      elsewhere.hear(process, news.presence, this.#clock.now() + news.forMs);
      attendance.lastActiveTs = Math.max(attendance.lastActiveTs ?? 0, news.lastActiveTs ?? 0) || undefined;
      const isWhole = process === HOME_SERVER;
      const message = isWhole ? news.statusMessage : (user.statusMessage ?? news.statusMessage);
      const hasNewMessage = message !== user.statusMessage;
      user.statusMessage = message;
      this.#show(userId, user, hasNewMessage);
    }
  }

  /** Tells the other processes of everybody who is present here: one of them has just come. */
  tellAll(forMs = NEWS_COUNT_FOR_MS): void {
    for (const [userId, user] of this.#users) {
      if (user.told.presence !== 'offline') this.#tell(userId, user, user.told.presence, forMs);
    }
  }

  /**
   * A user's presence.
   * @throws {MatrixError} 403 `M_FORBIDDEN` if the viewer shares no room with the user.
   */
  async get(viewer: UserId, userId: UserId): Promise<PresenceContent> {
    const isVisible = viewer === userId || (await this.#rooms.whoShareRoomWith(viewer, [userId])).has(userId);
    if (!isVisible) throw forbidden('You share no room with this user');
    return this.contentOf(userId);
  }

  /** Everybody who is not offline, those of other servers too. */
  presentUsers(): UserId[] {
    return [...this.#users].filter(([, user]) => user.shown !== 'offline').map(([userId]) => userId);
  }

  /** What somebody who may see the user sees. */
  contentOf(userId: UserId): PresenceContent {
    const user = this.#users.get(userId);
    if (user === undefined) return { presence: 'offline' };
    const { lastActiveTs } = user.attendance;
    const ago = lastActiveTs === undefined ? undefined : Math.max(0, this.#clock.now() - lastActiveTs);
    return {
      presence: user.shown,
      ...(ago === undefined ? {} : { last_active_ago: ago }),
      ...(user.shown === 'online' ? { currently_active: true } : {}),
      ...(user.statusMessage === undefined ? {} : { status_msg: user.statusMessage }),
    };
  }

  /**
   * The presence of everybody the viewer may see, as far as it has changed after the position; without a position,
   * of those who are not offline. The viewer is among them.
   */
  async presenceSince(
    viewer: UserId,
    position: number | undefined,
  ): Promise<{ userId: UserId; content: PresenceContent }[]> {
    const changed = position === undefined ? this.presentUsers() : this.#changedSince(position);
    const others = changed.filter((userId) => userId !== viewer);
    const visible =
      others.length === 0 ? new Set<UserId>() : await this.#rooms.whoShareRoomWith(viewer, others);
    return changed
      .filter((userId) => userId === viewer || visible.has(userId))
      .map((userId) => ({ userId, content: this.contentOf(userId) }));
  }

  /** Lets no timer run any longer. */
  stop(): void {
    this.tellAll(COUNTS_AFTER_STOP_MS);
    for (const user of this.#users.values()) user.next?.timer.cancel();
  }

  #changedSince(position: number): UserId[] {
    const changes = this.#log.changesSince(position);
    if (changes !== undefined) return [...changes.users];
    // A position of an earlier process: everything that is known is news.
    const isCurrent = this.#log.isCurrent(position);
    return [...this.#users]
      .filter(([, user]) => !isCurrent || user.position > position)
      .map(([userId]) => userId);
  }

  #update(
    userId: UserId,
    change: (user: Attendance, now: number) => void,
    set: { statusMessage?: string | undefined } = {},
  ): void {
    const user = this.#user(userId);
    change(user.attendance, this.#clock.now());
    const hasNewMessage = 'statusMessage' in set && set.statusMessage !== user.statusMessage;
    if (hasNewMessage) user.statusMessage = set.statusMessage;
    this.#show(userId, user, hasNewMessage);
  }

  #user(userId: UserId): PresentUser {
    const user = this.#users.get(userId) ?? {
      attendance: newAttendance(),
      elsewhere: new PresenceElsewhere(),
      told: { presence: 'offline', ts: 0 },
      activityToldTs: 0,
      statusMessage: undefined,
      shown: 'offline',
      position: 0,
      next: undefined,
    };
    this.#users.set(userId, user);
    return user;
  }

  /** Announces the presence if it is another one now, and comes back when it may change by itself. */
  #show(userId: UserId, user: PresentUser, isNews: boolean): void {
    const now = this.#clock.now();
    const here = presenceAt(user.attendance, now);
    const isDue = here !== 'offline' && now - user.told.ts >= TELL_AGAIN_AFTER_MS;
    if (here !== user.told.presence || isDue) this.#tell(userId, user, here, NEWS_COUNT_FOR_MS);
    const presence = betterPresence(here, user.elsewhere.at(now));
    this.#remember(userId, presence);
    if (isNews || presence !== user.shown) {
      this.#log.append({ kind: 'presence', userId }, (position) => {
        user.shown = presence;
        user.position = position;
      });
    }
    if (presence === 'offline') return;
    const next = Math.min(nextChangeAfter(user.attendance, now), user.elsewhere.nextChangeAfter(now));
    this.#lookAgain(userId, user, next);
  }

  #tell(userId: UserId, user: PresentUser, presence: PresenceState, forMs: number): void {
    const { attendance, statusMessage } = user;
    user.told = { presence, ts: this.#clock.now() };
    this.#onNews({ userId, presence, forMs, lastActiveTs: attendance.lastActiveTs, statusMessage });
  }

  #lookAgain(userId: UserId, user: PresentUser, at: number): void {
    // A look that comes too early does no harm, and setting it anew at every sync would cost more.
    if (at >= (user.next?.at ?? Infinity)) return;
    user.next?.timer.cancel();
    const timer = this.#clock.setTimeout(() => {
      user.next = undefined;
      this.#show(userId, user, false);
    }, at - this.#clock.now());
    user.next = { at, timer };
  }

  #remember(userId: UserId, presence: PresenceState): void {
    this.#offline.delete(userId);
    if (presence !== 'offline') return;
    this.#offline.add(userId);
    if (this.#offline.size <= REMEMBERED_OFFLINE) return;
    const [longestGone] = this.#offline;
    if (longestGone === undefined) return;
    this.#offline.delete(longestGone);
    this.#users.delete(longestGone);
  }
}
