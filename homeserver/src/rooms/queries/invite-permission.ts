import type { RoomsContext } from '../context.ts';

/** The account data in which users say who may invite them. */
export const INVITE_PERMISSION_TYPE = 'm.invite_permission_config';

/**
 * Whether a local user wants no invites.
 *
 * Source: Client-Server API v1.19, "Invite permission".
 */
export async function blocksInvites({ storage }: RoomsContext, userNid: number): Promise<boolean> {
  const text = await storage.accountData.get({ userNid, roomNid: 0, type: INVITE_PERMISSION_TYPE });
  if (text === undefined) return false;
  const { default_action: action } = JSON.parse(text) as { default_action?: unknown };
  return action === 'block';
}
