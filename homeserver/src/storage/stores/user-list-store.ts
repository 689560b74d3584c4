import type { Database } from '../database/database.ts';
import { defineQuery } from '../database/sql.ts';

/** A local user as admins see it in a list. Times are milliseconds since the Unix epoch. */
export interface ListedUser {
  readonly userNid: number;
  readonly userId: string;
  /** 0 or 1, as the ones below. */
  readonly admin: number;
  readonly guest: number;
  readonly locked: number;
  readonly suspended: number;
  readonly erased: number;
  readonly userType: string | null;
  readonly createdTs: number;
  readonly deactivatedTs: number | null;
  /** The profile, as JSON. */
  readonly profile: string | null;
  readonly lastSeenTs: number | null;
}

/** Which users; -1 and the empty text let everybody through. */
export interface UserFilter {
  /** Part of the user ID. */
  readonly userId: string;
  /** Part of the user ID or of the display name. */
  readonly name: string;
  readonly guests: -1 | 0 | 1;
  readonly deactivated: -1 | 0 | 1;
  readonly admins: -1 | 0 | 1;
}

const ORDERS = {
  name: 'u.user_id',
  creation_ts: 'u.created_ts',
  admin: 'u.admin',
  is_guest: 'u.guest',
  deactivated: 'u.deactivated_ts',
  last_seen_ts: '"lastSeenTs"',
  displayname: 'p.fields',
} as const;
export type UserOrder = keyof typeof ORDERS;
export const USER_ORDERS = Object.keys(ORDERS) as readonly UserOrder[];

const USER = `SELECT u.user_nid AS "userNid", u.user_id AS "userId", u.admin, u.guest, u.locked, u.suspended, u.erased,
  u.user_type AS "userType", u.created_ts AS "createdTs", u.deactivated_ts AS "deactivatedTs", p.fields AS profile,
  (SELECT max(d.last_seen_ts) FROM devices d WHERE d.user_nid = u.user_nid) AS "lastSeenTs"
  FROM users u LEFT JOIN profiles p ON p.user_nid = u.user_nid`;
const MATCHING = `WHERE (? = '' OR u.user_id LIKE ?)
  AND (? = '' OR lower(u.user_id) LIKE ? OR lower(p.fields) LIKE ?)
  AND (? = -1 OR u.guest = ?) AND (? = -1 OR u.admin = ?)
  AND (? = -1 OR (CASE WHEN u.deactivated_ts IS NULL THEN 0 ELSE 1 END) = ?)`;
type FilterParams = [string, string, string, string, string, number, number, number, number, number, number];
type PageParams = [...FilterParams, number, number];
const byNid = defineQuery<[number], ListedUser>(`${USER} WHERE u.user_nid = ?`);
const count = defineQuery<FilterParams, { count: number }>(
  `SELECT count(*) AS count FROM users u LEFT JOIN profiles p ON p.user_nid = u.user_nid ${MATCHING}`,
);
const pages = new Map(
  USER_ORDERS.flatMap((order) =>
    (['ASC', 'DESC'] as const).map((direction) => [
      `${order} ${direction}`,
      defineQuery<PageParams, ListedUser>(
        `${USER} ${MATCHING} ORDER BY ${ORDERS[order]} ${direction}, u.user_id LIMIT ? OFFSET ?`,
      ),
    ]),
  ),
);

/** Lists of the local users, for admins. */
export class UserListStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  byNid(userNid: number): Promise<ListedUser | undefined> {
    return this.#database.get(byNid, [userNid]);
  }

  /** A page of users, and how many there are in all. */
  async list(
    filter: UserFilter,
    page: {
      readonly order: UserOrder;
      readonly descending: boolean;
      readonly offset: number;
      readonly limit: number;
    },
  ): Promise<{ readonly users: ListedUser[]; readonly total: number }> {
    const params = paramsOf(filter);
    const query = pages.get(`${page.order} ${page.descending ? 'DESC' : 'ASC'}`);
    if (query === undefined) throw new Error(`users cannot be put in order by ${page.order}`);
    const users = await this.#database.all(query, [...params, page.limit, page.offset]);
    return { users, total: (await this.#database.get(count, params))?.count ?? 0 };
  }
}

function paramsOf({ userId, name, guests, deactivated, admins }: UserFilter): FilterParams {
  const named = `%${name.toLowerCase()}%`;
  return [
    ...([userId, `%${userId}%`, name, named, named] as const),
    ...([guests, guests, admins, admins, deactivated, deactivated] as const),
  ];
}
