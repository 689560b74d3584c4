import type { JsonObject } from '../../protocol/canonical-json.ts';
import { invalidParam, MatrixError } from '../../protocol/errors.ts';
import { domainOf, isUserId } from '../../protocol/identifiers.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import { untilComplete } from '../full-state.ts';
import { invitePermissionOf } from '../queries/invite-permission.ts';
import { joinedRoom } from '../room-access.ts';
import { refuseBanned } from './bans.ts';
import { requireEnterable } from './block-room.ts';
import type { SendTarget } from './send-event.ts';

/** What an invite may carry. */
export interface InviteOptions {
  readonly reason?: string | undefined;
  /** For a direct chat. */
  readonly isDirect?: boolean;
  /** The invited user has asked for it: it goes ahead even if they block invites. */
  readonly isAskedFor?: boolean;
  /** The content of a `PUT` of the state, whose other keys are kept. */
  readonly content?: JsonObject;
}

/**
 * Invites a user of this server, or of another one, which has to sign it first.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/invite`.
 * @throws MatrixError 403 `M_FORBIDDEN`, `M_INVITE_BLOCKED`; 400 `M_INVALID_PARAM` for something that is no user ID, or a user of another
 * server where there is no federation; what the other server says.
 */
export async function inviteUser(
  context: RoomsContext,
  { roomId, sender, originServerTs }: SendTarget,
  userId: string,
  options: InviteOptions = {},
): Promise<string> {
  await requireInvitable(context, sender, userId, options);
  await requireEnterable(context, roomId);
  const room = await joinedRoom(context, roomId, sender);
  await untilComplete(context, room);
  const content = await inviteContent(context, userId, options);
  if (domainOf(userId) !== context.serverName && context.otherServers !== undefined) {
    return context.otherServers.invite({ roomId, sender, userId, content, originServerTs });
  }
  return changeRoom(context, room, async (chain) => {
    await refuseBanned(chain, userId);
    const draft = { type: 'm.room.member', sender, stateKey: userId, content, originServerTs };
    const event = await chain.appendState(draft);
    return event.eventId;
  });
}

/**
 * @throws MatrixError unless the user can be invited: a well-formed ID, of this server where it does not federate; 403
 * `M_INVITE_BLOCKED` for somebody who wants no invites by the inviter.
 */
export async function requireInvitable(
  context: RoomsContext,
  inviter: string,
  userId: string,
  { isAskedFor = false }: Pick<InviteOptions, 'isAskedFor'> = {},
): Promise<void> {
  if (!isUserId(userId)) throw invalidParam(`${userId} is not a user ID`);
  if (domainOf(userId) !== context.serverName) {
    if (context.otherServers !== undefined) return;
    throw invalidParam(`${userId} is on another server, and this one does not federate`);
  }
  // As Synapse, also if there is no such account: nobody learns which names there are, and who takes it is invited.
  if (!(await context.profiles.exists(userId))) await context.appServices.makeUser(userId);
  if (isAskedFor) return;
  const invites = await invitePermissionOf(context, await context.storage.strings.intern(userId));
  if (invites(inviter) !== 'block') return;
  throw new MatrixError(403, 'M_INVITE_BLOCKED', `${userId} wants no invites`);
}

/** The content of an invite: what the inviter gave, and the invited person's profile. */
export async function inviteContent(
  context: RoomsContext,
  userId: string,
  { reason, isDirect, content = {} }: InviteOptions,
): Promise<JsonObject> {
  const profile = await context.profiles.profileOf(userId);
  return {
    ...content,
    ...(profile.displayname === undefined ? {} : { displayname: profile.displayname }),
    ...(profile.avatar_url === undefined ? {} : { avatar_url: profile.avatar_url }),
    ...(reason === undefined ? {} : { reason }),
    ...(isDirect === true ? { is_direct: true } : {}),
    membership: 'invite',
  };
}
