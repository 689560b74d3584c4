import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { randomOpaqueId } from '../../base/ids.ts';
import { BlobMissing, type BlobStore, type ByteRange, type SavedBlob } from './blob-store.ts';
import { deleteLeftovers, makeDirectory, receiveFile, syncDirectory } from './receive-file.ts';

const CONTENT_DIRECTORIES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Blobs as files: `content/ab/abcdef...`, written to `incoming/` first and renamed when they are complete and on the
 * disk.
 */
export class FileStore implements BlobStore {
  readonly #contentDirectory: string;
  readonly #incomingDirectory: string;

  private constructor(directory: string) {
    this.#contentDirectory = join(directory, 'content');
    this.#incomingDirectory = join(directory, 'incoming');
  }

  /** Opens the store in a folder, which is made if it is not there. */
  static async open(directory: string): Promise<FileStore> {
    const store = new FileStore(directory);
    await makeDirectory(store.#incomingDirectory);
    await makeDirectory(store.#contentDirectory);
    await store.#makeContentDirectories();
    await deleteLeftovers(store.#incomingDirectory);
    return store;
  }

  async save(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, maxBytes: number): Promise<SavedBlob> {
    const incoming = join(this.#incomingDirectory, randomOpaqueId(24));
    try {
      const saved = await receiveFile(source, incoming, maxBytes);
      const path = this.#pathOf(saved.sha256);
      // Also over equal content: whoever saved it may not have come to sync the folder yet.
      await rename(incoming, path);
      await syncDirectory(dirname(path));
      return saved;
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    const file = await this.#open(sha256);
    return file.createReadStream(range && { start: range.first, end: range.last });
  }

  async withFile<T>(sha256: string, use: (path: string) => Promise<T>): Promise<T> {
    await (await this.#open(sha256)).close();
    return use(this.#pathOf(sha256));
  }

  async has(sha256: string): Promise<boolean> {
    try {
      await stat(this.#pathOf(sha256));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async discard(sha256: string, unusedForMs: number): Promise<boolean> {
    const path = this.#pathOf(sha256);
    const taken = join(this.#incomingDirectory, randomOpaqueId(24));
    try {
      if (!(await isOlder(path, unusedForMs))) return false;
      // Looked at again out of reach: whoever saves it anew from now on puts another file in its place.
      await rename(path, taken);
    } catch (error) {
      if (isMissing(error)) return true;
      throw error;
    }
    const isUnused = await isOlder(taken, unusedForMs);
    if (isUnused) await rm(taken);
    else await rename(taken, path);
    return isUnused;
  }

  #pathOf(sha256: string): string {
    return join(this.#contentDirectory, sha256.slice(0, 2), sha256);
  }

  async #open(sha256: string): Promise<FileHandle> {
    try {
      return await open(this.#pathOf(sha256), 'r');
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new BlobMissing(`there is no content ${sha256}`, { cause: error });
    }
  }

  /** All of them beforehand, so that an upload never has to wait for a folder's name to be on the disk. */
  async #makeContentDirectories(): Promise<void> {
    const there = new Set(await readdir(this.#contentDirectory));
    const missing = CONTENT_DIRECTORIES.filter((name) => !there.has(name));
    if (missing.length === 0) return;
    await Promise.all(missing.map((name) => mkdir(join(this.#contentDirectory, name), { recursive: true })));
    await syncDirectory(this.#contentDirectory);
  }
}

/** Whether a file was written at least so many milliseconds ago. */
async function isOlder(path: string, ageMs: number): Promise<boolean> {
  const { mtimeMs } = await stat(path);
  return Date.now() - mtimeMs >= ageMs;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
