import { asAmount, asObject, type JsonObject } from '../lib/parse.ts';

/** What notifies us of a channel: every message, those that mention us, or none. */
export type NotificationLevel = 'all' | 'mentions' | 'none';

/** What somebody wants for a guild, a category or a channel. Without a level, what is above it decides. */
export type NotificationWish = {
  readonly level?: NotificationLevel;
  /** Until when it is quiet in any case, in milliseconds. */
  readonly mutedUntil?: number;
};

/** The wishes by room ID, as they are kept in our account data. */
export type NotificationWishes = JsonObject & {
  readonly rooms: Readonly<Record<string, NotificationWish>>;
};

/** Where they are kept. */
export const notificationsType = 'io.guildhall.notifications';

const levels: ReadonlySet<unknown> = new Set<NotificationLevel>(['all', 'mentions', 'none']);

function isLevel(value: unknown): value is NotificationLevel {
  return levels.has(value);
}

export function parseNotificationWishes(content: unknown): NotificationWishes {
  const rooms: Record<string, NotificationWish> = {};
  for (const [roomId, value] of Object.entries(asObject(asObject(content)?.rooms) ?? {})) {
    const wish = asObject(value);
    const mutedUntil = asAmount(wish?.mutedUntil);
    if (!wish) continue;
    rooms[roomId] = {
      ...(isLevel(wish.level) && { level: wish.level }),
      ...(mutedUntil !== undefined && { mutedUntil }),
    };
  }
  return { rooms };
}

/** A channel with what it stands in, the nearest first: its category, then its guild. */
export type PlacePath = readonly string[];

/**
 * What was chosen for a channel: the nearest level counts.
 * @returns undefined where nothing was wished for, `default` where a wish went back to what is usual.
 */
export function resolveLevel(
  { rooms }: NotificationWishes,
  path: PlacePath,
): NotificationLevel | 'default' | undefined {
  const wishes = path.flatMap((roomId) => rooms[roomId] ?? []);
  const level = wishes.find((wish) => wish.level !== undefined)?.level;
  return level ?? (wishes.length > 0 ? 'default' : undefined);
}

/**
 * Until when a channel is quiet in any case, in milliseconds: a place that is muted is quiet with everything in it.
 * @returns undefined if it is not muted now.
 */
export function findMuteEnd({ rooms }: NotificationWishes, path: PlacePath, now: number): number | undefined {
  const end = Math.max(...path.map((roomId) => rooms[roomId]?.mutedUntil ?? 0));
  return end > now ? end : undefined;
}

/** When the next mute ends, in milliseconds. */
export function findNextEnd({ rooms }: NotificationWishes, now: number): number | undefined {
  const ends = Object.values(rooms).flatMap(({ mutedUntil = 0 }) => (mutedUntil > now ? [mutedUntil] : []));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/**
 * Until when rooms are muted, by room ID in milliseconds. Our server takes the rule that keeps a room quiet away then,
 * whether or not a client is open (docs/guildhall-api.md).
 */
export const mutedUntilType = 'io.guildhall.muted_until';

/** The push rules of a room that stand for a level (Matrix 1.19, "Push rules"): undefined for no such rule. */
export interface RoomRules {
  /** Of kind `override`, before everything else, mentions included. */
  readonly override: 'quiet' | undefined;
  /** Of kind `room`, after mentions. */
  readonly room: 'notify' | 'quiet' | undefined;
}

/** A mute leaves the rule below in place, so that it holds again when the mute is over. */
export function rulesOf(level: NotificationLevel | 'default', isMuted = false): RoomRules {
  return {
    override: level === 'none' || isMuted ? 'quiet' : undefined,
    room: level === 'all' ? 'notify' : level === 'mentions' ? 'quiet' : undefined,
  };
}
