import type { Database } from '../database/database.ts';
import { defineDelete, defineInsert, defineQuery, defineQueryPerDialect } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** What to look for. */
export interface SearchRequest {
  /** All of them have to occur, each as the beginning of a word. Letters and digits only. */
  readonly words: readonly string[];
  readonly roomNids: readonly number[];
  /** Only events with a smaller number, the newest first; for the best first: only among those. */
  readonly before: number;
  readonly limit: number;
  /** For the best first: how many to leave out. */
  readonly offset: number;
}

/** An event that was found, and how well it fits: more is better. */
export interface SearchHit {
  readonly nid: number;
  readonly rank: number;
}

const insertWords = defineInsert('search_index', { rowid: 'bigint', room: 'text', words: 'text' });
const deleteWords = defineDelete('search_index', { rowid: 'bigint' });
/** How well something fits is found out for this many events, the newest: it takes looking at each. */
const MOST_RANKED = 5000;
const DOCUMENT = "array_to_tsvector(string_to_array(room || ' ' || words, ' '))";
const newestFirst = defineQueryPerDialect<[string, number, number], SearchHit>({
  sqlite: `SELECT rowid AS nid, 0 AS rank FROM search_index WHERE search_index MATCH ? AND rowid < ?
    ORDER BY rowid DESC LIMIT ?`,
  postgres: `SELECT rowid AS nid, 0 AS rank FROM search_index WHERE ${DOCUMENT} @@ CAST(? AS tsquery) AND rowid < ?
    ORDER BY rowid DESC LIMIT ?`,
});
// bm25 is better the smaller it is; the room is no part of it.
const bestOnSqlite = defineQuery<[string, number, number, number], SearchHit>(
  `SELECT nid, -score AS rank FROM (
     SELECT rowid AS nid, bm25(search_index, 0, 1) AS score FROM search_index
     WHERE search_index MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ${MOST_RANKED})
   ORDER BY score, nid DESC LIMIT ? OFFSET ?`,
);
// The 1 makes short texts better than long ones, as bm25 does.
const bestOnPostgres = defineQuery<[string, string, number, number, number], SearchHit>(
  `SELECT nid, rank FROM (
     SELECT rowid AS nid, ts_rank(array_to_tsvector(string_to_array(words, ' ')), CAST(? AS tsquery), 1) AS rank
     FROM search_index WHERE ${DOCUMENT} @@ CAST(? AS tsquery) AND rowid < ?
     ORDER BY rowid DESC LIMIT ${MOST_RANKED}) AS hits
   ORDER BY rank DESC, nid DESC LIMIT ? OFFSET ?`,
);

/** The words of room events, for those who search. */
export class SearchStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Sets the words by which an event is found, in a unit; without words it is not found any more. */
  set(unit: UnitOfWork, nid: number, roomNid: number, words: readonly string[]): void {
    unit.write(deleteWords, { rowid: nid });
    if (words.length === 0) return;
    unit.write(insertWords, { rowid: nid, room: roomWord(roomNid), words: words.join(' ') });
  }

  /** The events that fit, the newest first. */
  newest(request: SearchRequest): Promise<SearchHit[]> {
    const { before, limit } = request;
    return this.#database.all(newestFirst, [this.#match(request), before, limit]);
  }

  /** The events that fit, the best first. */
  best(request: SearchRequest): Promise<SearchHit[]> {
    const { before, limit, offset, words } = request;
    const match = this.#match(request);
    return this.#database.dialect === 'sqlite'
      ? this.#database.all(bestOnSqlite, [match, before, limit, offset])
      : this.#database.all(bestOnPostgres, [matchWords(words), match, before, limit, offset]);
  }

  #match({ words, roomNids }: SearchRequest): string {
    if (this.#database.dialect === 'postgres') {
      return `(${roomNids.map((nid) => `'${roomWord(nid)}'`).join('|')})&${matchWords(words)}`;
    }
    const rooms = roomNids.map((nid) => `"${roomWord(nid)}"`).join(' OR ');
    return `{room}: (${rooms}) AND {words}: (${words.map((word) => `"${word}"*`).join(' AND ')})`;
  }
}

function matchWords(words: readonly string[]): string {
  return words.map((word) => `'${word}':*`).join('&');
}

/** No word of a message has this sign. */
function roomWord(roomNid: number): string {
  return `#${roomNid}`;
}
