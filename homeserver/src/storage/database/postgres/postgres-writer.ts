import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import type { CounterName } from '../database.ts';
import type { BatchWriter, UnitOutcome } from '../group-committer.ts';
import type { RowValue, UnitOfWork } from '../unit-of-work.ts';
import { formatCommit } from './messages.ts';
import { applyGuarded, applyRun, insertLog, lockRooms, notifyQuery } from './transaction-steps.ts';

const signInThreadPool = promisify<null, Buffer, KeyObject, Buffer>(sign);

const MOST_ATTEMPTS = 3;

/** Writes batches on one connection of its own; readers use the pool. */
export class PostgresWriter implements BatchWriter {
  readonly #connect: () => Promise<pg.Client>;
  readonly #processId: string;
  #client: Promise<pg.Client> | undefined;
  #signingKey: KeyObject | undefined;
  /** What has the connection to itself now. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * @param connect makes a connected client with the session settings of a writer.
   * @param processId how the other processes call this one.
   */
  constructor(connect: () => Promise<pg.Client>, processId: string) {
    this.#connect = connect;
    this.#processId = processId;
  }

  /** Connects; afterwards it connects again by itself when the connection was lost. */
  async open(): Promise<void> {
    await this.#connected();
  }

  /**
   * One transaction for the whole batch. When a unit breaks it, one in which each unit runs by itself, so that only the
   * broken one fails. A lost connection is not retried: nobody knows whether the COMMIT arrived, and the caller must not
   * be told either.
   */
  async write(units: readonly UnitOfWork[]): Promise<readonly UnitOutcome[]> {
    const ready = await this.#signAll(units);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#inTurn(() => this.#transact(ready, attempt > 1));
      } catch (error) {
        if (!(error instanceof pg.DatabaseError) || attempt === MOST_ATTEMPTS) throw error;
      }
    }
  }

  async reserve(counter: CounterName, count: number): Promise<number> {
    // Never within a batch: undone with it, the ids would be given again.
    const { rows } = await this.#inTurn(async () => {
      const client = await this.#connected();
      return client.query<{ value: number }>({
        name: 'reserve',
        text: 'UPDATE counters SET value = value + $1 WHERE name = $2 RETURNING value',
        values: [count, counter],
      });
    });
    if (rows[0] === undefined) throw new Error(`there is no counter ${counter}`);
    return rows[0].value - count + 1;
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  /** The connection; made anew after it was lost. */
  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect().then((client) => {
      const forget = (): void => {
        this.#client = undefined;
      };
      client.on('error', forget);
      client.on('end', forget);
      return client;
    });
    this.#client.catch(() => {
      this.#client = undefined;
    });
    return this.#client;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #transact(units: readonly UnitOfWork[], isEachAlone: boolean): Promise<UnitOutcome[]> {
    const client = await this.#connected();
    try {
      // In one breath, as with the writes of a run: each answer that is waited for is a round trip of every batch.
      const [, , refused] = await Promise.all([
        client.query('BEGIN'),
        lockRooms(client, units),
        this.#applyAll(client, units, isEachAlone),
      ]);
      const kept = units.filter((unit) => !refused.has(unit));
      const positions = await this.#commit(client, kept);
      return outcomesOf(units, refused, positions);
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        this.#client = undefined;
      });
      throw error;
    }
  }

  /** Runs of plain units are gathered; a guarded unit runs alone, in its place. */
  async #applyAll(
    client: pg.Client,
    units: readonly UnitOfWork[],
    isEachAlone: boolean,
  ): Promise<Map<UnitOfWork, Error>> {
    const refused = new Map<UnitOfWork, Error>();
    let run: UnitOfWork[] = [];
    for (const unit of units) {
      if (!unit.guarded && !isEachAlone) {
        run.push(unit);
        continue;
      }
      await applyRun(client, run, refused);
      run = [];
      await applyGuarded(client, unit, refused);
    }
    await applyRun(client, run, refused);
    return refused;
  }

  /**
   * Ends the transaction. Log rows go in last, under the lock, and the statements travel together, so that the lock is
   * held for the commit alone. The other processes hear of it with the commit.
   *
   * @returns the positions of the log rows.
   */
  async #commit(client: pg.Client, units: readonly UnitOfWork[]): Promise<readonly number[]> {
    const entries = units.flatMap((unit) => unit.log);
    const invalidations = units.flatMap((unit) => unit.invalidations);
    const messages = formatCommit(this.#processId, invalidations);
    // The message of the log rows takes the first part of the invalidations along.
    const message = entries.length > 0 ? messages.shift() : undefined;
    const notices = invalidations.length > 0 ? messages : [];
    const ahead = notices.map((notice) => client.query(notifyQuery(notice)));
    if (message === undefined) {
      await Promise.all([...ahead, client.query('COMMIT')]);
      return [];
    }
    const [inserted] = await Promise.all([
      insertLog(client, entries, message),
      ...ahead,
      client.query('COMMIT'),
    ]);
    return inserted;
  }

  /** Signs, in the thread pool, every text that waits for its signature. */
  async #signAll(units: readonly UnitOfWork[]): Promise<readonly UnitOfWork[]> {
    const pending: Promise<void>[] = [];
    for (const unit of units) {
      unit.statements.forEach((statement, index) => {
        statement.values.forEach((value, at) => {
          if (value === null || typeof value !== 'object') return;
          pending.push(
            this.#sign(value.message).then((signature) => {
              const values: RowValue[] = [...statement.values];
              values[at] = value.prefix + signature + value.suffix;
              unit.statements[index] = { ...statement, values };
            }),
          );
        });
      });
    }
    await Promise.all(pending);
    return units;
  }

  async #sign(message: string): Promise<string> {
    this.#signingKey ??= await this.#readSigningKey();
    const signature = await signInThreadPool(null, Buffer.from(message), this.#signingKey);
    return signature.toString('base64').replace(/=+$/, '');
  }

  async #readSigningKey(): Promise<KeyObject> {
    const client = await this.#connected();
    const { rows } = await client.query<{ private_key: string }>(
      'SELECT private_key FROM signing_keys WHERE expired_ts IS NULL',
    );
    if (rows[0] === undefined) throw new Error('the server has no signing key');
    return createPrivateKey({
      key: Buffer.from(rows[0].private_key, 'base64'),
      format: 'der',
      type: 'pkcs8',
    });
  }
}

function outcomesOf(
  units: readonly UnitOfWork[],
  refused: ReadonlyMap<UnitOfWork, Error>,
  positions: readonly number[],
): UnitOutcome[] {
  let next = 0;
  return units.map((unit) => {
    const error = refused.get(unit);
    if (error !== undefined) return { error };
    const first = next;
    next += unit.log.length;
    return { positions: positions.slice(first, next) };
  });
}
