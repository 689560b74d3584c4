import type { Endpoint } from '../endpoint.ts';
import { deleteChannel, deleteGuild } from './close.ts';
import { getMailConfirmation, postMailConfirmation } from './confirm-mail.ts';
import { postChannel } from './create-channel.ts';
import { postGuild } from './create-guild.ts';
import { deleteInvite, getInvite, getInvitePicture, getInvites, postInvite, postRedeem } from './invites.ts';
import { putChannelPlace } from './move-channel.ts';
import { getRegistration } from './registration.ts';

/** Guilds: what Matrix lacks, under `/_guildhall/client/v1`. Documented in `docs/guildhall-api.md`. */
export const guildhallEndpoints: readonly Endpoint[] = [
  postGuild,
  deleteGuild,
  postChannel,
  deleteChannel,
  putChannelPlace,
  postInvite,
  getInvites,
  deleteInvite,
  getInvite,
  getInvitePicture,
  postRedeem,
  getRegistration,
  getMailConfirmation,
  postMailConfirmation,
];
