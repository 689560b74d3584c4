/** The content repository: uploads, downloads and thumbnails. */
export { createMedia, type Media, type MediaOptions } from './create-media.ts';
export type { MediaContent, MediaRequest } from './media-library.ts';
export { contentHeaders } from './served-content.ts';
export { THUMBNAIL_METHODS, type ThumbnailMethod, type ThumbnailSize } from './thumbnail-size.ts';
export type { Reservation, Upload } from './uploads.ts';
