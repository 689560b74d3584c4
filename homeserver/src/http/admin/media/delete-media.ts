import { invalidParam, MatrixError, missingParam } from '../../../protocol/errors.ts';
import { customEndpoint } from '../../endpoint.ts';
import { booleanQuery, integerQuery } from '../../request-values.ts';
import { pageOfUploads } from './look-at-media.ts';

/** Media deleted for good, in Synapse's form: admin API, "Delete local media" and "Purge Remote Media API". */
const V1 = '/_synapse/admin/v1';
/** December 1970 in milliseconds, and centuries from now in seconds: who sends less has mistaken the unit. */
const LEAST_TS = 30_000_000_000;

export const deleteMedia = customEndpoint(
  { name: 'adminDeleteMedia', method: 'DELETE', path: `${V1}/media/{serverName}/{mediaId}`, auth: 'admin' },
  async ({ params: { serverName: origin, mediaId }, services }) => {
    requireOwn(origin, services.serverName);
    const media = await services.media.moderation.get({ origin, mediaId });
    await services.media.removal.delete([media]);
    return deleted([mediaId]);
  },
);

/** The path with a server is there for old scripts. */
export const deleteOldMedia = customEndpoint(
  {
    name: 'adminDeleteOldMedia',
    method: 'POST',
    path: `${V1}/media/{serverName}/delete`,
    aliases: [`${V1}/media/delete`],
    auth: 'admin',
    body: 'none',
  },
  async ({ params, query, services, signal }) => {
    if (params.serverName !== '') requireOwn(params.serverName, services.serverName);
    const beforeTs = timeBefore(query);
    const largerThan = integerQuery(query, 'size_gt') ?? 0;
    const keepsPictures = booleanQuery(query, 'keep_profiles') ?? true;
    const old = { sort: 'local' as const, beforeTs, largerThan, keepsPictures };
    const mediaIds = await services.media.removal.deleteOld(old, signal);
    return deleted(mediaIds);
  },
);

/** As many as a page of the list has: 100 unless given. */
export const deleteMediaOfUser = customEndpoint(
  { name: 'adminDeleteMediaOfUser', method: 'DELETE', path: `${V1}/users/{userId}/media`, auth: 'admin' },
  async ({ params: { userId }, query, services }) => {
    const { userNid } = await services.accounts.userAdministration.get(userId);
    const { media } = await services.media.moderation.ofUser(userNid, pageOfUploads(query));
    await services.media.removal.delete(media);
    return deleted(media.map(({ mediaId }) => mediaId));
  },
);

export const purgeMediaCache = customEndpoint(
  {
    name: 'adminPurgeMediaCache',
    method: 'POST',
    path: `${V1}/purge_media_cache`,
    auth: 'admin',
    body: 'none',
  },
  async ({ query, services, signal }) => {
    const beforeTs = timeBefore(query);
    const old = { sort: 'remote' as const, beforeTs, largerThan: -1, keepsPictures: false };
    const mediaIds = await services.media.removal.deleteOld(old, signal);
    return { deleted: mediaIds.length };
  },
);

function timeBefore(query: URLSearchParams): number {
  const beforeTs = integerQuery(query, 'before_ts');
  if (beforeTs === undefined) throw missingParam('The query parameter before_ts is missing');
  if (beforeTs < LEAST_TS) throw invalidParam('before_ts is in the year 1970: it counts milliseconds');
  return beforeTs;
}

function requireOwn(origin: string, serverName: string): void {
  if (origin !== serverName)
    throw new MatrixError(400, 'M_UNKNOWN', 'Only media of this server can be deleted');
}

function deleted(mediaIds: readonly string[]): object {
  return { deleted_media: mediaIds, total: mediaIds.length };
}
