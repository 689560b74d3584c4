import type { MatrixClient } from 'matrix-js-sdk';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { sortJoinedRooms } from './directory.ts';
import { FeedStore } from './feed-store.ts';
import { changesRooms } from './guild-stores.ts';
import { listPartners, readPerson, readPresence } from './read-room.ts';
import type { Contact, People, PersonCard } from './types.ts';

/** A person as far as everything that we share with them tells. */
function readContact(client: MatrixClient, userId: string): Contact {
  const user = client.getUser(userId);
  const name = user?.displayName;
  const known = name && name !== userId ? name : readPerson(null, userId).name;
  return {
    userId,
    name: known,
    avatarMxc: user?.avatarUrl,
    presence: readPresence(client, userId),
    status: user?.presenceStatusMsg || undefined,
  };
}

const compareNames = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** Those whom we talk to in private, and those whom we blocked. */
export class PeopleStore extends FeedStore<People> {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient, feed: ChangeFeed) {
    super(feed);
    this.#client = client;
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    return batch.presence || changesRooms(batch);
  }

  protected override compute(): People {
    const ownId = this.#client.getSafeUserId();
    const blocked = new Set(this.#client.getIgnoredUsers());
    const friends = new Set(
      sortJoinedRooms(this.#client).directs.flatMap((room) => listPartners(room, ownId)),
    );
    const read = (userIds: Iterable<string>): readonly Contact[] =>
      [...userIds]
        .map((userId) => readContact(this.#client, userId))
        .sort((a, b) => compareNames.compare(a.name, b.name));
    return { friends: read([...friends].filter((userId) => !blocked.has(userId))), blocked: read(blocked) };
  }
}

/** What a profile card shows of one person. */
export class PersonStore extends FeedStore<PersonCard> {
  readonly #client: MatrixClient;
  readonly #userId: string;

  constructor(client: MatrixClient, feed: ChangeFeed, userId: string) {
    super(feed);
    this.#client = client;
    this.#userId = userId;
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    return batch.presence || changesRooms(batch);
  }

  protected override compute(): PersonCard {
    const shared = sortJoinedRooms(this.#client).guilds.filter((guild) => {
      return guild.getMember(this.#userId)?.membership === 'join';
    });
    return {
      ...readContact(this.#client, this.#userId),
      isBlocked: this.#client.isUserIgnored(this.#userId),
      sharedGuilds: shared.map(({ roomId, name }) => ({ guildId: roomId, name })),
    };
  }
}
