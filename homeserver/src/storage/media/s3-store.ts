import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { randomOpaqueId } from '../../base/ids.ts';
import { BlobMissing, type BlobStore, type ByteRange, type SavedBlob } from './blob-store.ts';
import { deleteLeftovers, makeDirectory, receiveFile } from './receive-file.ts';

/** Where a bucket is, and who may use it. */
export interface S3Settings {
  readonly bucket: string;
  /** Before the name of each object, without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** The address of the server; Amazon's unless given. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Unless given, what the SDK finds in the environment or learns from the machine. */
  readonly keys: { readonly accessKey: string; readonly secretKey: string } | undefined;
  /** Whether the bucket stands in the path instead of before the host. */
  readonly pathStyle: boolean;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** Each download holds a connection for as long as its reader takes. */
const MOST_CONNECTIONS = 500;
const CONNECT_MS = 5_000;
/** How long a connection may be silent. */
const SILENCE_MS = 30_000;
const TRIES = 3;
/** Errors come back to whoever asked; the SDK would write some of them to the console as well. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Blobs as objects of an S3 bucket: `PREFIX/content/ab/abcdef...`. What comes in is gathered in a folder of this machine,
 * since an object's name is the hash of all of it.
 */
export class S3Store implements BlobStore {
  readonly #settings: S3Settings;
  readonly #scratch: string;
  #loading: Promise<{ readonly sdk: Sdk; readonly client: S3Client }> | undefined;

  private constructor(settings: S3Settings, scratch: string) {
    this.#settings = settings;
    this.#scratch = scratch;
  }

  /** Opens the store. The bucket is first asked when something is saved or read, and the SDK loads then. */
  static async open(settings: S3Settings, scratchDirectory: string): Promise<S3Store> {
    await makeDirectory(scratchDirectory);
    await deleteLeftovers(scratchDirectory);
    return new S3Store(settings, scratchDirectory);
  }

  async save(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, maxBytes: number): Promise<SavedBlob> {
    return this.#withScratch(async (path) => {
      const saved = await receiveFile(source, path, maxBytes);
      await this.#put(saved, path);
      return saved;
    });
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    const { sdk, client } = await this.#load();
    const command = new sdk.GetObjectCommand({
      ...this.#object(sha256),
      ...(range && { Range: `bytes=${range.first}-${range.last}` }),
    });
    const { Body: body } = await client.send(command).catch((error: unknown) => explain(error, sha256));
    return body as Readable;
  }

  async withFile<T>(sha256: string, use: (path: string) => Promise<T>): Promise<T> {
    return this.#withScratch(async (path) => {
      await receiveFile(await this.read(sha256), path, Number.POSITIVE_INFINITY);
      return use(path);
    });
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.#savedAt(sha256)) !== undefined;
  }

  async discard(sha256: string, unusedForMs: number): Promise<boolean> {
    const savedAt = await this.#savedAt(sha256);
    if (savedAt === undefined) return true;
    if (Date.now() - savedAt < unusedForMs) return false;
    // Who saves it anew in this very moment loses it: no request deletes an object only if it is old.
    const { sdk, client } = await this.#load();
    await client.send(new sdk.DeleteObjectCommand(this.#object(sha256)));
    return true;
  }

  /** Puts a file into the bucket, also over equal content: so its age says when it was saved last. */
  async #put({ sha256, size }: SavedBlob, path: string): Promise<void> {
    const { sdk, client } = await this.#load();
    for (let tried = 1; ; tried += 1) {
      const command = new sdk.PutObjectCommand({
        ...this.#object(sha256),
        // The SDK does not repeat streams itself. Of nothing there is no stream.
        Body: size === 0 ? new Uint8Array(0) : createReadStream(path),
        ContentLength: size,
        ContentType: 'application/octet-stream',
        // The server compares what it got.
        ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      });
      try {
        await client.send(command);
        return;
      } catch (error) {
        if (tried === TRIES || !mayPass(error)) throw error;
      }
    }
  }

  /** When content was saved last, in milliseconds since the Unix epoch. */
  async #savedAt(sha256: string): Promise<number | undefined> {
    const { sdk, client } = await this.#load();
    try {
      const { LastModified } = await client.send(new sdk.HeadObjectCommand(this.#object(sha256)));
      return LastModified?.getTime() ?? Date.now();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #object(sha256: string): { readonly Bucket: string; readonly Key: string } {
    const { bucket, prefix } = this.#settings;
    const name = `content/${sha256.slice(0, 2)}/${sha256}`;
    return { Bucket: bucket, Key: prefix === '' ? name : `${prefix}/${name}` };
  }

  async #withScratch<T>(use: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#scratch, randomOpaqueId(24));
    try {
      return await use(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  #load(): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
    this.#loading ??= import('@aws-sdk/client-s3').then((sdk) => ({ sdk, client: this.#connect(sdk) }));
    return this.#loading;
  }

  #connect({ S3Client }: Sdk): S3Client {
    const { endpoint, region, keys, pathStyle } = this.#settings;
    const agent = { maxSockets: MOST_CONNECTIONS, keepAlive: true };
    return new S3Client({
      region,
      forcePathStyle: pathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(keys && { credentials: { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey } }),
      maxAttempts: TRIES,
      logger: SILENT,
      // The newest kinds of checksums are not known to every server.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        httpAgent: agent,
        httpsAgent: agent,
        connectionTimeout: CONNECT_MS,
        socketTimeout: SILENCE_MS,
      },
    });
  }
}

function statusOf(error: unknown): number | undefined {
  const { $metadata: metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return metadata?.httpStatusCode;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}

/** Whether it is of use to try again: a connection broke, or the server has trouble. */
function mayPass(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status >= 500 || status === 429;
}

function explain(error: unknown, sha256: string): never {
  if (isMissing(error)) throw new BlobMissing(`there is no content ${sha256}`, { cause: error });
  throw error;
}
