import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { RecentMap } from '../../base/recent-map.ts';
import { canonicalJson, type JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { signJson, verifyBytesAside } from '../../protocol/signing.ts';
import type { SignatureCheck } from '../../rooms/index.ts';
import type { ServerKey, Storage } from '../../storage/index.ts';
import type { Keyring } from '../context.ts';
import { type KeyDocument, makeKeyDocument } from './key-document.ts';
import type { KeyFetcher } from './key-fetcher.ts';
import type { OwnKeys } from './own-keys.ts';

export interface KeyringParts {
  readonly serverName: ServerName;
  readonly ownKeys: OwnKeys;
  readonly storage: Storage;
  readonly fetcher: KeyFetcher;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The keys of a server as they are in memory. */
interface KnownKeys {
  readonly keys: ReadonlyMap<string, ServerKey>;
  /** What the server said last is valid until then. */
  readonly validUntilTs: number;
  /** From when on they are asked for again: half of their validity is over. */
  readonly refreshTs: number;
}

/** Keys that could not be had, and from when on they may be asked for again. */
interface Absence {
  readonly untilTs: number;
  readonly lastedMs: number;
}

const MAX_SERVERS = 10_000;
/** Each failure doubles how long a server is not asked for its keys again. */
const FIRST_ABSENCE_MS = 5_000;
const LONGEST_ABSENCE_MS = 3_600_000;
/** Keys that were just fetched and do not have what is looked for will not have it a moment later. */
const FETCHED_LATELY_MS = 10_000;
const NO_KEYS: KnownKeys = { keys: new Map(), validUntilTs: 0, refreshTs: 0 };

/**
 * The keys of all servers: in memory, in the database, or asked for, which is done once for all who wait for the same.
 * Several processes need not tell each other: keys only come to it, and whoever lacks one looks into the database first.
 */
export class ServerKeyring implements Keyring {
  readonly #parts: KeyringParts;
  readonly #known = new RecentMap<ServerName, KnownKeys>(MAX_SERVERS);
  readonly #absent = new RecentMap<ServerName, Absence>(MAX_SERVERS);
  readonly #fetchedTs = new RecentMap<ServerName, number>(MAX_SERVERS);
  readonly #fetching = new Map<ServerName, Promise<KnownKeys>>();

  constructor(parts: KeyringParts) {
    this.#parts = parts;
  }

  /**
   * Whether one of the signatures holds. With `validAt`, only a key counts that was valid then.
   *
   * Source: Server-Server API v1.19, "Retrieving server keys"; Room version 5, "Signing key validity period".
   */
  async verify({ serverName, signatures, message, validAt }: SignatureCheck): Promise<boolean> {
    const holds = async ({ keys }: KnownKeys): Promise<boolean> => {
      for (const [keyId, signature] of Object.entries(signatures)) {
        const key = keys.get(keyId);
        if (key === undefined || !isValidAt(key, validAt)) continue;
        if (await verifyBytesAside(message, signature, key.publicKey)) return true;
      }
      return false;
    };
    const couldHold = ({ keys }: KnownKeys): boolean => {
      return Object.keys(signatures).some((keyId) => isValidAt(keys.get(keyId), validAt));
    };
    if (serverName === this.#parts.serverName) return holds(this.#ownKeys());
    if (!Object.keys(signatures).some((keyId) => keyId.startsWith('ed25519:'))) return false;
    const known = this.#known.get(serverName) ?? (await this.#read(serverName));
    if (couldHold(known)) {
      if (known.refreshTs <= this.#parts.clock.now()) this.#refresh(serverName);
      return holds(known);
    }
    return holds(await this.#fetch(serverName));
  }

  ownKeyDocument(): JsonObject {
    const { serverName, ownKeys, clock } = this.#parts;
    return makeKeyDocument(serverName, ownKeys, clock.now());
  }

  async keysOf(servers: ReadonlyMap<ServerName, number | undefined>): Promise<JsonObject[]> {
    const documents = await Promise.all(
      Array.from(servers, ([serverName, validUntilTs]) => this.#documentOf(serverName, validUntilTs)),
    );
    return documents.filter((document) => document !== undefined);
  }

  async #documentOf(serverName: ServerName, wantedTs: number | undefined): Promise<JsonObject | undefined> {
    const { storage, clock, ownKeys } = this.#parts;
    if (serverName === this.#parts.serverName) return this.ownKeyDocument();
    const wanted = wantedTs ?? clock.now();
    let stored = await storage.serverKeys.documentOf(serverName);
    if (stored === undefined || stored.validUntilTs < wanted) {
      await this.#fetch(serverName);
      stored = await storage.serverKeys.documentOf(serverName);
    }
    const json = stored && parseJson(stored.document);
    if (!isJsonObject(json)) return undefined;
    return { ...signJson(json, this.#parts.serverName, ownKeys.current) };
  }

  #ownKeys(): KnownKeys {
    const { current, old } = this.#parts.ownKeys;
    const keys = new Map<string, ServerKey>();
    for (const { keyId, publicKeyBase64, expiredTs } of old) {
      keys.set(keyId, { keyId, publicKey: publicKeyBase64, validUntilTs: expiredTs });
    }
    const { keyId, publicKeyBase64 } = current;
    keys.set(keyId, { keyId, publicKey: publicKeyBase64, validUntilTs: Number.POSITIVE_INFINITY });
    return { keys, validUntilTs: Number.POSITIVE_INFINITY, refreshTs: Number.POSITIVE_INFINITY };
  }

  async #read(serverName: ServerName): Promise<KnownKeys> {
    const { serverKeys } = this.#parts.storage;
    const document = await serverKeys.documentOf(serverName);
    if (document === undefined) return NO_KEYS;
    const keys = await serverKeys.keysOf(serverName);
    const { validUntilTs, fetchedTs } = document;
    const known = {
      keys: new Map(keys.map((key) => [key.keyId, key])),
      validUntilTs,
      refreshTs: fetchedTs + (validUntilTs - fetchedTs) / 2,
    };
    this.#known.set(serverName, known);
    return known;
  }

  #refresh(serverName: ServerName): void {
    if (this.#isAbsent(serverName)) return;
    this.#fetch(serverName).catch((error: unknown) =>
      this.#parts.logger.warn('the keys of a server were not refreshed', { serverName, error }),
    );
  }

  #isAbsent(serverName: ServerName): boolean {
    return (this.#absent.get(serverName)?.untilTs ?? 0) > this.#parts.clock.now();
  }

  /** Asks for the keys of a server, unless that was in vain a moment ago. Everybody who asks meanwhile waits for the same. */
  #fetch(serverName: ServerName): Promise<KnownKeys> {
    const running = this.#fetching.get(serverName);
    if (running !== undefined) return running;
    const fetched = this.#fetchNow(serverName).finally(() => this.#fetching.delete(serverName));
    this.#fetching.set(serverName, fetched);
    return fetched;
  }

  async #fetchNow(serverName: ServerName): Promise<KnownKeys> {
    const { fetcher, clock, storage } = this.#parts;
    // Another process may have fetched them.
    const known = await this.#read(serverName);
    const isFresh = clock.now() - (this.#fetchedTs.get(serverName) ?? 0) < FETCHED_LATELY_MS;
    if (isFresh || this.#isAbsent(serverName)) return known;
    const fetched = await fetcher.fetch(serverName);
    if (fetched === undefined) {
      this.#noteAbsence(serverName);
      return known;
    }
    this.#absent.delete(serverName);
    this.#fetchedTs.set(serverName, clock.now());
    // A notary may have what is older than what is here.
    if (!fetched.isDirect && fetched.document.validUntilTs < known.validUntilTs) return known;
    await storage.serverKeys.put(storedForm(fetched.document, clock.now()), fetched.document.keys);
    return await this.#read(serverName);
  }

  #noteAbsence(serverName: ServerName): void {
    const before = this.#absent.get(serverName);
    const lastedMs =
      before === undefined ? FIRST_ABSENCE_MS : Math.min(before.lastedMs * 2, LONGEST_ABSENCE_MS);
    this.#absent.set(serverName, { untilTs: this.#parts.clock.now() + lastedMs, lastedMs });
  }
}

function isValidAt(key: ServerKey | undefined, validAt: number | undefined): boolean {
  return key !== undefined && (validAt === undefined || key.validUntilTs >= validAt);
}

function storedForm({ serverName, json, validUntilTs }: KeyDocument, fetchedTs: number) {
  return { serverName, document: canonicalJson(json), validUntilTs, fetchedTs };
}
