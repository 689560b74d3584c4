import { notFound } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';

/**
 * The endpoints that ask for no token are frozen: they may only give out what was uploaded before the server
 * required one (Client-Server API v1.11, "Content repository"). Nothing here is that old.
 */
function refuse(): never {
  throw notFound('Use /_matrix/client/v1/media, with an access token');
}

export const getLegacyContent = endpoint('getContent', {}, refuse);
export const getLegacyContentOverrideName = endpoint('getContentOverrideName', {}, refuse);
export const getLegacyContentThumbnail = endpoint('getContentThumbnail', {}, refuse);
