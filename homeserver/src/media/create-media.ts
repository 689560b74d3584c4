import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { BlobStore, Storage } from '../storage/index.ts';
import { Arrivals } from './arrivals.ts';
import { MediaLibrary } from './media-library.ts';
import { Uploads } from './uploads.ts';

export interface MediaOptions {
  readonly storage: Pick<Storage, 'database' | 'media'>;
  /** Where the bytes are kept. */
  readonly blobs: BlobStore;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxUploadBytes: number;
}

/** The content repository. */
export interface Media {
  readonly uploads: Uploads;
  readonly library: MediaLibrary;
  readonly maxUploadBytes: number;
}

export function createMedia(options: MediaOptions): Media {
  const arrivals = new Arrivals();
  options.storage.database.onInvalidated('uploads', (mediaId) => arrivals.announce(mediaId));
  return {
    uploads: new Uploads(options),
    library: new MediaLibrary({ ...options, arrivals }),
    maxUploadBytes: options.maxUploadBytes,
  };
}
