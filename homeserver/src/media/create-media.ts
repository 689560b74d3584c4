import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { OutboundClient } from '../outbound/index.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { BlobStore, Storage } from '../storage/index.ts';
import { Arrivals } from './arrivals.ts';
import { MediaLibrary } from './media-library.ts';
import { UrlPreviews } from './previews/url-previews.ts';
import { Uploads } from './uploads.ts';

export interface MediaOptions {
  readonly storage: Pick<Storage, 'database' | 'media' | 'urlPreviews'>;
  /** Where the bytes are kept. */
  readonly blobs: BlobStore;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxUploadBytes: number;
  readonly outbound: OutboundClient;
  readonly previews: { readonly isOn: boolean; readonly deniedHosts: readonly string[] };
}

/** The content repository. */
export interface Media {
  readonly uploads: Uploads;
  readonly library: MediaLibrary;
  readonly previews: UrlPreviews;
  readonly maxUploadBytes: number;
}

export function createMedia(options: MediaOptions): Media {
  const arrivals = new Arrivals();
  options.storage.database.onInvalidated('uploads', (mediaId) => arrivals.announce(mediaId));
  const uploads = new Uploads(options);
  return {
    uploads,
    previews: new UrlPreviews({ ...options, ...options.previews, uploads }),
    library: new MediaLibrary({ ...options, arrivals }),
    maxUploadBytes: options.maxUploadBytes,
  };
}
