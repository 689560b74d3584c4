import type { Readable } from 'node:stream';

/** Content by the SHA-256 of its bytes (hexadecimal): equal content is kept once, and never changes. */
export interface BlobStore {
  /**
   * Reads a source to its end and keeps it. Once this resolves, the content survives the loss of power.
   *
   * @throws {BlobTooLarge} as soon as there are more bytes than `maxBytes`; never more than those were written.
   * Otherwise what the source throws; either way nothing is kept.
   */
  save(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, maxBytes: number): Promise<SavedBlob>;

  /**
   * Opens content for reading.
   *
   * @param range first and last byte, both included; everything unless given.
   * @throws {BlobMissing}
   */
  read(sha256: string, range?: ByteRange): Promise<Readable>;

  /**
   * Lends the content as a file of this machine, until `use` has ended. The file must not be changed.
   *
   * @throws {BlobMissing} and what `use` throws.
   */
  withFile<T>(sha256: string, use: (path: string) => Promise<T>): Promise<T>;

  /** Whether the content is here. */
  has(sha256: string): Promise<boolean>;

  /**
   * Deletes content, unless it was saved, or saved again, within the last `unusedForMs` milliseconds.
   *
   * @returns whether it is gone.
   */
  discard(sha256: string, unusedForMs: number): Promise<boolean>;
}

/** The hash and the number of bytes of what was kept. */
export interface SavedBlob {
  readonly sha256: string;
  readonly size: number;
}

/** Bytes of a file, counted from 0, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** There is more than may be kept. */
export class BlobTooLarge extends Error {
  override readonly name = 'BlobTooLarge';
}

/** The content is not in the store. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';
}
