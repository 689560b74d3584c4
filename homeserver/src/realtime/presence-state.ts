/** Source: Client-Server API v1.19, "Presence". */
export const PRESENCE_STATES = ['online', 'unavailable', 'offline'] as const;
export type PresenceState = (typeof PRESENCE_STATES)[number];

/** Without activity for this long, somebody who is online counts as unavailable. */
const IDLE_AFTER_MS = 5 * 60_000;
/** Somebody who has stopped asking for news counts as offline after this long. */
const OFFLINE_AFTER_MS = 30_000;

/**
 * What is known of one user, from which the presence at any time follows. All of it changes through the functions
 * below; times are milliseconds since the Unix epoch, infinite while a sync is waiting.
 */
export interface Attendance {
  /** Syncs on their way, by the presence that they ask for. */
  readonly syncs: { online: number; unavailable: number };
  onlineUntil: number;
  unavailableUntil: number;
  lastActiveTs: number | undefined;
  /** Has said so, and not done anything since. */
  declaredIdle: boolean;
  /** Has said to be offline; the next sync that asks for another presence ends it. */
  declaredOffline: boolean;
}

export function newAttendance(): Attendance {
  return {
    syncs: { online: 0, unavailable: 0 },
    onlineUntil: 0,
    unavailableUntil: 0,
    lastActiveTs: undefined,
    declaredIdle: false,
    declaredOffline: false,
  };
}

/** A device has begun to wait for news, and asks to be shown so. */
export function beginSync(user: Attendance, presence: 'online' | 'unavailable', now: number): void {
  user.declaredOffline = false;
  // A device that comes back to online is in somebody's hands; one that stays so need not be.
  if (presence === 'online' && now >= user.onlineUntil) noteActivity(user, now);
  user.syncs[presence] += 1;
  if (presence === 'online') user.onlineUntil = Infinity;
  else user.unavailableUntil = Infinity;
}

/** The device's wait has ended; it stays present for as long as it takes to come back. */
export function endSync(user: Attendance, presence: 'online' | 'unavailable', now: number): void {
  user.syncs[presence] -= 1;
  if (user.syncs[presence] > 0) return;
  if (presence === 'online') user.onlineUntil = now + OFFLINE_AFTER_MS;
  else user.unavailableUntil = now + OFFLINE_AFTER_MS;
}

/** The user has done something. */
export function noteActivity(user: Attendance, now: number): void {
  user.lastActiveTs = now;
  user.declaredIdle = false;
}

/** The user has said so, by `PUT presence`. */
export function declarePresence(user: Attendance, presence: PresenceState, now: number): void {
  user.declaredOffline = presence === 'offline';
  user.declaredIdle = presence === 'unavailable';
  if (presence === 'online') {
    noteActivity(user, now);
    user.onlineUntil = Math.max(user.onlineUntil, now + OFFLINE_AFTER_MS);
  }
  if (presence === 'unavailable') {
    user.unavailableUntil = Math.max(user.unavailableUntil, now + OFFLINE_AFTER_MS);
  }
}

/** The user's presence at a time. */
export function presenceAt(user: Attendance, now: number): PresenceState {
  const isOnline = now < user.onlineUntil;
  if (user.declaredOffline || !(isOnline || now < user.unavailableUntil)) return 'offline';
  const isIdle = user.declaredIdle || now >= (user.lastActiveTs ?? 0) + IDLE_AFTER_MS;
  return isOnline && !isIdle ? 'online' : 'unavailable';
}

/** When the presence may change by itself next; infinite if it does not. */
export function nextChangeAfter(user: Attendance, now: number): number {
  const ends = [user.onlineUntil, user.unavailableUntil, (user.lastActiveTs ?? 0) + IDLE_AFTER_MS];
  return Math.min(Infinity, ...ends.filter((end) => end > now));
}
