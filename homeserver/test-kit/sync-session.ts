import type { TestResponse, TestUser } from './test-user.ts';

/** The body of a sync, or a part of it. */
export type SyncPart = TestResponse['body'];

/** A client that syncs: each sync goes on from where the one before it ended. Presence stays out of it. */
export class SyncSession {
  readonly user: TestUser;
  readonly #parameters: Readonly<Record<string, string>>;
  since: string | undefined;

  /** @param parameters of every sync, for instance `filter`. */
  constructor(user: TestUser, parameters: Readonly<Record<string, string>> = {}) {
    this.user = user;
    this.#parameters = { set_presence: 'offline', ...parameters };
  }

  /** A session that has had its initial sync. */
  static async begin(
    user: TestUser,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<SyncSession> {
    const session = new SyncSession(user, parameters);
    await session.next();
    return session;
  }

  /** The next sync, which does not wait unless told to. */
  async next(parameters: Readonly<Record<string, string>> = {}): Promise<SyncPart> {
    const since: Record<string, string> = this.since === undefined ? {} : { since: this.since };
    const body = await this.user.sync({ ...this.#parameters, ...since, ...parameters });
    this.since = body.next_batch;
    return body;
  }

  /** What the next sync says of a room that the user is joined to; undefined if nothing. */
  async nextOf(roomId: string, parameters: Readonly<Record<string, string>> = {}): Promise<SyncPart> {
    return (await this.next(parameters)).rooms?.join?.[roomId];
  }
}

/** A filter as the parameters of a sync have it. */
export function filtered(filter: object): { filter: string } {
  return { filter: JSON.stringify(filter) };
}

/** In few words what events say: the text of a message, or type and state key. */
export function describeEvents(events: readonly SyncPart[]): string[] {
  return events.map(
    ({ type, state_key: stateKey, content }) =>
      content.body ?? (stateKey === undefined ? type : `${type} ${stateKey}`.trim()),
  );
}
