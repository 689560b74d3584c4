import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { OutboundClient } from '../outbound/index.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { BlobStore, Storage } from '../storage/index.ts';
import { Arrivals } from './arrivals.ts';
import { MediaLibrary } from './media-library.ts';
import { MediaModeration } from './media-moderation.ts';
import { type MediaLifetimes, MediaRemoval } from './media-removal.ts';
import { UrlPreviews } from './previews/url-previews.ts';
import { RemoteCopies } from './remote-copies.ts';
import type { RemoteMedia } from './remote-media.ts';
import type { UploadQuota } from './upload-quotas.ts';
import { Uploads } from './uploads.ts';

export interface MediaOptions {
  readonly storage: Pick<
    Storage,
    'database' | 'media' | 'mediaLists' | 'mediaRemoval' | 'quarantine' | 'rooms' | 'urlPreviews' | 'users'
  >;
  /** Where the bytes are kept. */
  readonly blobs: BlobStore;
  readonly serverName: ServerName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxUploadBytes: number;
  readonly outbound: OutboundClient;
  readonly previews: { readonly isOn: boolean; readonly deniedHosts: readonly string[] };
  readonly quota: UploadQuota;
  readonly lifetimes: MediaLifetimes;
  /** Brings media of other servers; without it they are unknown here. */
  readonly remoteMedia?: RemoteMedia;
}

/** The content repository. */
export interface Media {
  readonly uploads: Uploads;
  readonly library: MediaLibrary;
  readonly previews: UrlPreviews;
  readonly moderation: MediaModeration;
  readonly removal: MediaRemoval;
  readonly maxUploadBytes: number;
}

export function createMedia(options: MediaOptions): Media {
  const arrivals = new Arrivals();
  options.storage.database.onInvalidated('uploads', (mediaId) => arrivals.announce(mediaId));
  const uploads = new Uploads(options);
  const removal = new MediaRemoval(options);
  const { remoteMedia, maxUploadBytes: maxBytes } = options;
  const remote = remoteMedia && new RemoteCopies({ ...options, remoteMedia, maxBytes });
  return {
    uploads,
    previews: new UrlPreviews({ ...options, ...options.previews, uploads }),
    library: new MediaLibrary({ ...options, arrivals, remote }),
    moderation: new MediaModeration(options),
    removal,
    maxUploadBytes: options.maxUploadBytes,
  };
}
