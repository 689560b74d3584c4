import { asObject, type JsonObject } from '../lib/parse.ts';

/** Who is logged in in tests. */
export const me = '@me:hall';

/** An event as a sync response carries it. */
export interface SyncEvent extends JsonObject {
  readonly type: string;
}

/** What a sync response says of one room. */
export interface RoomUpdate {
  readonly state?: readonly SyncEvent[];
  readonly timeline?: readonly SyncEvent[];
  /** Whether events before this timeline were left out. */
  readonly limited?: boolean;
  readonly typing?: readonly string[];
  readonly unread?: { readonly notification_count: number; readonly highlight_count: number };
}

interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: JsonObject;
}

/**
 * A homeserver that says what a test tells it to: the client's real sync loop runs against it.
 * Each `sync` answers one long poll; requests that change something are kept in `requests`.
 */
export class ScriptedServer {
  readonly requests: RecordedRequest[] = [];
  /** Called for requests that change something; what it throws reaches the client as a failure of the network. */
  answer: (request: RecordedRequest) => JsonObject | Response = () => ({
    event_id: `$sent-${this.requests.length}`,
  });
  /** What the server says of members that sync left out. */
  members: () => JsonObject = () => ({ chunk: [] });
  readonly #responses: JsonObject[] = [];
  readonly #onRequest: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #position = 0;

  /** Lets the client's next long poll end with this. */
  sync(rooms: Readonly<Record<string, RoomUpdate>>, more: JsonObject = {}): void {
    this.#position += 1;
    const join = Object.fromEntries(
      Object.entries(rooms).map(([roomId, update]) => [roomId, buildRoom(update)]),
    );
    this.#responses.push({ next_batch: `s${this.#position}`, rooms: { join }, ...more });
    this.#wake?.();
  }

  /** Waits for a request that changes something, by how its path ends. */
  async untilAsked(ending: string): Promise<void> {
    while (!this.requests.some(({ path }) => path.endsWith(ending)))
      await new Promise<void>((resolve) => this.#onRequest.push(resolve));
  }

  /** Ends the poll that is under way, so that nothing of the client stays behind. */
  close(): void {
    this.sync({});
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    const method = init?.method ?? 'GET';
    init?.signal?.throwIfAborted();
    if (pathname.endsWith('/sync')) return Response.json(await this.#nextSync(init?.signal ?? undefined));
    const body = asObject(typeof init?.body === 'string' ? JSON.parse(init.body) : undefined) ?? {};
    if (pathname.endsWith('/members')) return Response.json(this.members());
    const fixed = fixedAnswers[pathname.replace(/^\/_matrix\/client\/(v3\/)?/, '').split('/')[0] ?? ''];
    if (fixed && method !== 'PUT') return Response.json(fixed);
    const request = { method, path: decodeURIComponent(pathname), body };
    this.requests.push(request);
    for (const notify of this.#onRequest.splice(0)) notify();
    const answer = this.answer(request);
    return answer instanceof Response ? answer : Response.json(answer);
  };

  async #nextSync(signal: AbortSignal | undefined): Promise<JsonObject> {
    while (this.#responses.length === 0) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    }
    return this.#responses.shift() ?? {};
  }
}

const fixedAnswers: Readonly<Record<string, JsonObject>> = {
  versions: { versions: ['v1.11'] },
  pushrules: { global: {} },
  user: { filter_id: '1' },
  capabilities: { capabilities: {} },
};

/**
 * Lets the process end although the SDK's timers have not: it arms one of two minutes for every long poll and never
 * disarms it. Returns the function that puts things back.
 */
export function releaseTimers(): () => void {
  const original = globalThis.setTimeout;
  const released = (...parameters: Parameters<typeof setTimeout>): NodeJS.Timeout =>
    original(...parameters).unref();
  globalThis.setTimeout = Object.assign(released, {
    __promisify__: original.__promisify__,
  }) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = original;
  };
}

function buildRoom({ state = [], timeline = [], limited = false, typing, unread }: RoomUpdate): JsonObject {
  return {
    state: { events: state },
    timeline: { events: timeline, limited, prev_batch: 'p' },
    ephemeral: { events: typing ? [{ type: 'm.typing', content: { user_ids: typing } }] : [] },
    account_data: { events: [] },
    ...(unread && { unread_notifications: unread }),
  };
}

let nextNumber = 1;

function stamp(): { readonly event_id: string; readonly origin_server_ts: number } {
  nextNumber += 1;
  return { event_id: `$event-${nextNumber}`, origin_server_ts: 1_700_000_000_000 + nextNumber * 1000 };
}

export function stateEvent(type: string, stateKey: string, content: JsonObject, sender = me): SyncEvent {
  return { ...stamp(), type, state_key: stateKey, content, sender };
}

/** The state that makes a room one: who made it, its name, and who is in it. */
export function roomState(name: string, members: readonly string[], more: JsonObject = {}): SyncEvent[] {
  const events = [
    stateEvent('m.room.create', '', { room_version: '12', ...more }, '@_guildhall:hall'),
    stateEvent('m.room.name', '', { name }, '@_guildhall:hall'),
    ...members.map((userId) => membership(userId, 'join')),
  ];
  // A room is older than what is said in it, in whichever order a test writes them down.
  return events.map((event) => ({ ...event, origin_server_ts: 1_600_000_000_000 }));
}

/** Somebody's membership; the name is the user ID's local part with a capital letter. */
export function membership(userId: string, value: string): SyncEvent {
  const name = userId.slice(1, userId.indexOf(':'));
  const displayname = name.charAt(0).toUpperCase() + name.slice(1);
  return stateEvent('m.room.member', userId, { membership: value, displayname }, userId);
}

/** A text message. */
export function say(eventId: string, sender: string, body: string, more: JsonObject = {}): SyncEvent {
  return {
    ...stamp(),
    event_id: eventId,
    type: 'm.room.message',
    sender,
    content: { msgtype: 'm.text', body, ...more },
  };
}
