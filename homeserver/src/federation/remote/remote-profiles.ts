import type { RemoteProfiles } from '../../accounts/index.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';

/** How long a client waits for a profile. */
const TIME_LIMIT_MS = 10_000;
const LARGEST_PROFILE_BYTES = 1_000_000;

/**
 * Asks other servers for the profiles of their users.
 *
 * Source: Server-Server API v1.19, `GET /query/profile`.
 * @param context is there when the first profile is asked for.
 */
export function remoteProfilesThrough(context: () => FederationContext): RemoteProfiles {
  return {
    async profileOf(userId) {
      const { client, logger } = context();
      try {
        return await client.request({
          destination: domainOf(userId),
          method: 'GET',
          path: `/_matrix/federation/v1/query/profile?user_id=${encodeURIComponent(userId)}`,
          maxBytes: LARGEST_PROFILE_BYTES,
          timeLimitMs: TIME_LIMIT_MS,
          isUrgent: true,
        });
      } catch (error) {
        if (!(error instanceof FederationError)) throw error;
        logger.debug('a server did not tell a profile', { userId, error });
        return undefined;
      }
    },
  };
}
