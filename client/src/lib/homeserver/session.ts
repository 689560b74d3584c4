import { asObject, asString } from '../parse.ts';

/** What is needed to speak to the homeserver as one device of one person. */
export interface Session {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

const storageKey = 'guildhall.session';

function parseSession(value: unknown): Session | undefined {
  const fields = asObject(value);
  const userId = asString(fields?.userId);
  const deviceId = asString(fields?.deviceId);
  const accessToken = asString(fields?.accessToken);
  if (userId === undefined || deviceId === undefined || accessToken === undefined) return undefined;
  return { userId, deviceId, accessToken };
}

/** The session kept in this browser, if there is one. */
export function loadSession(): Session | undefined {
  const stored = localStorage.getItem(storageKey);
  if (stored === null) return undefined;
  try {
    return parseSession(JSON.parse(stored));
  } catch {
    return undefined;
  }
}

const watchers = new Set<() => void>();

export function saveSession(session: Session): void {
  localStorage.setItem(storageKey, JSON.stringify(session));
  for (const handleChange of watchers) handleChange();
}

/** What this browser keeps although nobody is logged in: how it looks has nothing to do with who somebody is. */
const impersonalKeys: readonly string[] = ['guildhall.theme', 'guildhall.appearance'];

/** What belongs to this application among the keys of the origin; the second is the Matrix SDK's. */
const keyPrefixes: readonly string[] = ['guildhall.', 'mxjssdk_'];

/** Forgets the session, and with it drafts and whatever else this browser remembers of a person. */
export function clearSession(): void {
  for (const key of Object.keys(localStorage)) {
    const isOurs = keyPrefixes.some((prefix) => key.startsWith(prefix));
    if (isOurs && !impersonalKeys.includes(key)) localStorage.removeItem(key);
  }
  for (const handleChange of watchers) handleChange();
}

/** Calls back when this tab or another one logs in or out. Returns the function that stops it. */
export function watchSession(handleChange: () => void): () => void {
  const handleStorage = (event: StorageEvent): void => {
    if (event.key === storageKey || event.key === null) handleChange();
  };
  watchers.add(handleChange);
  window.addEventListener('storage', handleStorage);
  return () => {
    watchers.delete(handleChange);
    window.removeEventListener('storage', handleStorage);
  };
}
