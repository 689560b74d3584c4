import type { StoredMedia } from '../../../media/index.ts';

/** A media as lists of uploads have it. Nothing is given out without an access token. */
export function presentMedia(media: StoredMedia, userId: string | null): object {
  return {
    media_id: media.mediaId,
    media_type: media.contentType,
    media_length: media.size,
    upload_name: media.uploadName,
    created_ts: media.createdTs,
    url_cache: null,
    last_access_ts: media.lastAccessTs,
    quarantined_by: media.quarantinedBy,
    safe_from_quarantine: media.isProtected === 1,
    user_id: userId,
    authenticated: true,
    sha256: media.sha256,
  };
}
