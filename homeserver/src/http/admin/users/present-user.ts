import type { UserDetails } from '../../../accounts/index.ts';

/** A user in Synapse's form, without what a list leaves out. */
export function presentListedUser(
  user: Omit<UserDetails, 'threePids' | 'upstreamAccounts'>,
): Record<string, unknown> {
  const { displayname, avatar_url: avatarUrl } = JSON.parse(user.profile ?? '{}') as Record<string, unknown>;
  return {
    name: user.userId,
    is_guest: user.guest === 1,
    admin: user.admin === 1,
    user_type: user.userType,
    deactivated: user.deactivatedTs !== null,
    erased: user.erased === 1,
    shadow_banned: false,
    locked: user.locked === 1,
    suspended: user.suspended === 1,
    approved: true,
    displayname: displayname ?? null,
    avatar_url: avatarUrl ?? null,
    creation_ts: user.createdTs,
    last_seen_ts: user.lastSeenTs,
  };
}

/** A user with all that Synapse tells; what there is nothing of here is told as nothing. */
export function presentUser(user: UserDetails): Record<string, unknown> {
  return {
    ...presentListedUser(user),
    threepids: user.threePids.map(({ medium, address, addedTs, validatedTs }) => ({
      medium,
      address,
      added_at: addedTs,
      validated_at: validatedTs,
    })),
    external_ids: user.upstreamAccounts.map(({ provider, subject }) => ({
      auth_provider: provider,
      external_id: subject,
    })),
    appservice_id: null,
    consent_server_notice_sent: null,
    consent_version: null,
    consent_ts: null,
  };
}
