import type { Accounts } from '../../accounts/index.ts';
import { RecentMap } from '../../base/recent-map.ts';
import { type CompiledPushRules, compilePushRules } from '../../protocol/push-rules/index.ts';
import { LogKind, type LogRow } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import type { Onlooker } from '../queries/history-visibility.ts';
import { ignoredUsers } from '../queries/ignored-users.ts';
import {
  INVITE_PERMISSION_TYPES,
  type InvitePermission,
  invitePermissionOf,
} from '../queries/invite-permission.ts';

/** The parts of a user's account data that sync and pushing go by. */
export interface UserSettings {
  /** Users whose messages and invites the user does not want to see. */
  readonly ignored: ReadonlySet<string>;
  /** What becomes of invites. */
  readonly invites: InvitePermission;
  readonly pushRules: CompiledPushRules;
}

const REMEMBERED_USERS = 20_000;
const WATCHED = ['m.ignored_user_list', 'm.push_rules', ...INVITE_PERMISSION_TYPES];

/** Reads what sync and pushing go by once, until it changes. */
export class UserSettingsCache {
  readonly #rooms: RoomsContext;
  readonly #pushRules: Accounts['pushRules'];
  // A read on its way is in here as well: a change that commits meanwhile throws it out.
  readonly #known = new RecentMap<number, Promise<UserSettings>>(REMEMBERED_USERS);

  constructor(rooms: RoomsContext, pushRules: Accounts['pushRules']) {
    this.#rooms = rooms;
    this.#pushRules = pushRules;
  }

  of(user: Onlooker): Promise<UserSettings> {
    const known = this.#known.get(user.userNid);
    if (known !== undefined) return known;
    const reading = this.#read(user);
    this.#known.set(user.userNid, reading);
    reading.catch(() => this.#known.delete(user.userNid));
    return reading;
  }

  /** Forgets what committed rows have changed. */
  follow(rows: readonly LogRow[]): void {
    for (const { kind, user, room, key } of rows) {
      const isWatched = kind === LogKind.AccountData && room === undefined && WATCHED.includes(key ?? '');
      if (isWatched && user !== undefined) this.#known.delete(user);
    }
  }

  async #read(user: Onlooker): Promise<UserSettings> {
    return {
      ignored: await ignoredUsers(this.#rooms, user),
      invites: await invitePermissionOf(this.#rooms, user.userNid),
      pushRules: compilePushRules(await this.#pushRules.get(user)),
    };
  }
}
