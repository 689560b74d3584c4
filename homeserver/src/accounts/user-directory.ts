import { searchedWords, searchWords } from '../base/search-words.ts';
import {
  type FoundUser,
  MOST_SEARCH_WORDS,
  type Storage,
  type UnitOfWork,
  type WordedEntry,
} from '../storage/index.ts';
import type { Requester } from './requester.ts';

/** What a user can be found by. */
export interface FindableUser {
  readonly userNid: number;
  readonly userId: string;
  readonly displayName: string | undefined;
  readonly avatarUrl: string | undefined;
}

/** What a search has found. */
export interface FoundUsers {
  readonly users: readonly FoundUser[];
  /** Whether there are more. */
  readonly isLimited: boolean;
}

const DEFAULT_LIMIT = 10;
/** As Synapse. */
const MAX_LIMIT = 50;
/** Longer names than any client sets; those of other servers may have any length. */
const MAX_NAME = 256;

/**
 * The users whom others can find by their names: people find those with whom they share a room, and those in rooms that
 * anybody may join or read. Users of other servers are known by their membership of rooms here.
 *
 * Source: Client-Server API v1.19, `POST /user_directory/search`.
 */
export class UserDirectory {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Users, the best first, whose name or user ID has words that begin as those of the term do. */
  async search({ userNid }: Requester, term: string, limit = DEFAULT_LIMIT): Promise<FoundUsers> {
    // Of a whole user ID, the server's name would find everybody on that server.
    const named = term.replace(/^\s*@([^:]*):.*$/s, '$1');
    const words = searchedWords(named).slice(0, MOST_SEARCH_WORDS);
    const most = Math.min(Math.max(limit, 0), MAX_LIMIT);
    if (words.length === 0 || most === 0) return { users: [], isLimited: false };
    const found = await this.#storage.userDirectory.search(userNid, words, most + 1);
    return { users: found.slice(0, most), isLimited: found.length > most };
  }

  /** Lets users be found, in a unit, each of whom comes once. */
  set(unit: UnitOfWork, users: readonly FindableUser[]): void {
    this.#storage.userDirectory.set(unit, users.map(entryOf));
  }

  /** Lets a user no longer be found, in a unit. */
  delete(unit: UnitOfWork, userNid: number): void {
    this.#storage.userDirectory.delete(unit, userNid);
  }
}

function entryOf({ userNid, userId, displayName, avatarUrl }: FindableUser): WordedEntry {
  const name = displayName?.slice(0, MAX_NAME).replaceAll('\0', '').toWellFormed();
  const localpart = userId.slice(1, userId.indexOf(':'));
  const words = searchWords(`${localpart} ${name ?? ''}`);
  return { userNid, displayName: name || null, avatarUrl: avatarUrl || null, words };
}
