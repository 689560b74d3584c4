import { createHmac } from 'node:crypto';
import { type Endpoint, endpoint } from '../../endpoint.ts';

/** How long credentials last, in seconds. */
const LIFETIME_S = 86_400;

/**
 * Credentials for the TURN servers, in the form that coturn checks with a shared secret: a name that says until when,
 * and its HMAC. Without TURN servers the answer is empty, as Synapse's: clients then do without.
 */
const getTurnServer = endpoint('getTurnServer', { limit: 'search' }, ({ requester, services }) => {
  const { turn, clock } = services;
  if (turn === undefined) return {};
  const username = `${Math.floor(clock.now() / 1000) + LIFETIME_S}:${requester.userId}`;
  const password = createHmac('sha1', turn.secret).update(username).digest('base64');
  return { username, password, uris: turn.uris, ttl: LIFETIME_S };
});

export const voipEndpoints: readonly Endpoint[] = [getTurnServer];
