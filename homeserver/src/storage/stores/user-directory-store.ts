import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** What can be found of a user. */
export interface DirectoryEntry {
  readonly userNid: number;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
}

/** A member of a room, by numbers. */
interface MissingMember {
  readonly userNid: number;
  readonly eventNid: number;
}

/** An entry with the words that lead to it. */
export interface WordedEntry extends DirectoryEntry {
  readonly words: readonly string[];
}

/** A user that was found. */
export interface FoundUser extends DirectoryEntry {
  readonly userId: string;
}

const upsertEntry = defineUpsert(
  'user_directory',
  { user_nid: 'bigint', display_name: 'text?', avatar_url: 'text?' },
  ['user_nid'],
);
const deleteEntry = defineDelete('user_directory', { user_nid: 'bigint' });
const insertWord = defineInsertIgnore('user_directory_words', { word: 'text', user_nid: 'bigint' });
const deleteWords = defineDelete('user_directory_words', { user_nid: 'bigint' });

/**
 * All words of a search must begin a word of the user, who is in a common room with the searcher or in an open one.
 * Exact words, and people of common rooms, come first.
 */
const MATCHES = (terms: number): string => `
  SELECT found."userNid", strings.value AS "userId", found."displayName", found."avatarUrl" FROM (
    SELECT d.user_nid AS "userNid", d.display_name AS "displayName", d.avatar_url AS "avatarUrl",
      (SELECT count(*) FROM user_directory_words w WHERE w.user_nid = d.user_nid AND w.word = ANY(?:text[])) AS exact,
      CASE WHEN EXISTS (
        SELECT 1 FROM room_members theirs JOIN room_members mine ON mine.room_nid = theirs.room_nid
        WHERE theirs.user_nid = d.user_nid AND theirs.membership = 'join'
          AND mine.user_nid = ? AND mine.membership = 'join') THEN 1 ELSE 0 END AS shared,
      CASE WHEN EXISTS (
        SELECT 1 FROM room_members m JOIN rooms r ON r.nid = m.room_nid
        WHERE m.user_nid = d.user_nid AND m.membership = 'join' AND r.open = 1) THEN 1 ELSE 0 END AS open
    FROM user_directory d WHERE d.user_nid <> ? ${`AND EXISTS (
      SELECT 1 FROM user_directory_words w WHERE w.user_nid = d.user_nid AND w.word >= ? AND w.word < ?)`.repeat(
      terms - 1,
    )}
      AND d.user_nid IN (SELECT user_nid FROM user_directory_words WHERE word >= ? AND word < ?)
  ) found JOIN strings ON strings.nid = found."userNid"
  WHERE found.shared = 1 OR found.open = 1
  ORDER BY found.exact DESC, found.shared DESC, found."displayName" IS NULL, found."userNid" LIMIT ?`;

/** The most words that a search may have. */
export const MOST_SEARCH_WORDS = 5;
const searches = Array.from({ length: MOST_SEARCH_WORDS }, (_none, index) =>
  defineQuery<(string | number | string[])[], FoundUser>(MATCHES(index + 1)),
);

/** Joined members of other servers who have no entry. */
const missingMembers = defineQuery<[number, number], MissingMember>(
  `SELECT m.user_nid AS "userNid", m.event_nid AS "eventNid" FROM room_members m
   LEFT JOIN user_directory d ON d.user_nid = m.user_nid LEFT JOIN users ON users.user_nid = m.user_nid
   WHERE m.room_nid = ? AND m.membership = 'join'
     AND d.user_nid IS NULL AND users.user_nid IS NULL
   ORDER BY m.user_nid LIMIT ?`,
);

/** Which users can be found by their names, and by whom. */
export class UserDirectoryStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Sets what can be found of users, in a unit. One kind of write after the other, so that they go together. */
  set(unit: UnitOfWork, entries: readonly WordedEntry[]): void {
    for (const { userNid, displayName, avatarUrl } of entries) {
      unit.write(upsertEntry, { user_nid: userNid, display_name: displayName, avatar_url: avatarUrl });
    }
    for (const { userNid } of entries) unit.write(deleteWords, { user_nid: userNid });
    for (const { userNid, words } of entries) {
      for (const word of words) unit.write(insertWord, { word, user_nid: userNid });
    }
  }

  /** Lets a user no longer be found, in a unit. */
  delete(unit: UnitOfWork, userNid: number): void {
    unit.write(deleteEntry, { user_nid: userNid });
    unit.write(deleteWords, { user_nid: userNid });
  }

  /** The users that `searcher` may find, the best first. @param words one to five, not empty. */
  search(searcher: number, words: readonly string[], limit: number): Promise<FoundUser[]> {
    const query = searches[words.length - 1];
    if (query === undefined) return Promise.resolve([]);
    const ranges = words.flatMap((word) => [word, `${word}\u{10ffff}`]);
    return this.#database.all(query, [[...words], searcher, searcher, ...ranges, limit]);
  }

  /** Members of a room who are of other servers and have no entry, with their member events. */
  missingMembers(roomNid: number, limit: number): Promise<MissingMember[]> {
    return this.#database.all(missingMembers, [roomNid, limit]);
  }
}
