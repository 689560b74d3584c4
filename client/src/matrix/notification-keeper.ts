import {
  ConditionKind,
  type IPushRule,
  type MatrixClient,
  Method,
  PushRuleActionName,
  PushRuleKind,
} from 'matrix-js-sdk';
import type { AccountDataStore } from './account-data-store.ts';
import type { ChangeFeed } from './change-feed.ts';
import { buildChannelTree } from './channel-tree.ts';
import { createDirectory, sortJoinedRooms } from './directory.ts';
import {
  findMuteEnd,
  findNextEnd,
  mutedUntilType,
  type NotificationWishes,
  type PlacePath,
  resolveLevel,
  rulesOf,
} from './notification-levels.ts';

/** How long a browser's timer can be, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** Before a refusal is tried again, in milliseconds. */
const pause = 30_000;

/**
 * Writes what we wish for guilds, categories and channels into the push rules of their channels, and keeps at it: when
 * a wish changes, a channel comes or a mute ends. What is right already is left alone, so our devices do not disagree.
 */
export class NotificationKeeper {
  readonly #client: MatrixClient;
  readonly #wishes: AccountDataStore<NotificationWishes>;
  readonly #feed: ChangeFeed;
  /** What was written and did not come back with sync yet. */
  readonly #written = new Map<string, 'notify' | 'quiet' | undefined>();
  /** The ends of mutes that the server was told last, as JSON; none unless there was one. */
  #noted = '{}';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isBusy = false;
  #isWanted = false;
  #leave: readonly (() => void)[] = [];

  constructor(client: MatrixClient, feed: ChangeFeed, wishes: AccountDataStore<NotificationWishes>) {
    this.#client = client;
    this.#feed = feed;
    this.#wishes = wishes;
  }

  start(): void {
    this.#leave = [
      this.#wishes.subscribe(() => this.#want()),
      this.#feed.subscribe((batch) => {
        if ([...batch.rooms.values()].some((change) => change.state)) this.#want();
      }),
    ];
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const leave of this.#leave) leave();
  }

  #want(): void {
    if (Object.keys(this.#wishes.getSnapshot().rooms).length === 0) return;
    this.#isWanted = true;
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    let hasFailed = false;
    while (this.#isWanted && !hasFailed) {
      this.#isWanted = false;
      await this.#writeAll().catch(() => {
        hasFailed = true;
      });
    }
    this.#isBusy = false;
    const end = findNextEnd(this.#wishes.getSnapshot(), Date.now());
    const wait = Math.min(
      end === undefined ? longestTimer : end - Date.now(),
      hasFailed ? pause : longestTimer,
    );
    clearTimeout(this.#timer);
    if (wait < longestTimer) this.#timer = setTimeout(() => this.#want(), Math.max(wait, 0) + 1);
  }

  async #writeAll(): Promise<void> {
    if (this.#client.pushRules === undefined) return;
    const paths = listPaths(this.#client);
    await this.#noteMuteEnds(paths);
    for (const path of paths) await this.#write(path);
  }

  /** Tells our server when mutes end, before anything is muted. */
  async #noteMuteEnds(paths: readonly PlacePath[]): Promise<void> {
    const wishes = this.#wishes.getSnapshot();
    const ends = paths.flatMap((path): readonly (readonly [string, number])[] => {
      const [roomId = ''] = path;
      const end = findMuteEnd(wishes, path, Date.now());
      return end === undefined || resolveLevel(wishes, path) === 'none' ? [] : [[roomId, end]];
    });
    const rooms = Object.fromEntries(ends.sort(([a], [b]) => (a < b ? -1 : 1)));
    const text = JSON.stringify(rooms);
    if (text === this.#noted) return;
    await this.#client.http.authedRequest(
      Method.Put,
      `/user/${encodeURIComponent(this.#client.getSafeUserId())}/account_data/${mutedUntilType}`,
      undefined,
      { rooms },
    );
    this.#noted = text;
  }

  async #write(path: PlacePath): Promise<void> {
    const [roomId = ''] = path;
    const wishes = this.#wishes.getSnapshot();
    const level = resolveLevel(wishes, path);
    if (level === undefined) return;
    const { override, room } = rulesOf(level, findMuteEnd(wishes, path, Date.now()) !== undefined);
    const { global } = this.#client.pushRules ?? {};
    await this.#settle(PushRuleKind.Override, roomId, readRule(global?.override, roomId), override);
    await this.#settle(PushRuleKind.RoomSpecific, roomId, readRule(global?.room, roomId), room);
  }

  async #settle(
    kind: PushRuleKind,
    roomId: string,
    is: 'notify' | 'quiet' | undefined,
    wanted: 'notify' | 'quiet' | undefined,
  ): Promise<void> {
    const key = `${kind} ${roomId}`;
    if (is === this.#written.get(key)) this.#written.delete(key);
    if ((this.#written.has(key) ? this.#written.get(key) : is) === wanted) return;
    this.#written.set(key, wanted);
    try {
      await this.#put(kind, roomId, wanted);
    } catch (error) {
      this.#written.delete(key);
      throw error;
    }
  }

  async #put(kind: PushRuleKind, roomId: string, wanted: 'notify' | 'quiet' | undefined): Promise<void> {
    if (wanted === undefined) {
      await this.#client.deletePushRule('global', kind, roomId);
      return;
    }
    const condition = { kind: ConditionKind.EventMatch, key: 'room_id', pattern: roomId } as const;
    await this.#client.addPushRule('global', kind, roomId, {
      actions: wanted === 'notify' ? [PushRuleActionName.Notify] : [],
      ...(kind === PushRuleKind.Override && { conditions: [condition] }),
    });
  }
}

function readRule(rules: readonly IPushRule[] | undefined, roomId: string): 'notify' | 'quiet' | undefined {
  const rule = rules?.find((candidate) => candidate.rule_id === roomId);
  if (!rule) return undefined;
  return rule.actions.includes(PushRuleActionName.Notify) ? 'notify' : 'quiet';
}

/** Every channel and conversation that we are in, with what it stands in. */
function listPaths(client: MatrixClient): readonly PlacePath[] {
  const directory = createDirectory(client, new Map());
  const { guilds, directs, loose } = sortJoinedRooms(client);
  const inGuilds = guilds.flatMap((guild): readonly PlacePath[] => {
    const { channels, categories } = buildChannelTree(guild.roomId, directory);
    return [
      ...channels.map(({ channelId }) => [channelId, guild.roomId]),
      ...categories.flatMap((category) =>
        category.channels.map(({ channelId }) => [channelId, category.categoryId, guild.roomId]),
      ),
    ];
  });
  return [...inGuilds, ...[...directs, ...loose].map((room) => [room.roomId])];
}
