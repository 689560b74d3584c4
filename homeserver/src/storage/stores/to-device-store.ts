import { hash } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { IdAllocator } from '../database/id-allocator.ts';
import { defineDelete, defineInsert, defineQuery } from '../database/sql.ts';
import { LogKind, type UnitOfWork } from '../database/unit-of-work.ts';
import type { DeviceAddress } from './device-key-store.ts';
import type { TransactionKey } from './transaction-store.ts';

/** A message that a device has not acknowledged. */
export interface WaitingMessage {
  /** Of its row in the log: messages are in this order. */
  readonly position: number;
  /** The event as the device gets it, as JSON. */
  readonly message: string;
}

const device = { user_nid: 'bigint', device_id: 'text' } as const;
const insertMessage = defineInsert('to_device_messages', { id: 'bigint', ...device, message: 'text' });
const deleteMessages = defineDelete('to_device_messages', device);
const insertTransaction = defineInsert('to_device_transactions', {
  ...device,
  request: 'text',
  created_ts: 'bigint',
});
const deleteTransactions = defineDelete('to_device_transactions', device);

const ROWS_OF_DEVICE = 'log.kind = 4 AND log.user_nid = ? AND log.key = ?';
// The plus keeps planners off `log_of_user`, which has all that was ever told to the user.
const waiting = defineQuery<[number, string, number, number, number], WaitingMessage>(
  `SELECT log.position, m.message FROM log CROSS JOIN to_device_messages AS m
   WHERE ${ROWS_OF_DEVICE} AND log.position > ? AND +log.position <= ? AND m.id = log.ref
   ORDER BY log.position LIMIT ?`,
);
const anyWaiting = defineQuery<[number, string], { found: number }>(
  'SELECT 1 AS found FROM to_device_messages WHERE user_nid = ? AND device_id = ? LIMIT 1',
);
const transaction = defineQuery<[number, string, string], { found: number }>(
  'SELECT 1 AS found FROM to_device_transactions WHERE user_nid = ? AND device_id = ? AND request = ?',
);
const devicesOf = defineQuery<[number[]], DeviceAddress>(
  'SELECT user_nid AS "userNid", device_id AS "deviceId" FROM devices WHERE user_nid = ANY(?:bigint[])',
);

/** Messages that wait until their device has them. Each has a row in the log, which goes with it. */
export class ToDeviceStore {
  readonly #database: Database;
  readonly #ids: IdAllocator;

  constructor(database: Database) {
    this.#database = database;
    this.#ids = new IdAllocator(database, 'to_device');
  }

  /** Adds a message, in a unit. */
  async add(unit: UnitOfWork, { userNid, deviceId }: DeviceAddress, message: string): Promise<void> {
    const id = await this.#ids.next();
    unit.write(insertMessage, { id, user_nid: userNid, device_id: deviceId, message });
    unit.append({ kind: LogKind.ToDevice, user: userNid, key: deviceId, ref: id });
  }

  /** The first messages for a device after a position of the log, at or before another. */
  waiting(
    { userNid, deviceId }: DeviceAddress,
    { after, until, limit }: { after: number; until: number; limit: number },
  ): Promise<WaitingMessage[]> {
    return this.#database.all(waiting, [userNid, deviceId, after, until, limit]);
  }

  /** Whether any message waits for a device. */
  async anyWaiting({ userNid, deviceId }: DeviceAddress): Promise<boolean> {
    return (await this.#database.get(anyWaiting, [userNid, deviceId])) !== undefined;
  }

  /** Deletes the messages for a device up to a position of the log, in a unit, with their rows in the log. */
  acknowledge(unit: UnitOfWork, { userNid, deviceId }: DeviceAddress, position: number): void {
    unit.run(
      `DELETE FROM to_device_messages WHERE id IN (
         SELECT log.ref FROM log WHERE ${ROWS_OF_DEVICE} AND log.position <= ? AND log.ref IS NOT NULL)`,
      [userNid, deviceId, position],
    );
    deleteLogRows(unit, { userNid, deviceId }, position);
  }

  /** Deletes all that there is for a device, in a unit. */
  deleteOfDevice(unit: UnitOfWork, { userNid, deviceId }: DeviceAddress): void {
    const row = { user_nid: userNid, device_id: deviceId };
    unit.write(deleteMessages, row).write(deleteTransactions, row);
    deleteLogRows(unit, { userNid, deviceId }, Number.MAX_SAFE_INTEGER);
  }

  /** The devices of local users. */
  async devicesOf(userNids: readonly number[]): Promise<DeviceAddress[]> {
    return userNids.length === 0 ? [] : this.#database.all(devicesOf, [[...userNids]]);
  }

  /** Whether a request with this key was stored. */
  async isDone(key: TransactionKey): Promise<boolean> {
    const found = await this.#database.get(transaction, [key.userNid, key.deviceId, digestOf(key)]);
    return found !== undefined;
  }

  /** Notes a request, in the unit that stores its messages, which fails if it is there already. */
  noteTransaction(unit: UnitOfWork, key: TransactionKey, createdTs: number): void {
    unit.write(insertTransaction, {
      user_nid: key.userNid,
      device_id: key.deviceId,
      request: digestOf(key),
      created_ts: createdTs,
    });
  }

  /** Forgets the requests that were noted before a time, in a unit. */
  forgetTransactions(unit: UnitOfWork, before: number): void {
    unit.run('DELETE FROM to_device_transactions WHERE created_ts < ?', [before]);
  }
}

/**
 * Rows of messages alone: a process that has not read them yet misses nothing, as the messages are gone as well. The
 * newest row of the log stays, whatever it is: the next one gets its position from it.
 */
function deleteLogRows(unit: UnitOfWork, { userNid, deviceId }: DeviceAddress, position: number): void {
  unit.run(
    `DELETE FROM log WHERE ${ROWS_OF_DEVICE} AND log.ref IS NOT NULL AND log.position <= ?
     AND log.position < (SELECT max(position) FROM log)`,
    [userNid, deviceId, position],
  );
}

function digestOf({ scope, txnId }: TransactionKey): string {
  return hash('sha256', `${scope}\0${txnId}`, 'base64url').slice(0, 16);
}
