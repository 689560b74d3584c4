import { HomeserverError, requestJson } from './http.ts';
import { listSessions, type Session } from './session.ts';

/** What became of a session that the server said was over: it is, another tab goes on with it, or has logged out. */
export type Fate = 'over' | 'goes-on' | 'logged-out';

/** How long another tab that renews the tokens at this moment has to keep them, and between two tries, in ms. */
const patience = 2000;

/**
 * Finds out whether a session is really over: of two tabs that renew the tokens of one session, the server refuses
 * the later, and may refuse both what they had before. Waits for as long as the server cannot be reached.
 */
export async function findFate({ deviceId }: Session, wait = waitFor): Promise<Fate> {
  const findKept = () => listSessions().find((kept) => kept.deviceId === deviceId);
  for (;;) {
    const known = findKept();
    if (known && !known.oauth) return 'over';
    if (known) await wait(patience);
    const kept = findKept();
    if (!kept) return 'logged-out';
    try {
      await requestJson('GET', '/_matrix/client/v3/account/whoami', kept);
      return 'goes-on';
    } catch (error) {
      if (error instanceof HomeserverError && error.httpStatus === 401) return 'over';
    }
  }
}

function waitFor(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
