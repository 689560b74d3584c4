import type { LogRow } from './group-committer.ts';

/** Who wrote rows of the log: this process or another one. */
export type Origin = 'here' | 'elsewhere';

/**
 * What a process keeps in memory beside the log, or waits for, and forgets when a unit says so
 * (`UnitOfWork.invalidate`). The key of `sessions` and `user-rooms` is the number of a user, of `events` and `rooms` that
 * of an event and a room, of `profiles` a user ID, of `uploads` a media ID, of `destinations` a server name.
 */
export type CacheName =
  | 'sessions'
  | 'profiles'
  | 'events'
  | 'rooms'
  | 'user-rooms'
  | 'uploads'
  | 'relations'
  | 'erased-users'
  | 'pushers'
  | 'outgoing'
  | 'destinations';

/** Forgets what is kept under a key; everything when there is none, since changes may have been missed. */
export type Forget = (key: string | undefined) => void;

/**
 * Reads what memory needs for rows that another process has committed, and returns what brings memory up to them at
 * once. It must not fail, and must not wait for a commit: those wait for it.
 */
export type PrepareRows = (rows: readonly LogRow[]) => Promise<() => void>;

/**
 * The other processes that share the database. With SQLite there are none; then everything here costs nothing.
 */
export interface Neighbours {
  /** Registers who brings memory up to what other processes commit, before the listeners of `onCommitted` hear of it. */
  onRows(prepare: PrepareRows): void;

  /** Resolves when everything that was committed anywhere before this call is in memory. */
  caughtUp(): Promise<void>;

  /** Runs a task while no commit, of whatever process, reaches memory. It must not wait for one. */
  inOrder<T>(task: () => Promise<T>): Promise<T>;

  /**
   * Keeps every other process from changing a room, and resolves when all that they did is in memory. Who asks first is
   * served first. Units that move the room's head have to say so (`RoomHeadChange.isHeld`).
   *
   * @returns what lets the others go on.
   */
  holdRoom(roomNid: number): Promise<() => Promise<void>>;

  /**
   * Tells the other processes something that is not worth storing. At most some thousand characters; it may get lost,
   * when the connection breaks or there is too much of it.
   */
  broadcast(topic: string, message: string): void;

  /** Registers who hears what other processes broadcast. */
  onBroadcast(topic: string, listener: (message: string) => void): void;
}

const nothing = async (): Promise<void> => undefined;

/** For a database that one process has to itself. */
export const NO_NEIGHBOURS: Neighbours = {
  onRows: () => undefined,
  caughtUp: nothing,
  inOrder: (task) => task(),
  holdRoom: async () => nothing,
  broadcast: () => undefined,
  onBroadcast: () => undefined,
};
