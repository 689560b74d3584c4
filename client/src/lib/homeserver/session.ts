import { asArray, asObject, asString } from '../parse.ts';

/** What is needed to speak to a homeserver as one device of one person. */
export interface Session {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
  /** Where the homeserver is, without a slash at the end. */
  readonly baseUrl: string;
  /** What a session that was begun by OAuth needs to go on when its access token has run out. */
  readonly oauth?: { readonly clientId: string; readonly refreshToken: string };
}

/** What is known of a session that is over. */
export type EndedSession = Pick<Session, 'userId' | 'baseUrl'>;

/** What a request as somebody takes. */
export type Access = Pick<Session, 'accessToken' | 'baseUrl'>;

/** All accounts of this browser, in the order in which they came. */
const accountsKey = 'guildhall.accounts';
/** Whose account is open: of the tab in its own storage, of new tabs in that of the browser. */
const openKey = 'guildhall.open-account';
/** Who was here until their session ended, for the log-in page: nothing that a link could claim. */
const endedKey = 'guildhall.ended';
/** Where the only account was kept before there could be several. */
const oldKey = 'guildhall.session';

/** What belongs to each account by itself. Before there could be several, it was kept without a name at the end. */
const personalKeys: readonly string[] = ['guildhall.preferences', 'guildhall.drafts'];

/** What this browser keeps although nobody is logged in: how it looks has nothing to do with who somebody is. */
const impersonalKeys: readonly string[] = ['guildhall.theme', 'guildhall.appearance'];

/** What belongs to this application among the keys of the origin; the second is the Matrix SDK's. */
const keyPrefixes: readonly string[] = ['guildhall.', 'mxjssdk_'];

function parseSession(value: unknown): Session | undefined {
  const fields = asObject(value);
  const userId = asString(fields?.userId);
  const deviceId = asString(fields?.deviceId);
  const accessToken = asString(fields?.accessToken);
  if (userId === undefined || deviceId === undefined || accessToken === undefined) return undefined;
  const oauth = asObject(fields?.oauth);
  const clientId = asString(oauth?.clientId);
  const refreshToken = asString(oauth?.refreshToken);
  return {
    userId,
    deviceId,
    accessToken,
    baseUrl: asString(fields?.baseUrl) ?? window.location.origin,
    ...(clientId !== undefined && refreshToken !== undefined && { oauth: { clientId, refreshToken } }),
  };
}

function readJson(key: string, storage = localStorage): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null');
  } catch {
    return undefined;
  }
}

/** The accounts that this browser is logged in to. */
export function listSessions(): readonly Session[] {
  return asArray(readJson(accountsKey)).flatMap((value) => parseSession(value) ?? []);
}

function keep(sessions: readonly Session[]): void {
  if (sessions.length === 0) localStorage.removeItem(accountsKey);
  else localStorage.setItem(accountsKey, JSON.stringify(sessions));
}

/** The account that is open in this tab: the one it was opened for, else the one that was opened last. */
export function loadSession(): Session | undefined {
  const sessions = listSessions();
  const openIds = [sessionStorage.getItem(openKey), localStorage.getItem(openKey)];
  const isOpen = (id: string | null) => sessions.find(({ userId }) => userId === id);
  return openIds.map(isOpen).find((session) => session !== undefined) ?? sessions[0];
}

/** The account that a new page is of, for as long as its tab is there: other tabs may open others meanwhile. */
export function beginPage(): Session | undefined {
  const session = loadSession();
  if (session) sessionStorage.setItem(openKey, session.userId);
  return session;
}

/** Opens an account in this tab. A new page has to be loaded then: a page is of one account for all its life. */
export function openAccount(userId: string): void {
  sessionStorage.removeItem(endedKey);
  sessionStorage.setItem(openKey, userId);
  localStorage.setItem(openKey, userId);
}

/** Keeps a session beside those of other accounts, and opens it in this tab. */
export function saveSession(session: Session): void {
  keepSession(session);
  openAccount(session.userId);
}

/** Keeps the new tokens of a session, unless somebody has logged out of it meanwhile. */
export function keepTokens(session: Session): void {
  const sessions = listSessions();
  if (!sessions.some(({ deviceId }) => deviceId === session.deviceId)) return;
  keep(sessions.map((known) => (known.deviceId === session.deviceId ? session : known)));
}

/** Keeps a session in place of the one of the same account. */
function keepSession(session: Session): void {
  const sessions = listSessions();
  const isKnown = sessions.some(({ userId }) => userId === session.userId);
  keep(
    isKnown
      ? sessions.map((known) => (known.userId === session.userId ? session : known))
      : [...sessions, session],
  );
}

/** Forgets a session that its server has ended. Drafts and the like stay for when the person is back. */
export function dropEndedSession({ userId, baseUrl }: EndedSession): void {
  dropSession(userId);
  sessionStorage.setItem(endedKey, JSON.stringify({ userId, baseUrl }));
}

/** Whose session has ended in this tab, if they have not logged in again. */
export function readEndedSession(): EndedSession | undefined {
  const fields = asObject(readJson(endedKey, sessionStorage));
  const userId = asString(fields?.userId);
  const baseUrl = asString(fields?.baseUrl);
  return userId === undefined || baseUrl === undefined ? undefined : { userId, baseUrl };
}

function dropSession(userId: string): void {
  keep(listSessions().filter((session) => session.userId !== userId));
  for (const storage of [sessionStorage, localStorage])
    if (storage.getItem(openKey) === userId) storage.removeItem(openKey);
}

/**
 * Forgets an account, and with it drafts and whatever else this browser remembers of the person. With the last account
 * goes all that is not how the client looks.
 */
export function forgetAccount(userId: string): void {
  dropSession(userId);
  const isEmpty = listSessions().length === 0;
  for (const key of Object.keys(localStorage)) {
    const isOurs = keyPrefixes.some((prefix) => key.startsWith(prefix)) && !impersonalKeys.includes(key);
    if (key.endsWith(`.${userId}`) || (isEmpty && isOurs)) localStorage.removeItem(key);
  }
}

let pageUserId: string | undefined;

/** The name under which the browser keeps something for the account that this page is of, even when it is over. */
export function nameForAccount(key: string): string {
  pageUserId ??= loadSession()?.userId;
  return pageUserId === undefined ? key : `${key}.${pageUserId}`;
}

/** Makes the only account of before one of several, with what it kept. To be called before anything is read. */
export function adoptOldSession(): void {
  const session = parseSession(readJson(oldKey));
  localStorage.removeItem(oldKey);
  if (!session) return;
  saveSession(session);
  for (const key of personalKeys) {
    const value = localStorage.getItem(key);
    localStorage.removeItem(key);
    if (value !== null) localStorage.setItem(`${key}.${session.userId}`, value);
  }
}

/** Calls back when another tab logs in or out, or keeps new tokens. Returns the function that stops it. */
export function watchSessions(handleChange: () => void): () => void {
  const handleStorage = (event: StorageEvent): void => {
    if (event.key === accountsKey || event.key === null) handleChange();
  };
  window.addEventListener('storage', handleStorage);
  return () => window.removeEventListener('storage', handleStorage);
}
