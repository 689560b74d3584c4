import type { RoomAlias, RoomId, UserId } from '../protocol/identifiers.ts';

/** Identifiers that an application service is interested in. */
export interface Namespace {
  /** From the identifier's first character on, as Synapse reads it; where it ends is for the expression to say. */
  readonly regex: RegExp;
  /** Whether nobody else may make such users or aliases. */
  readonly exclusive: boolean;
}

/** What an admin has written about an application service. Source: Application Service API v1.19, "Registration". */
export interface AppServiceRegistration {
  readonly id: string;
  /** Where it is reached, without a slash at the end; undefined for one that only asks and is told nothing. */
  readonly url: string | undefined;
  /** With which it calls this server. */
  readonly asToken: string;
  /** With which this server calls it. */
  readonly hsToken: string;
  readonly senderLocalpart: string;
  readonly users: readonly Namespace[];
  readonly aliases: readonly Namespace[];
  readonly rooms: readonly Namespace[];
  readonly isRateLimited: boolean;
  /** Names of the networks that it knows people and places of. */
  readonly protocols: readonly string[];
  /** Whether it is told of typing, receipts and presence, and gets the to-device messages of its users. */
  readonly receivesEphemeral: boolean;
  /** Whether it is told of devices and of the one-time keys of its users (MSC3202). */
  readonly receivesDevices: boolean;
}

/** An application service: a program beside this server, which speaks for users of its own. */
export class AppService {
  readonly registration: AppServiceRegistration;
  /** The user that it acts as unless it says otherwise. */
  readonly sender: UserId;

  constructor(registration: AppServiceRegistration, serverName: string) {
    this.registration = registration;
    this.sender = `@${registration.senderLocalpart}:${serverName}`;
  }

  get id(): string {
    return this.registration.id;
  }

  /** Whether it may act as a user: its sender, or one of its namespaces. */
  speaksFor(userId: UserId): boolean {
    return userId === this.sender || isIn(this.registration.users, userId);
  }

  /** Whether nobody else may be this user. */
  keepsUser(userId: UserId): boolean {
    return userId === this.sender || isKept(this.registration.users, userId);
  }

  knowsAlias(alias: RoomAlias): boolean {
    return isIn(this.registration.aliases, alias);
  }

  /** Whether nobody else may make this alias. */
  keepsAlias(alias: RoomAlias): boolean {
    return isKept(this.registration.aliases, alias);
  }

  knowsRoom(roomId: RoomId): boolean {
    return isIn(this.registration.rooms, roomId);
  }
}

function isIn(namespaces: readonly Namespace[], id: string): boolean {
  return namespaces.some(({ regex }) => regex.test(id));
}

function isKept(namespaces: readonly Namespace[], id: string): boolean {
  return namespaces.some(({ regex, exclusive }) => exclusive && regex.test(id));
}
