import { THUMBNAIL_METHODS } from '../../../media/index.ts';
import { missingParam } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';
import { booleanQuery, enumQuery, integerQuery } from '../../request-values.ts';
import { mediaRequest } from './media-request.ts';
import { serveFile } from './served-file.ts';

export const getContentThumbnail = endpoint('getContentThumbnailAuthed', {}, async (call) => {
  const { query, services } = call;
  const width = integerQuery(query, 'width', { least: 1 });
  const height = integerQuery(query, 'height', { least: 1 });
  if (width === undefined || height === undefined) {
    throw missingParam('A thumbnail needs the query parameters width and height');
  }
  const method = enumQuery(query, 'method', THUMBNAIL_METHODS) ?? 'scale';
  const isAnimated = booleanQuery(query, 'animated') ?? false;
  const { library } = services.media;
  const thumbnail = await library.findThumbnail(mediaRequest(call), { width, height, method }, isAnimated);
  return serveFile(library, thumbnail, call.request);
});
