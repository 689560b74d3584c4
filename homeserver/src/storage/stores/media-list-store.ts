import type { Database } from '../database/database.ts';
import { defineQuery } from '../database/sql.ts';
import { MEDIA, type StoredMedia } from './media-store.ts';

/** What a user has uploaded, in figures. */
export interface MediaOfUser {
  readonly userId: string;
  /** The profile, as JSON. */
  readonly profile: string | null;
  readonly files: number;
  readonly bytes: number;
}

/** Which uploads are counted, and whose; the empty text lets everybody through. Both times are included. */
export interface MediaFigures {
  readonly term: string;
  readonly fromTs: number;
  readonly untilTs: number;
}

/** A part of a list, from an offset on. */
export interface MediaPage<Order> {
  readonly order: Order;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** Where in a room to look, and an event that names media. */
export interface EventWithMedia {
  readonly at: number;
  readonly json: string;
}

const MEDIA_COLUMNS = {
  media_id: 'm.media_id',
  upload_name: 'm.upload_name',
  created_ts: 'm.created_ts',
  last_access_ts: 'm.last_access_ts',
  media_length: 'm.size',
  media_type: 'm.content_type',
  quarantined_by: '"quarantinedBy"',
  safe_from_quarantine: 'm.protected',
} as const;
export type MediaOrder = keyof typeof MEDIA_COLUMNS;
export const MEDIA_ORDERS = Object.keys(MEDIA_COLUMNS) as readonly MediaOrder[];

const FIGURE_COLUMNS = {
  user_id: 'u.user_id',
  displayname: 'p.fields',
  media_count: 'files',
  media_length: 'bytes',
} as const;
export type FigureOrder = keyof typeof FIGURE_COLUMNS;
export const FIGURE_ORDERS = Object.keys(FIGURE_COLUMNS) as readonly FigureOrder[];

function pagesOf<Params extends readonly (string | number)[], Row, Order extends string>(
  columns: Readonly<Record<Order, string>>,
  text: string,
  last: string,
) {
  const pages = new Map(
    Object.entries<string>(columns).flatMap(([order, column]) =>
      (['ASC', 'DESC'] as const).map((direction) => [
        `${order} ${direction}`,
        defineQuery<[...Params, number, number], Row>(
          `${text} ORDER BY ${column} ${direction}, ${last} LIMIT ? OFFSET ?`,
        ),
      ]),
    ),
  );
  return ({ order, descending }: MediaPage<Order>) => {
    const page = pages.get(`${order} ${descending ? 'DESC' : 'ASC'}`);
    if (page === undefined) throw new Error(`media cannot be put in order by ${order}`);
    return page;
  };
}

const OF_USER = 'm.user_nid = ? AND m.sha256 IS NOT NULL';
const pageOfUser = pagesOf<[number], StoredMedia, MediaOrder>(
  MEDIA_COLUMNS,
  `${MEDIA} WHERE ${OF_USER}`,
  'm.media_id',
);
const countOfUser = defineQuery<[number], { total: number }>(
  `SELECT count(*) AS total FROM media m WHERE ${OF_USER}`,
);

type FigureParams = [number, number, string, string, string];
const FIGURES = `FROM media m JOIN users u ON u.user_nid = m.user_nid LEFT JOIN profiles p ON p.user_nid = m.user_nid
  WHERE m.sha256 IS NOT NULL AND m.created_ts >= ? AND m.created_ts <= ?
    AND (? = '' OR lower(u.user_id) LIKE ? OR lower(p.fields) LIKE ?)
  GROUP BY u.user_id, p.fields`;
const pageOfFigures = pagesOf<FigureParams, MediaOfUser, FigureOrder>(
  FIGURE_COLUMNS,
  `SELECT u.user_id AS "userId", p.fields AS profile, count(*) AS files, CAST(sum(m.size) AS bigint) AS bytes ${FIGURES}`,
  'u.user_id',
);
const countFigures = defineQuery<FigureParams, { total: number }>(
  `SELECT count(*) AS total FROM (SELECT u.user_id ${FIGURES}) AS figures`,
);

const NAMES_MEDIA = `e.json LIKE '%mxc://%'`;
const inTimeline = defineQuery<[number, number, number], EventWithMedia>(
  `SELECT l.position AS at, e.json FROM log l JOIN events e ON e.nid = l.ref
   WHERE l.room_nid = ? AND l.kind = 1 AND l.position > ? AND ${NAMES_MEDIA} ORDER BY l.position LIMIT ?`,
);
const offTimeline = defineQuery<[number, number, number], EventWithMedia>(
  `SELECT e.nid AS at, e.json FROM events e
   WHERE e.room_nid = ? AND e.status <> 0 AND e.nid > ? AND ${NAMES_MEDIA} ORDER BY e.nid LIMIT ?`,
);

/** Lists of media, for admins. */
export class MediaListStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A page of what a user has uploaded, and how much there is in all pages. */
  async ofUser(
    userNid: number,
    page: MediaPage<MediaOrder>,
  ): Promise<{ readonly media: StoredMedia[]; readonly total: number }> {
    const media = await this.#database.all(pageOfUser(page), [userNid, page.limit, page.offset]);
    return { media, total: (await this.#database.get(countOfUser, [userNid]))?.total ?? 0 };
  }

  /** A page of the users who have uploaded something, and how many there are in all pages. */
  async figures(
    { term, fromTs, untilTs }: MediaFigures,
    page: MediaPage<FigureOrder>,
  ): Promise<{ readonly users: MediaOfUser[]; readonly total: number }> {
    const part = `%${term.toLowerCase()}%`;
    const params: FigureParams = [fromTs, untilTs, term, part, part];
    const users = await this.#database.all(pageOfFigures(page), [...params, page.limit, page.offset]);
    return { users, total: (await this.#database.get(countFigures, params))?.total ?? 0 };
  }

  /** Events of a room's timeline that name media, after a position of the log. */
  eventsInTimeline(roomNid: number, after: number, limit: number): Promise<EventWithMedia[]> {
    return this.#database.all(inTimeline, [roomNid, after, limit]);
  }

  /** Events of a room beside its timeline that name media, after the event with a number. */
  eventsOffTimeline(roomNid: number, after: number, limit: number): Promise<EventWithMedia[]> {
    return this.#database.all(offTimeline, [roomNid, after, limit]);
  }
}
