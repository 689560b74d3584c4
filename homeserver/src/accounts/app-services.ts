import { forbidden, MatrixError } from '../protocol/errors.ts';
import { domainOf, type RoomAlias, type ServerName, type UserId } from '../protocol/identifiers.ts';
import type { Restriction, Storage, StoredUser } from '../storage/index.ts';
import { AppService, type AppServiceRegistration } from './app-service.ts';
import type { Requester } from './requester.ts';
import { hashOfToken } from './tokens.ts';

/** As whom an application service acts. */
export interface Masquerade {
  /** Its own sender unless given. */
  readonly userId?: string | undefined;
  /** No device unless given. */
  readonly deviceId?: string | undefined;
}

/** The application services of this server: who they are, what is theirs, and as whom they act. */
export class AppServices {
  readonly all: readonly AppService[];
  readonly #storage: Storage;
  readonly #serverName: ServerName;
  readonly #byToken: ReadonlyMap<string, AppService>;

  constructor(
    storage: Storage,
    serverName: ServerName,
    registrations: readonly AppServiceRegistration[] = [],
  ) {
    this.#storage = storage;
    this.#serverName = serverName;
    this.all = registrations.map((registration) => new AppService(registration, serverName));
    this.#byToken = new Map(this.all.map((service) => [hashOfToken(service.registration.asToken), service]));
  }

  /** The application service that has this token. */
  byToken(token: string | undefined): AppService | undefined {
    if (token === undefined || this.#byToken.size === 0) return undefined;
    return this.#byToken.get(hashOfToken(token));
  }

  /**
   * Whom a request with the token of an application service stands for; undefined if the token is no such token.
   *
   * Source: Client-Server API v1.19, "Identity assertion"; Synapse's answers for users that are not there.
   * @throws {MatrixError} 403 `M_FORBIDDEN` for a user that is not the application service's, or not there; 400
   * `M_UNKNOWN_DEVICE`.
   */
  async authenticate(token: string, { userId, deviceId }: Masquerade): Promise<Requester | undefined> {
    const service = this.byToken(token);
    if (service === undefined) return undefined;
    const wanted = userId ?? service.sender;
    if (domainOf(wanted) !== this.#serverName || !service.speaksFor(wanted)) {
      throw forbidden(`${service.id} may not act as ${wanted}`);
    }
    const user = await this.#storage.users.byUserId(wanted);
    if (user === undefined) throw forbidden(`${service.id} has not registered ${wanted}`);
    if (user.deactivated) {
      throw new MatrixError(403, 'M_USER_DEACTIVATED', 'This account has been deactivated');
    }
    const { userNid, admin } = user;
    if (deviceId !== undefined && (await this.#storage.devices.get(userNid, deviceId)) === undefined) {
      throw new MatrixError(400, 'M_UNKNOWN_DEVICE', `${wanted} has no such device`);
    }
    const restriction = restrictionOf(user);
    return {
      userId: wanted,
      userNid,
      deviceId: deviceId ?? '',
      isAdmin: admin,
      ...(restriction === undefined ? {} : { restriction }),
      appService: service,
    };
  }

  /** Whether a user ID belongs to an application service alone; `but` is one that may have it. */
  isUserKept(userId: UserId, but?: AppService): boolean {
    return this.all.some((service) => service !== but && service.keepsUser(userId));
  }

  /** Whether an alias belongs to an application service alone, and to none that speaks for this user. */
  isAliasKept(alias: RoomAlias, userId: UserId): boolean {
    return this.all.some((service) => service.keepsAlias(alias) && !service.speaksFor(userId));
  }
}

function restrictionOf({ locked, suspended, guest }: StoredUser): Restriction | undefined {
  if (locked) return 'locked';
  if (suspended) return 'suspended';
  return guest ? 'guest' : undefined;
}

/** The refusal of a name that belongs to an application service. */
export function nameKept(): MatrixError {
  return new MatrixError(400, 'M_EXCLUSIVE', 'This name belongs to an application service');
}
