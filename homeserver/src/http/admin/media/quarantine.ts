import { invalidParam } from '../../../protocol/errors.ts';
import { customEndpoint } from '../../endpoint.ts';
import { integerQuery } from '../../request-values.ts';

/** What is withdrawn and protected, in Synapse's form: admin API, "Quarantine media". */
const V1 = '/_synapse/admin/v1';
const MOST_CHANGES = 100;

export const quarantineMedia = customEndpoint(
  {
    name: 'adminQuarantineMedia',
    method: 'POST',
    path: `${V1}/media/quarantine/{serverName}/{mediaId}`,
    auth: 'admin',
  },
  async ({ params: { serverName: origin, mediaId }, requester, services }) => {
    await services.media.moderation.quarantine({ origin, mediaId }, requester.userId);
    return {};
  },
);

export const releaseMedia = customEndpoint(
  {
    name: 'adminReleaseMedia',
    method: 'POST',
    path: `${V1}/media/unquarantine/{serverName}/{mediaId}`,
    auth: 'admin',
  },
  async ({ params: { serverName: origin, mediaId }, services }) => {
    await services.media.moderation.release({ origin, mediaId });
    return {};
  },
);

export const quarantineMediaOfUser = customEndpoint(
  {
    name: 'adminQuarantineMediaOfUser',
    method: 'POST',
    path: `${V1}/user/{userId}/media/quarantine`,
    auth: 'admin',
  },
  async ({ params: { userId }, requester, services }) => {
    const { userNid } = await services.accounts.userAdministration.get(userId);
    const count = await services.media.moderation.quarantineOfUser(userNid, requester.userId);
    return { num_quarantined: count };
  },
);

export const quarantineMediaInRoom = customEndpoint(
  {
    name: 'adminQuarantineMediaInRoom',
    method: 'POST',
    path: `${V1}/room/{roomId}/media/quarantine`,
    aliases: [`${V1}/quarantine_media/{roomId}`],
    auth: 'admin',
  },
  async ({ params: { roomId }, requester, services }) => {
    const count = await services.media.moderation.quarantineInRoom(roomId, requester.userId);
    return { num_quarantined: count };
  },
);

export const listQuarantineChanges = customEndpoint(
  {
    name: 'adminListQuarantineChanges',
    method: 'GET',
    path: `${V1}/media/quarantine_changes`,
    auth: 'admin',
  },
  async ({ query, services }) => {
    const from = integerQuery(query, 'from') ?? 0;
    const { changes, newest } = await services.media.moderation.changes(from, MOST_CHANGES);
    if (from > newest) throw invalidParam('There has been no change that is so new');
    return {
      next_batch: changes.at(-1)?.changeId ?? newest,
      changes: changes.map(({ origin, mediaId, quarantined }) => ({
        origin,
        media_id: mediaId,
        quarantined: quarantined === 1,
      })),
    };
  },
);

export const protectMedia = customEndpoint(
  { name: 'adminProtectMedia', method: 'POST', path: `${V1}/media/protect/{mediaId}`, auth: 'admin' },
  async ({ params, services }) => {
    await services.media.moderation.setProtected(params.mediaId, true);
    return {};
  },
);

export const unprotectMedia = customEndpoint(
  { name: 'adminUnprotectMedia', method: 'POST', path: `${V1}/media/unprotect/{mediaId}`, auth: 'admin' },
  async ({ params, services }) => {
    await services.media.moderation.setProtected(params.mediaId, false);
    return {};
  },
);
