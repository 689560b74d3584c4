import type { Clock } from '../../base/clock.ts';
import type { RemoteMessages, RemoteToDevice } from '../../encryption/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { type Storage, UnitOfWork } from '../../storage/index.ts';
import type { Edu } from './outgoing-edus.ts';

/** For how long messages to devices wait for a server; who was away for longer asks for keys anew. */
const KEPT_MS = 30 * 24 * 3_600_000;
const TO_DEVICE = 'to-device ';
/** How many of them wait for one server. */
const MOST_FOR_A_SERVER = 10_000;
/** Finer than the clock, so that no message has the place of another. */
const UNITS_IN_MS = 1_000;

/**
 * Adds messages to other servers that must not be lost to what is stored for them. What is there for a server is
 * bounded: messages to devices expire, and of a user's devices and keys it is one message each.
 */
export class KeptMessages implements RemoteToDevice {
  readonly #storage: Pick<Storage, 'database' | 'outgoing'>;
  readonly #clock: Clock;
  #last = 0;

  constructor(storage: Pick<Storage, 'database' | 'outgoing'>, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Messages to devices. Source: Server-Server API v1.19, `m.direct_to_device`. */
  enqueue(unit: UnitOfWork, server: ServerName, { sender, type, messageId, messages }: RemoteMessages): void {
    const content = { sender, type, message_id: messageId, messages } as unknown as JsonObject;
    this.add(unit, server, `${TO_DEVICE}${messageId}`, { edu_type: 'm.direct_to_device', content });
  }

  /** Adds a message, in a unit. @param key a newer message with the same one replaces an older. */
  add(unit: UnitOfWork, server: ServerName, key: string, edu: Edu): void {
    this.#last = Math.max(this.#last + 1, this.#clock.now() * UNITS_IN_MS);
    this.#storage.outgoing.addMessage(unit, server, { key, ts: this.#last, edu: JSON.stringify(edu) });
  }

  /** Deletes messages to devices of servers that have not taken them for long, and the oldest where there are too many. */
  async expire(): Promise<void> {
    const before = (this.#clock.now() - KEPT_MS) * UNITS_IN_MS;
    const unit = new UnitOfWork();
    this.#storage.outgoing.deleteExcess(unit, { prefix: TO_DEVICE, before, most: MOST_FOR_A_SERVER });
    await this.#storage.database.commit(unit);
  }
}
