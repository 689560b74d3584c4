import { LogKind, type LogRow, type Storage } from '../storage/index.ts';
import { Interest } from './interest.ts';
import { LogTail } from './log-tail.ts';

/** Integer ids of the local users who are joined to a room: at once if the room is in memory. */
export type LocalJoined = (roomNid: number) => Iterable<number> | Promise<Iterable<number>>;

export interface NotifierOptions {
  readonly storage: Pick<Storage, 'database' | 'log'>;
  readonly localJoined: LocalJoined;
  /** Told when `localJoined` fails; those who wait come back by themselves. */
  readonly onError: (error: unknown) => void;
}

/** How many rows of the log are kept in memory, at least, once so many were written. */
const KEPT_ROWS = 20_000;
/** How many rows are read at the start, for the clients that come back after a restart. */
const ROWS_AT_START = 1_000;
/** A wake-up makes a response, some 20 to 50 microseconds of work: a slice stays well below 10 ms. */
const WOKEN_AT_ONCE = 100;

/** Reads the end of the log and listens from there on. Call it before anything is written here. */
export async function openNotifier(options: NotifierOptions): Promise<Notifier> {
  const { database, log } = options.storage;
  const notifier = await database.neighbours.inOrder(async () => {
    const start = Math.max(0, (await log.newest()) - ROWS_AT_START);
    const tail = new LogTail(KEPT_ROWS, start, await log.after(start, ROWS_AT_START));
    const opened = new Notifier(tail, options);
    database.onCommitted((rows) => opened.publish(rows));
    return opened;
  });
  // What was read may be ahead of memory.
  await database.neighbours.caughtUp();
  return notifier;
}

/**
 * Tells those who wait that the log has grown. The committer hands rows over after memory was updated, so whoever
 * reads up to `position` finds everything that those rows speak of.
 */
export class Notifier {
  readonly #tail: LogTail;
  readonly #localJoined: LocalJoined;
  readonly #onError: NotifierOptions['onError'];
  readonly #interests = new Map<number, Set<Interest>>();
  readonly #listeners: ((rows: readonly LogRow[]) => void)[] = [];
  /** To be woken, in order. */
  readonly #due = new Set<Interest>();
  #isWaking = false;

  constructor(tail: LogTail, { localJoined, onError }: Omit<NotifierOptions, 'storage'>) {
    this.#tail = tail;
    this.#localJoined = localJoined;
    this.#onError = onError;
  }

  /** The newest position that may be shown to clients. */
  get position(): number {
    return this.#tail.newest;
  }

  /** Every row after a position, in order; undefined if that is too long ago to be in memory: ask the log. */
  rowsAfter(position: number): readonly LogRow[] | undefined {
    return this.#tail.after(position);
  }

  /** Calls `listener` with the rows of each commit, before anybody is woken. It must be quick, and not throw. */
  onRows(listener: (rows: readonly LogRow[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes in committed rows, in the order of the log: wakes whom they concern. */
  publish(rows: readonly LogRow[]): void {
    this.#tail.add(rows);
    for (const listener of this.#listeners) listener(rows);
    const rooms = new Set<number>();
    for (const row of rows) {
      if (row.room !== undefined && !concernsOwnerAlone(row)) rooms.add(row.room);
      // The member concerned need not be joined: an invite, a kick.
      if (row.user !== undefined) this.wakeUser(row.user);
    }
    for (const room of rooms) this.wakeRoom(room);
  }

  /** Registers interest in what concerns a user. Close it when done. */
  register(userNid: number): Interest {
    const interest = new Interest(userNid, (closed) => this.#remove(closed));
    const ofUser = this.#interests.get(userNid);
    if (ofUser === undefined) this.#interests.set(userNid, new Set([interest]));
    else ofUser.add(interest);
    return interest;
  }

  /** Wakes the local users who are joined to a room. */
  wakeRoom(roomNid: number): void {
    if (this.#interests.size === 0) return;
    const users = this.#localJoined(roomNid);
    if (users instanceof Promise) users.then((loaded) => this.#wakeUsers(loaded), this.#onError);
    else this.#wakeUsers(users);
  }

  /** Wakes one user's waiting requests. */
  wakeUser(userNid: number): void {
    const interests = this.#interests.get(userNid);
    if (interests === undefined) return;
    for (const interest of interests) this.#due.add(interest);
    this.#wakeSoon();
  }

  #wakeUsers(userNids: Iterable<number>): void {
    for (const userNid of userNids) this.wakeUser(userNid);
  }

  /** In slices, and never within the commit that caused it: senders are answered first, and others get their turn. */
  #wakeSoon(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      let woken = 0;
      for (const interest of this.#due) {
        if (woken === WOKEN_AT_ONCE) break;
        this.#due.delete(interest);
        interest.wake();
        woken += 1;
      }
      if (this.#due.size > 0) this.#wakeSoon();
    });
  }

  #remove(interest: Interest): void {
    this.#due.delete(interest);
    const ofUser = this.#interests.get(interest.userNid);
    ofUser?.delete(interest);
    if (ofUser?.size === 0) this.#interests.delete(interest.userNid);
  }
}

function concernsOwnerAlone({ kind, key }: LogRow): boolean {
  return (
    kind === LogKind.AccountData || (kind === LogKind.Receipt && key?.startsWith('m.read.private ') === true)
  );
}
