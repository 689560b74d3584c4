import { FIGURE_ORDERS, MEDIA_ORDERS } from '../../../media/index.ts';
import { invalidParam } from '../../../protocol/errors.ts';
import { customEndpoint } from '../../endpoint.ts';
import { enumQuery, integerQuery, textQuery } from '../../request-values.ts';
import { presentMedia } from './present-media.ts';

/** What was uploaded, in Synapse's form: admin API, "Media" and "Users' media usage statistics". */
const V1 = '/_synapse/admin/v1';
const DEFAULT_LIMIT = 100;
const MOST_ROWS = 1000;

export const getMedia = customEndpoint(
  { name: 'adminGetMedia', method: 'GET', path: `${V1}/media/{serverName}/{mediaId}`, auth: 'admin' },
  async ({ params: { serverName: origin, mediaId }, services }) => {
    const media = await services.media.moderation.get({ origin, mediaId });
    const isOwn = origin === services.serverName;
    return {
      media_info: {
        ...presentMedia(media, media.userId),
        media_origin: isOwn ? null : origin,
        filesystem_id: null,
        ...(isOwn ? {} : { safe_from_quarantine: null }),
      },
    };
  },
);

export const listMediaInRoom = customEndpoint(
  { name: 'adminListMediaInRoom', method: 'GET', path: `${V1}/room/{roomId}/media`, auth: 'admin' },
  ({ params, services }) => services.media.moderation.inRoom(params.roomId),
);

/** Which page of a user's uploads: the newest first, unless something is said of the order. */
export function pageOfUploads(query: URLSearchParams) {
  const order = enumQuery(query, 'order_by', MEDIA_ORDERS);
  const direction = enumQuery(query, 'dir', ['f', 'b']);
  return {
    order: order ?? ('created_ts' as const),
    descending: direction === 'b' || (order === undefined && direction === undefined),
    offset: integerQuery(query, 'from') ?? 0,
    limit: integerQuery(query, 'limit', { most: MOST_ROWS }) ?? DEFAULT_LIMIT,
  };
}

export const listMediaOfUser = customEndpoint(
  { name: 'adminListMediaOfUser', method: 'GET', path: `${V1}/users/{userId}/media`, auth: 'admin' },
  async ({ params: { userId }, query, services }) => {
    const { userNid } = await services.accounts.userAdministration.get(userId);
    const page = pageOfUploads(query);
    const { media, total } = await services.media.moderation.ofUser(userNid, page);
    const next = page.offset + media.length;
    return {
      media: media.map((one) => presentMedia(one, userId)),
      total,
      ...(next < total ? { next_token: next } : {}),
    };
  },
);

export const listMediaFigures = customEndpoint(
  { name: 'adminListMediaFigures', method: 'GET', path: `${V1}/statistics/users/media`, auth: 'admin' },
  async ({ query, services }) => {
    const fromTs = integerQuery(query, 'from_ts') ?? 0;
    const untilTs = integerQuery(query, 'until_ts') ?? Number.MAX_SAFE_INTEGER;
    if (untilTs <= fromTs) throw invalidParam('until_ts must be greater than from_ts');
    if (query.get('search_term') === '') throw invalidParam('search_term must not be empty');
    const offset = integerQuery(query, 'from') ?? 0;
    const { users, total } = await services.media.moderation.figures(
      { term: textQuery(query, 'search_term') ?? '', fromTs, untilTs },
      {
        order: enumQuery(query, 'order_by', FIGURE_ORDERS) ?? 'user_id',
        descending: enumQuery(query, 'dir', ['f', 'b']) === 'b',
        offset,
        limit: integerQuery(query, 'limit', { most: MOST_ROWS }) ?? DEFAULT_LIMIT,
      },
    );
    const next = offset + users.length;
    return {
      users: users.map(({ userId, profile, files, bytes }) => ({
        user_id: userId,
        displayname: displayNameIn(profile),
        media_count: files,
        media_length: bytes,
      })),
      total,
      ...(next < total ? { next_token: next } : {}),
    };
  },
);

function displayNameIn(profile: string | null): string | null {
  const { displayname } = JSON.parse(profile ?? '{}') as { displayname?: string };
  return displayname ?? null;
}
