import type { Timer } from '../../base/clock.ts';
import { RecentMap } from '../../base/recent-map.ts';
import type { Encryption } from '../../encryption/index.ts';
import { domainOf, type RoomId, type ServerName, type UserId } from '../../protocol/identifiers.ts';
import type { EphemeralChange, Realtime } from '../../realtime/index.ts';
import type { LogRow, UnitOfWork } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import type { KeptMessages } from './kept-messages.ts';
import { type Edu, PassingEdus, presenceEdu } from './outgoing-edus.ts';
import { noteOutgoing } from './outgoing-events.ts';
import { PresenceNotices, tellNewcomersOfPresence } from './presence-notices.ts';
import { ServersInRooms } from './servers-in-rooms.ts';
import { serversOfUser, tellOfDevices, tellOfReceipts } from './tell-of-users.ts';
import { type SendingContext, sendTransaction } from './transactions.ts';
import { TypingNotices } from './typing-notices.ts';

/** What the sender tells of. */
export interface SenderParts {
  readonly encryption: Pick<Encryption, 'deviceLists'>;
  /** Is made after the sender, which it tells of changes. */
  readonly realtime: () => Realtime;
  readonly messages: KeptMessages;
}

/** Under which the reader of the log stores how far it has come. */
export const SENDER_READER = 'federation';
/** Whoever reads the log for the sender also sends: `OutboxReader` takes the lead under this name. */
const LEAD = `reader ${SENDER_READER}`;
/** How many servers are sent to at the same time. */
const AT_ONCE = 200;
/** How often it is looked for servers that may be asked again. */
const SWEEP_MS = 15_000;
const SERVERS_OF_USER_LAST_MS = 60_000;
/** For how long a stop waits for answers. */
const STOP_AFTER_MS = 500;
/** How often it is looked for messages that nobody has taken for long. */
const EXPIRE_EVERY_MS = 60 * 60_000;

/**
 * Sends what happens here to the servers that it concerns: one transaction at a time for each. What has to arrive is
 * stored first, so that nothing is lost with the process, and a server that is down costs nothing but its row for each
 * room. Of several processes one sends.
 *
 * Source: Server-Server API v1.19, "Transactions".
 */
export class Sender {
  readonly #context: FederationContext;
  readonly #parts: SenderParts;
  readonly #servers: ServersInRooms;
  readonly #sending: SendingContext;
  readonly #presence: PresenceNotices;
  readonly #passing = new PassingEdus();
  /** Servers that are being sent to, and whether there is more since. */
  readonly #running = new Map<ServerName, { again: boolean; done: Promise<void> }>();
  readonly #waiting = new Set<ServerName>();
  readonly #typing: TypingNotices;
  readonly #serversOfUsers = new RecentMap<UserId, { until: number; servers: ReadonlySet<ServerName> }>(
    1_000,
  );
  #isLeading = false;
  #isStopped = false;
  /** Nothing may be stored any more. */
  #isClosed = false;
  #timer: Timer | undefined;
  #expireTs = 0;

  constructor(context: FederationContext, parts: SenderParts) {
    this.#context = context;
    this.#parts = parts;
    this.#servers = new ServersInRooms(context);
    const sent = context.metrics.counter({
      name: 'guildhall_federation_sent_total',
      help: 'What was sent to other servers: transactions, events (`pdu`) and EDUs, and what became of it',
      labels: ['kind', 'outcome'],
    });
    const count: SendingContext['count'] = (kind, outcome, howMany) => sent.inc({ kind, outcome }, howMany);
    this.#sending = { ...context, servers: this.#servers, passing: this.#passing, count };
    this.#presence = new PresenceNotices({
      clock: context.clock,
      present: () => (this.#isLeading ? parts.realtime().presence.presentUsers().filter(this.#isOwn) : []),
      tell: (userId) => this.#inBackground(this.#tellOfPresence(userId)),
    });
    this.#typing = new TypingNotices({
      clock: context.clock,
      typingIn: (roomId) => parts.realtime().typing.typingIn(roomId).filter(this.#isOwn),
      tell: (roomId, userId, isTyping) => this.#inBackground(this.#tellOfTyping(roomId, userId, isTyping)),
    });
  }

  /** Begins with what is left from the last time. */
  start(): void {
    const { destinations, storage } = this.#context;
    destinations.onReachable((server) => this.#wake(server));
    storage.database.onInvalidated('outgoing', (server) => {
      if (server !== undefined) this.#wake(server);
    });
    this.#presence.start();
    this.#sweep();
  }

  /** Ends after the transactions that are on their way, if they are answered soon; else they are sent again. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#waiting.clear();
    this.#typing.stop();
    this.#presence.stop();
    const ended = Promise.all([...this.#running.values()].map(({ done }) => done));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#context.clock.setTimeout(resolve, STOP_AFTER_MS);
    await Promise.race([ended, late]);
    timer.cancel();
    this.#isClosed = true;
  }

  /** Notes what there is to send for rows of the log, and sends it when that is stored. */
  async handle(rows: readonly LogRow[], unit: UnitOfWork): Promise<void> {
    this.#isLeading = true;
    const { encryption, messages, realtime } = this.#parts;
    const context = this.#context;
    const told = [
      await noteOutgoing(context, this.#servers, rows, unit),
      await tellOfDevices(context, encryption, this.#servers, messages, rows, unit),
      await tellOfReceipts(context, this.#servers, this.#passing, rows),
      await tellNewcomersOfPresence(context, this.#servers, realtime().presence, this.#passing, rows),
    ];
    const wake = (): void => {
      for (const servers of told) for (const server of servers) this.#wake(server);
    };
    if (unit.isEmpty) wake();
    else unit.onCommit(wake);
  }

  /** Tells other servers of a change of typing or presence, if it is one of a user of this server. */
  ephemeralChanged(change: EphemeralChange): void {
    if (!this.#isLeading) return;
    if (change.kind === 'typing') this.#typing.changed(change.roomId);
    else this.#inBackground(this.#tellOfPresence(change.userId));
  }

  readonly #isOwn = (userId: UserId): boolean => domainOf(userId) === this.#context.serverName;

  #inBackground(telling: Promise<void>): void {
    telling.catch((error: unknown) => {
      this.#context.logger.warn('other servers were not told of typing or presence', { error });
    });
  }

  async #tellOfTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    const room = this.#isLeading ? await this.#context.rooms.registry.byId(roomId) : undefined;
    if (room === undefined) return;
    const content = { room_id: roomId, user_id: userId, typing: isTyping };
    const servers = await this.#servers.now(room);
    this.#pass(servers, `typing ${roomId} ${userId}`, { edu_type: 'm.typing', content });
  }

  async #tellOfPresence(userId: UserId): Promise<void> {
    if (!this.#isOwn(userId)) return;
    const servers = await this.#serversOf(userId);
    const content = this.#parts.realtime().presence.contentOf(userId);
    this.#pass(servers, `presence ${userId}`, presenceEdu(userId, content));
  }

  async #serversOf(userId: UserId): Promise<ReadonlySet<ServerName>> {
    const now = this.#context.clock.now();
    const known = this.#serversOfUsers.get(userId);
    if (known !== undefined && known.until > now) return known.servers;
    const userNid = await this.#context.storage.strings.find(userId);
    const servers =
      userNid === undefined
        ? new Set<ServerName>()
        : await serversOfUser(this.#context, this.#servers, userNid);
    this.#serversOfUsers.set(userId, { until: now + SERVERS_OF_USER_LAST_MS, servers });
    return servers;
  }

  #pass(servers: ReadonlySet<ServerName>, key: string, edu: Edu): void {
    for (const server of servers) {
      this.#passing.add(server, key, edu);
      this.#wake(server);
    }
  }

  #sweep(): void {
    this.#wakeWaiting()
      .catch((error: unknown) => this.#context.logger.warn('it was not looked what is to be sent', { error }))
      .finally(() => {
        if (this.#isStopped) return;
        this.#timer = this.#context.clock.setTimeout(() => this.#sweep(), SWEEP_MS);
      });
  }

  async #wakeWaiting(): Promise<void> {
    const { clock, storage } = this.#context;
    this.#isLeading = await storage.database.tryLead(LEAD);
    if (!this.#isLeading) return;
    if (clock.now() >= this.#expireTs) {
      this.#expireTs = clock.now() + EXPIRE_EVERY_MS;
      await this.#parts.messages.expire();
    }
    for (const server of await storage.outgoing.servers()) this.#wake(server);
  }

  #wake(server: ServerName): void {
    if (this.#isStopped || !this.#isLeading) return;
    const running = this.#running.get(server);
    if (running !== undefined) running.again = true;
    else if (this.#running.size >= AT_ONCE) this.#waiting.add(server);
    else this.#begin(server);
  }

  #begin(server: ServerName): void {
    const run = { again: false, done: Promise.resolve() };
    this.#running.set(server, run);
    run.done = this.#send(server)
      .catch((error: unknown) => this.#context.logger.error('sending to a server failed', { server, error }))
      .finally(() => {
        this.#running.delete(server);
        const [next] = this.#waiting;
        if (run.again) this.#wake(server);
        if (next === undefined || !this.#waiting.delete(next)) return;
        this.#wake(next);
      });
  }

  async #send(server: ServerName): Promise<void> {
    const { destinations, policy, storage } = this.#context;
    while (!this.#isStopped) {
      const run = this.#running.get(server);
      if (run !== undefined) run.again = false;
      this.#isLeading = await storage.database.tryLead(LEAD);
      const mayBeAsked = policy.isAllowed(server) && (await destinations.isReachable(server));
      if (!this.#isLeading || !mayBeAsked) return this.#passing.drop(server);
      const outcome = await sendTransaction(this.#sending, server, () => this.#isClosed);
      // Whatever came meanwhile waits as well, unless the server was heard from since.
      if (outcome === 'failed' && run !== undefined) run.again &&= await destinations.isReachable(server);
      if (outcome !== 'sent') return;
    }
  }
}
