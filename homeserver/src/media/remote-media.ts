import type { ServerName } from '../protocol/identifiers.ts';

/** Which media of another server, and what it may cost. */
export interface RemoteMediaRequest {
  readonly serverName: ServerName;
  readonly mediaId: string;
  /** How many bytes are taken. */
  readonly maxBytes: number;
  /** How long the other server may wait for an upload that was announced to it, in milliseconds. */
  readonly timeoutMs: number;
  /** Aborted when it has taken too long. */
  readonly signal: AbortSignal;
}

/** Content as another server gives it. What it says of type and name is not checked yet. */
export interface RemoteContent {
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentType?: string | undefined;
  readonly fileName?: string | undefined;
}

/**
 * Brings media of other servers. `MediaLibrary` asks once for all who want the same at the same moment, for a few at a
 * time, and keeps what comes: thumbnails are made here.
 */
export interface RemoteMedia {
  /**
   * Asks the server that a media ID is of.
   *
   * Source: Server-Server API v1.19, "Content Repository".
   *
   * @throws {MatrixError} 404 `M_NOT_FOUND` if it has no such media, 413 `M_TOO_LARGE`, 504 `M_NOT_YET_UPLOADED`, and
   * 502 `M_UNKNOWN` if it cannot be asked, or answers with something else. Reading the body may throw them as well.
   */
  fetch(request: RemoteMediaRequest): Promise<RemoteContent>;
}
