import type { JsonObject } from '../../protocol/canonical-json.ts';
import { domainOf, isEventId, type ServerName } from '../../protocol/identifiers.ts';
import { pduToWire } from '../../protocol/wire.ts';
import {
  type CheckedEvent,
  checkForm,
  dropInvalid,
  eventsForServers,
  type ForeignState,
  type MissingEvents,
  type Room,
  serversIn,
} from '../../rooms/index.ts';
import { BEFORE_ALL } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { withPolicySignature } from '../policy-signature.ts';

/** How long all questions about one received event may take. */
const PATIENCE_MS = 60_000;
const REQUEST_LIMIT_MS = 15_000;
/** How often the events between are asked for, and how many at a time: deeper chains begin with the state before them. */
const MOST_ROUNDS = 5;
const EVENTS_A_ROUND = 20;
/** How many events are asked for one by one; more of them come with the whole state, or the whole authority. */
const MOST_SINGLE_EVENTS = 50;
const ASKED_AT_ONCE = 5;
const MOST_SERVERS = 4;
const LARGEST_STATE_BYTES = 200_000_000;

/**
 * Asks the servers of a room for what one received event needs: first the one that sent it, then that of its sender,
 * then others. What they say is checked by whoever asks.
 *
 * Source: Server-Server API v1.19, "Checks performed on receipt of a PDU", "Retrieving event authorization
 * information".
 */
export class MissingEventsOfRoom implements MissingEvents {
  readonly #context: FederationContext;
  readonly #room: Room;
  readonly #origin: ServerName;
  readonly #received: CheckedEvent;
  /** The event and what was found for it, whose predecessors may be asked for. */
  readonly #found = new Map<string, CheckedEvent>();
  readonly #endsAt: number;
  #rounds = 0;
  #askedSingly = 0;
  #servers: readonly ServerName[] | undefined;
  readonly #unreachable: Set<ServerName>;
  #isCutOff = false;

  /** @param unreachable servers that are not asked, as they have just not answered; gets those that do not answer now. */
  constructor(
    context: FederationContext,
    room: Room,
    origin: ServerName,
    received: CheckedEvent,
    unreachable = new Set<ServerName>(),
  ) {
    this.#context = context;
    this.#room = room;
    this.#origin = origin;
    this.#received = received;
    this.#unreachable = unreachable;
    this.#found.set(received.eventId, received);
    this.#endsAt = context.clock.now() + PATIENCE_MS;
  }

  /** Whether something could not be had since the server that sent the event, or its sender's, did not answer. */
  get isCutOff(): boolean {
    return this.#isCutOff;
  }

  async fetch(_roomId: string, eventIds: readonly string[]): Promise<readonly unknown[]> {
    const wanted = new Set(eventIds);
    const followers = [...this.#found.values()].filter(({ pdu }) =>
      pdu.prev_events.some((eventId) => wanted.has(eventId)),
    );
    const between = followers.length === 0 ? [] : await this.#between(followers);
    for (const event of between) {
      this.#found.set(event.eventId, event);
      wanted.delete(event.eventId);
    }
    // What is followed and did not come is too far away, or nobody has it: the state tells the rest.
    const authorities = new Set([...this.#found.values()].flatMap(({ pdu }) => pdu.auth_events));
    for (const eventId of followers.flatMap(({ pdu }) => pdu.prev_events)) {
      if (!authorities.has(eventId)) wanted.delete(eventId);
    }
    const signed = await Promise.all(
      between.map(({ pdu }) => withPolicySignature(this.#context, this.#room, pdu)),
    );
    const wire = signed.map((pdu) => pduToWire(pdu, this.#room.rules));
    return [...wire, ...(await this.#authorities([...wanted]))];
  }

  async stateBefore(roomId: string, eventId: string): Promise<ForeignState | undefined> {
    // With it, the events between would not be asked for any more.
    if (this.#isCutOff) return undefined;
    const query = `${encodeURIComponent(roomId)}?event_id=${encodeURIComponent(eventId)}`;
    return this.#firstAnswer(async (server) => {
      const ids = await this.#get(server, `/_matrix/federation/v1/state_ids/${query}`, LARGEST_STATE_BYTES);
      const state = eventIdsOf(ids.pdu_ids);
      const authChain = eventIdsOf(ids.auth_chain_ids);
      const here = await this.#eventsHere([...state, ...authChain]);
      const missing = [...new Set([...state, ...authChain])].filter((id) => !here.has(id));
      if (missing.length > MOST_SINGLE_EVENTS) {
        const whole = await this.#get(server, `/_matrix/federation/v1/state/${query}`, LARGEST_STATE_BYTES);
        return { state: listOf(whole.pdus), authChain: listOf(whole.auth_chain) };
      }
      const single = await this.#each(missing, async (id) => [id, await this.#event(server, id)] as const);
      const all = new Map<string, unknown>([...here, ...single]);
      const found = (wanted: readonly string[]) => wanted.flatMap((id) => all.get(id) ?? []);
      return { state: found(state), authChain: found(authChain) };
    });
  }

  /** The events between some events and the newest that are here. */
  async #between(followers: readonly CheckedEvent[]): Promise<readonly CheckedEvent[]> {
    if (this.#rounds === MOST_ROUNDS || (await this.#isBeforeAll())) return [];
    this.#rounds += 1;
    const newest = this.#room.head.extremities.map(({ eventId }) => eventId);
    const body = {
      earliest_events: newest.slice(0, EVENTS_A_ROUND),
      latest_events: followers.map(({ eventId }) => eventId).slice(0, EVENTS_A_ROUND),
      limit: EVENTS_A_ROUND,
      min_depth: 0,
    };
    const path = `/_matrix/federation/v1/get_missing_events/${encodeURIComponent(this.#room.roomId)}`;
    const answer = await this.#firstAnswer(async (server) => {
      const { events } = await this.#request(server, { method: 'POST', path, body });
      const listed = listOf(events).slice(0, EVENTS_A_ROUND);
      return listed.length === 0 ? undefined : listed;
    });
    return (answer ?? []).flatMap((json) => this.#formOf(json) ?? []);
  }

  /**
   * Whether the event is from before what is here of the room's history, as what sticks in a room may be that this server
   * has come into: nothing lies between. What it followed would be taken for news.
   */
  async #isBeforeAll(): Promise<boolean> {
    const { log, events } = this.#context.storage;
    const [oldest] = await log.forward(this.#room.nid, BEFORE_ALL, Number.MAX_SAFE_INTEGER, 1);
    const event = oldest === undefined ? undefined : await events.get(oldest.nid);
    return event !== undefined && this.#received.pdu.depth < event.pdu.depth;
  }

  /** Events that others name as their authority. */
  async #authorities(eventIds: readonly string[]): Promise<readonly unknown[]> {
    if (eventIds.length === 0) return [];
    const left = MOST_SINGLE_EVENTS - this.#askedSingly;
    if (eventIds.length > left) return this.#wholeAuthority();
    this.#askedSingly += eventIds.length;
    return this.#each(eventIds, (eventId) => this.#firstAnswer((server) => this.#event(server, eventId)));
  }

  async #wholeAuthority(): Promise<readonly unknown[]> {
    const { roomId } = this.#room;
    const ids = `${encodeURIComponent(roomId)}/${encodeURIComponent(this.#received.eventId)}`;
    const answer = await this.#firstAnswer(async (server) => {
      const { auth_chain: chain } = await this.#get(server, `/_matrix/federation/v1/event_auth/${ids}`);
      return listOf(chain);
    });
    return answer ?? [];
  }

  async #event(server: ServerName, eventId: string): Promise<unknown> {
    const { pdus } = await this.#get(server, `/_matrix/federation/v1/event/${encodeURIComponent(eventId)}`);
    return listOf(pdus)[0];
  }

  /** Those of some events that are here, as they would come from elsewhere. */
  async #eventsHere(eventIds: readonly string[]): Promise<Map<string, unknown>> {
    const known = [...(await this.#context.storage.events.getAllById(eventIds)).values()];
    const ofRoom = known.filter(({ roomNid }) => roomNid === this.#room.nid);
    const json = await eventsForServers(this.#context, this.#room, ofRoom);
    return new Map(ofRoom.map(({ eventId }, index) => [eventId, json[index]]));
  }

  /** Step 1 for an event; undefined for what is none. */
  #formOf(json: unknown): CheckedEvent | undefined {
    try {
      return checkForm(json, this.#room);
    } catch (error) {
      return dropInvalid(error);
    }
  }

  /** Asks server after server until one has an answer. */
  async #firstAnswer<T>(ask: (server: ServerName) => Promise<T | undefined>): Promise<T | undefined> {
    for (const server of await this.#candidates()) {
      if (this.#unreachable.has(server)) continue;
      try {
        const answer = await ask(server);
        if (answer !== undefined) return answer;
      } catch (error) {
        if (!(error instanceof FederationError)) throw error;
        if (mayAnswerLater(error)) this.#unreachable.add(server);
        const { roomId } = this.#room;
        this.#context.logger.debug('a server did not give missing events', { roomId, server, error });
      }
    }
    const asked = [this.#origin, domainOf(this.#received.pdu.sender)];
    this.#isCutOff ||= asked.some((server) => this.#unreachable.has(server));
    return undefined;
  }

  async #candidates(): Promise<readonly ServerName[]> {
    if (this.#servers !== undefined) return this.#servers;
    const { serverName, policy, destinations } = this.#context;
    const sendersServer = domainOf(this.#received.pdu.sender);
    const possible = new Set([this.#origin, sendersServer, ...serversIn(this.#room)]);
    possible.delete(serverName);
    const chosen: ServerName[] = [];
    for (const server of possible) {
      if (chosen.length === MOST_SERVERS) break;
      // Who has sent the event was there a moment ago.
      const isThere = server === this.#origin || (await destinations.isReachable(server));
      if (isThere && policy.isAllowed(server)) chosen.push(server);
    }
    this.#servers = chosen;
    return chosen;
  }

  async #each<In, Out>(items: readonly In[], ask: (item: In) => Promise<Out | undefined>): Promise<Out[]> {
    const answers: Out[] = [];
    for (let first = 0; first < items.length; first += ASKED_AT_ONCE) {
      const part = await Promise.all(items.slice(first, first + ASKED_AT_ONCE).map(ask));
      answers.push(...part.filter((answer) => answer !== undefined));
    }
    return answers;
  }

  #get(server: ServerName, path: string, maxBytes?: number): Promise<JsonObject> {
    return this.#request(server, { method: 'GET', path, ...(maxBytes === undefined ? {} : { maxBytes }) });
  }

  #request(
    destination: ServerName,
    request: Omit<
      Parameters<FederationContext['client']['request']>[0],
      'destination' | 'timeLimitMs' | 'isUrgent'
    >,
  ): Promise<JsonObject> {
    const leftMs = this.#endsAt - this.#context.clock.now();
    if (leftMs <= 0) throw new FederationError(destination, 'unreachable', 'asking took too long');
    const timeLimitMs = Math.min(REQUEST_LIMIT_MS, leftMs);
    const isUrgent = destination === this.#origin;
    return this.#context.client.request({ ...request, destination, timeLimitMs, isUrgent });
  }
}

function mayAnswerLater({ failure, status = 0 }: FederationError): boolean {
  return failure === 'unreachable' || failure === 'resting' || status === 429 || status >= 500;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function eventIdsOf(value: unknown): string[] {
  return listOf(value).filter((id): id is string => isEventId(id));
}
