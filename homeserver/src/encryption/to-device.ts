import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { tooLarge } from '../protocol/errors.ts';
import type { ServerName, UserId } from '../protocol/identifiers.ts';
import { type DeviceAddress, type Storage, type TransactionKey, UnitOfWork } from '../storage/index.ts';
import { byServer, checkUserIds } from './ask-servers.ts';
import type { RemoteToDevice } from './remote-keys.ts';

/** Contents by user and device; `*` stands for all devices of a user. */
export type MessagesToDevices = Readonly<Record<UserId, Readonly<Record<string, JsonObject>>>>;

/** Messages that somebody sends. */
export interface DeviceMessages {
  readonly sender: UserId;
  readonly type: string;
  readonly messages: MessagesToDevices;
  /** Messages with the same one are sent once. None if the sender never repeats itself. */
  readonly transaction?: TransactionKey | undefined;
}

/** Some of the messages that wait for a device. */
export interface MessageBatch {
  /** The events as the device gets them, oldest first. */
  readonly events: JsonObject[];
  /** The position of the log up to which these are all. */
  readonly upTo: number;
}

const MAX_MESSAGE_BYTES = 65_536;
/** So that a response stays small enough for a client that was away for long. */
const MOST_IN_BATCH = 100;
/** A client that has not repeated a request for so long does not. */
const TRANSACTIONS_LAST_MS = 24 * 60 * 60_000;
const FORGET_EVERY_MS = 60 * 60_000;

/**
 * Messages to devices, which wait until the device says that it has them.
 *
 * Source: Client-Server API v1.19, "Send-to-Device messaging".
 */
export class ToDevice {
  readonly #storage: Storage;
  readonly #serverName: ServerName;
  readonly #clock: Clock;
  readonly #remote: RemoteToDevice | undefined;
  /** Requests under way: a repeat waits for the first. */
  readonly #sending = new Map<string, Promise<void>>();
  #forgotTs = 0;

  constructor(storage: Storage, serverName: ServerName, clock: Clock, remote: RemoteToDevice | undefined) {
    this.#storage = storage;
    this.#serverName = serverName;
    this.#clock = clock;
    this.#remote = remote;
  }

  /**
   * Sends messages to devices of this server and of others; there may be none of them.
   *
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for what is no user ID; 413 `M_TOO_LARGE` for a message of more than
   * 65,536 bytes and for too many users.
   */
  async send(request: DeviceMessages): Promise<void> {
    checkUserIds(request.messages);
    const { transaction } = request;
    if (transaction === undefined) return this.#store(request);
    const key = JSON.stringify([
      transaction.userNid,
      transaction.deviceId,
      transaction.scope,
      transaction.txnId,
    ]);
    const sending = this.#sending.get(key) ?? this.#storeOnce(request, transaction);
    this.#sending.set(key, sending);
    try {
      await sending;
    } finally {
      this.#sending.delete(key);
    }
  }

  /** Whether anything waits for a device. */
  anyWaiting(device: DeviceAddress): Promise<boolean> {
    return this.#storage.toDevice.anyWaiting(device);
  }

  /** The first messages for a device after a position of the log, at or before another: at most a hundred. */
  async waiting(
    device: DeviceAddress,
    after: number,
    until: number,
    most = MOST_IN_BATCH,
  ): Promise<MessageBatch> {
    const limit = Math.min(most, MOST_IN_BATCH);
    const rows = await this.#storage.toDevice.waiting(device, { after, until, limit });
    const last = rows.length < limit ? undefined : rows.at(-1);
    return {
      events: rows.map(({ message }) => JSON.parse(message) as JsonObject),
      upTo: last?.position ?? until,
    };
  }

  /** Deletes the messages up to a position of the log: the device has them. */
  async acknowledge(device: DeviceAddress, position: number): Promise<void> {
    const unit = new UnitOfWork();
    this.#storage.toDevice.acknowledge(unit, device, position);
    await this.#storage.database.commit(unit);
  }

  async #storeOnce(request: DeviceMessages, transaction: TransactionKey): Promise<void> {
    if (await this.#storage.toDevice.isDone(transaction)) return;
    try {
      await this.#store(request);
    } catch (error) {
      // Another process may have stored the same request meanwhile, which fails this one.
      if (!(await this.#storage.toDevice.isDone(transaction))) throw error;
    }
  }

  async #store({ sender, type, messages, transaction }: DeviceMessages): Promise<void> {
    const now = this.#clock.now();
    const unit = new UnitOfWork();
    const servers = byServer(messages);
    await this.#addLocal(unit, servers.get(this.#serverName) ?? {}, sender, type);
    servers.delete(this.#serverName);
    for (const [server, ofServer] of servers) {
      this.#remote?.enqueue(unit, server, {
        sender,
        type,
        messageId: randomOpaqueId(24),
        messages: ofServer,
      });
    }
    if (transaction !== undefined) this.#storage.toDevice.noteTransaction(unit, transaction, now);
    if (unit.statements.length > 0) await this.#storage.database.commit(unit);
    await this.#forgetTransactions(now);
  }

  async #addLocal(
    unit: UnitOfWork,
    messages: MessagesToDevices,
    sender: UserId,
    type: string,
  ): Promise<void> {
    const nids = await this.#storage.strings.findAll(Object.keys(messages));
    const devices = await this.#storage.toDevice.devicesOf([...nids.values()]);
    const byUser = Map.groupBy(devices, ({ userNid }) => userNid);
    for (const [userId, ofUser] of Object.entries(messages)) {
      for (const device of byUser.get(nids.get(userId) ?? 0) ?? []) {
        const content = contentFor(device.deviceId, ofUser);
        if (content === undefined) continue;
        await this.#storage.toDevice.add(unit, device, serialise({ sender, type, content }));
      }
    }
  }

  async #forgetTransactions(now: number): Promise<void> {
    if (now - this.#forgotTs < FORGET_EVERY_MS) return;
    this.#forgotTs = now;
    const unit = new UnitOfWork();
    this.#storage.toDevice.forgetTransactions(unit, now - TRANSACTIONS_LAST_MS);
    await this.#storage.database.commit(unit);
  }
}

function contentFor(deviceId: string, ofUser: Readonly<Record<string, JsonObject>>): JsonObject | undefined {
  if (Object.hasOwn(ofUser, deviceId)) return ofUser[deviceId];
  return Object.hasOwn(ofUser, '*') ? ofUser['*'] : undefined;
}

function serialise(event: { sender: UserId; type: string; content: JsonObject }): string {
  const message = JSON.stringify(event);
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) {
    throw tooLarge(`A message to a device has at most ${MAX_MESSAGE_BYTES} bytes`);
  }
  return message;
}
