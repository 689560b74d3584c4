/** The content repository: uploads, downloads and thumbnails. */

export { FIGURE_ORDERS, MEDIA_ORDERS, type StoredMedia } from '../storage/index.ts';
export { createMedia, type Media } from './create-media.ts';
export type { MediaContent, MediaRequest } from './media-library.ts';
export type { RemoteContent, RemoteMedia, RemoteMediaRequest } from './remote-media.ts';
export { contentHeaders } from './served-content.ts';
export { THUMBNAIL_METHODS } from './thumbnail-size.ts';
export type { Upload } from './uploads.ts';
