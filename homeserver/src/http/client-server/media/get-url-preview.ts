import { endpoint } from '../../endpoint.ts';
import { requiredQuery } from '../../request-values.ts';

/** `ts` asks for a page as it was: as in Synapse, what is there now stands for that. */
export const getUrlPreview = endpoint(
  'getUrlPreviewAuthed',
  { limit: 'urlPreview' },
  ({ query, request, services }) =>
    services.media.previews.preview(requiredQuery(query, 'url'), request.headers['accept-language']),
);

/** The path of before v1.11; a token is asked for as well. */
export const getUrlPreviewLegacy = endpoint(
  'getUrlPreview',
  { limit: 'urlPreview', aliases: ['/_matrix/media/v1/preview_url'] },
  ({ query, request, services }) =>
    services.media.previews.preview(requiredQuery(query, 'url'), request.headers['accept-language']),
);
