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
 * What holds for a channel now. A place that is muted is quiet with everything in it; else the nearest level counts.
 * @returns undefined where nothing was wished for, `default` where a wish went back to what is usual.
 */
export function resolveLevel(
  { rooms }: NotificationWishes,
  path: PlacePath,
  now: number,
): NotificationLevel | 'default' | undefined {
  const wishes = path.flatMap((roomId) => rooms[roomId] ?? []);
  if (wishes.some(({ mutedUntil = 0 }) => mutedUntil > now)) return 'none';
  const level = wishes.find((wish) => wish.level !== undefined)?.level;
  return level ?? (wishes.length > 0 ? 'default' : undefined);
}

/** When the next mute ends, in milliseconds. */
export function findNextEnd({ rooms }: NotificationWishes, now: number): number | undefined {
  const ends = Object.values(rooms).flatMap(({ mutedUntil = 0 }) => (mutedUntil > now ? [mutedUntil] : []));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** The push rules of a room that stand for a level (Matrix 1.19, "Push rules"): undefined for no such rule. */
export interface RoomRules {
  /** Of kind `override`, before everything else, mentions included. */
  readonly override: 'quiet' | undefined;
  /** Of kind `room`, after mentions. */
  readonly room: 'notify' | 'quiet' | undefined;
}

export function rulesOf(level: NotificationLevel | 'default'): RoomRules {
  return {
    override: level === 'none' ? 'quiet' : undefined,
    room: level === 'all' ? 'notify' : level === 'mentions' ? 'quiet' : undefined,
  };
}
