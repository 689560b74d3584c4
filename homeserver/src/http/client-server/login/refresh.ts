import { endpoint } from '../../endpoint.ts';
import { presentTokens } from './present-session.ts';

/** Gives a new access token, and a new refresh token, for a refresh token. */
export const refresh = endpoint('refresh', { limit: 'tokenRefresh' }, async ({ body, services }) =>
  presentTokens(await services.accounts.sessions.refresh(body.refresh_token)),
);
