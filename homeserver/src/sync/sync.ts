import type { Accounts } from '../accounts/index.ts';
import { RecentMap } from '../base/recent-map.ts';
import { invalidParam } from '../protocol/errors.ts';
import type { PresenceState } from '../realtime/index.ts';
import type { Onlooker, Viewer } from '../rooms/index.ts';
import { formatStreamToken, parseStreamToken, type StreamToken } from '../stream/index.ts';
import { Deadline } from './deadline.ts';
import { type DeviceListChanges, deviceListChanges } from './device-lists.ts';
import type { Frame, Place, StateKey, SyncContext } from './frame.ts';
import { findPlainNews, plainResponse } from './plain-response.ts';
import type { SyncBody } from './response-shapes.ts';
import { SentMembersLog } from './sent-members.ts';
import type { SlidingSync } from './sliding/sliding-sync.ts';
import { SyncFilter } from './sync-filter.ts';
import { buildResponse } from './sync-response.ts';
import { acknowledgeMessages } from './to-device.ts';

/** A request for what is new. */
export interface SyncRequest {
  readonly viewer: Viewer;
  /** The token of the last response; undefined to begin. */
  readonly since: string | undefined;
  /** The ID of a filter, or a filter as JSON. */
  readonly filter: string | undefined;
  readonly fullState: boolean;
  readonly setPresence: PresenceState;
  readonly stateKey: StateKey;
  /** How long to wait for news, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the wait: the client has gone, or the server stops. */
  readonly signal: AbortSignal;
}

const KNOWN_FILTERS = 1_000;
/** In characters. */
const LONGEST_KNOWN_FILTER = 2_000;

/** Tells clients what is new, and waits until there is something. */
export class Sync {
  readonly #context: SyncContext;
  readonly #filters: Accounts['filters'];
  readonly #sentMembers = new SentMembersLog();
  readonly #knownFilters = new RecentMap<string, SyncFilter>(KNOWN_FILTERS);
  /** The same for clients that look at windows of their rooms. */
  readonly sliding: SlidingSync;

  constructor(context: SyncContext, filters: Accounts['filters'], sliding: SlidingSync) {
    this.#context = context;
    this.#filters = filters;
    this.sliding = sliding;
  }

  /**
   * What is new since the token; waits for it up to the timeout if there is nothing yet.
   *
   * Source: Client-Server API v1.19, `GET /_matrix/client/v3/sync`.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for a token or filter that is none; 400 `M_BAD_JSON` for the filter.
   */
  async sync(request: SyncRequest): Promise<SyncBody> {
    const { viewer } = request;
    const filter = await this.#filterOf(request);
    const since = await this.#placeOf(request.since);
    if (since !== undefined)
      await acknowledgeMessages(this.#context, viewer, since.toDevice ?? since.position);
    const endPresence = this.#context.realtime.presence.userIsSyncing(viewer.userId, request.setPresence);
    try {
      return await this.#waitForNews(request, filter, since);
    } finally {
      endPresence();
    }
  }

  /**
   * Whose keys changed between two tokens, as a client asks after it was away.
   *
   * Source: Client-Server API v1.19, `GET /_matrix/client/v3/keys/changes`.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for what is no token.
   */
  async keyChanges(viewer: Viewer, from: string, to: string): Promise<DeviceListChanges> {
    const { notifier, rooms } = this.#context;
    const after = (await this.#placeOf(from, 'from'))?.position ?? 0;
    const until = (await this.#placeOf(to, 'to'))?.position ?? notifier.position;
    const memberships = await rooms.userRooms.of(viewer.userNid);
    return deviceListChanges(this.#context, viewer, { after, until }, memberships);
  }

  /** A token for what comes from now on. */
  now(): string {
    const { rooms, notifier, realtime } = this.#context;
    return formatStreamToken({
      epoch: rooms.epoch,
      position: notifier.position,
      ephemeral: realtime.log.position,
    });
  }

  /** In how many rooms something notifies a user which they have not read: the number that stands on an icon. */
  unreadRooms(user: Onlooker): Promise<number> {
    return this.#context.unread.rooms(user, this.#context.notifier.position);
  }

  async #waitForNews(request: SyncRequest, filter: SyncFilter, since: Place | undefined): Promise<SyncBody> {
    const { notifier, rooms } = this.#context;
    const interest = notifier.register(request.viewer.userNid);
    const end = new Deadline(rooms.clock, request, () => interest.wake());
    try {
      for (let from = since, mayBePlain = true; ; ) {
        // Register, then read, then wait: whatever comes after the read ends the wait.
        interest.arm();
        await rooms.userRooms.of(request.viewer.userNid);
        // Read in the same turn as the frame. Another process may have changed them in between: then once more.
        const memberships = rooms.userRooms.known(request.viewer.userNid);
        if (memberships === undefined) continue;
        const frame = this.#frame(request, filter, from);
        const news = mayBePlain ? findPlainNews(this.#context, frame, memberships) : undefined;
        if (news !== undefined) {
          const body = await plainResponse(this.#context, frame, news);
          if (body !== undefined) return body;
          mayBePlain = false;
          continue;
        }
        const { body, isEmpty } = await buildResponse(this.#context, frame, memberships);
        if (!isEmpty || frame.since === undefined || frame.fullState || end.isOver) return body;
        // Nothing of what happened until now is for this client: there is no need to look at it again.
        from = frame.until;
        mayBePlain = true;
        await interest.wait();
      }
    } finally {
      end.cancel();
      interest.close();
    }
  }

  /** One for all who ask for the same: an ID says by itself what is in the filter. */
  async #filterOf({ viewer, filter: written = '' }: SyncRequest): Promise<SyncFilter> {
    const known = written.startsWith('{') ? this.#knownFilters.get(written) : undefined;
    if (known !== undefined) return known;
    const definition = await this.#filters.resolve(viewer.userNid, written || undefined);
    const filter = this.#knownFilters.get(written) ?? new SyncFilter(definition);
    if (written.length <= LONGEST_KNOWN_FILTER) this.#knownFilters.set(written, filter);
    return filter;
  }

  #frame(request: SyncRequest, filter: SyncFilter, since: Place | undefined): Frame {
    const { notifier, realtime } = this.#context;
    return {
      viewer: request.viewer,
      filter,
      since,
      beginsAgain: since === undefined && request.since !== undefined,
      until: { position: notifier.position, ephemeral: realtime.log.position },
      fullState: request.fullState,
      stateKey: request.stateKey,
      sentMembers: this.#sentMembers.open(request.viewer, since && request.since),
    };
  }

  /** Undefined for a beginning: also with a token of another life of the database, or from a future that was lost. */
  async #placeOf(written: string | undefined, name = 'since'): Promise<Place | undefined> {
    if (written === undefined) return undefined;
    const { epoch, ...place } = tokenIn(written, name);
    const { rooms, notifier, realtime } = this.#context;
    if (epoch !== rooms.epoch) return undefined;
    // Another process may have given it out, and be ahead.
    if (place.position > notifier.position) await rooms.storage.database.neighbours.caughtUp();
    if (place.position > notifier.position) return undefined;
    return { ...place, ephemeral: realtime.log.localPosition(place.ephemeral) };
  }
}

function tokenIn(written: string, name: string): StreamToken {
  const token = parseStreamToken(written);
  if (token === undefined) throw invalidParam(`${name} is not a token of this server`);
  return token;
}
