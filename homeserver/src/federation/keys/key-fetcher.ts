import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Metrics } from '../../base/metrics.ts';
import { BoundedQueue } from '../../media/bounded-queue.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { ownValue } from '../../protocol/json-values.ts';
import { verifySignedJson } from '../../protocol/signing.ts';
import type { FederationClient } from '../context.ts';
import { type KeyDocument, readKeyDocument } from './key-document.ts';

export interface KeyFetcherParts {
  readonly client: FederationClient;
  /** Servers that are believed what they say of the keys of others. */
  readonly notaries: readonly ServerName[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const DIRECT_LIMIT_MS = 10_000;
const NOTARY_LIMIT_MS = 20_000;
const MAX_DOCUMENT_BYTES = 64 * 1024;
/** As many as a notary is asked for in one request. */
const MOST_A_REQUEST = 100;
/** Strangers make this server ask for keys, by naming servers. */
const MOST_AT_ONCE = 100;
const MOST_WAITING = 10_000;

/** What was found of the keys of a server. */
export interface FetchedKeys {
  readonly document: KeyDocument;
  /** Whether the server itself told them. */
  readonly isDirect: boolean;
}

interface Wanted {
  readonly serverName: ServerName;
  readonly resolve: (document: KeyDocument | undefined) => void;
}

/** Asks for the keys of servers: each itself, and if it does not answer the notaries. */
export class KeyFetcher {
  readonly #parts: KeyFetcherParts;
  readonly #queue = new BoundedQueue({ atOnce: MOST_AT_ONCE, mostWaiting: MOST_WAITING });
  readonly #notaryKeys = new Map<ServerName, KeyDocument>();
  /** What is asked of the notaries next. */
  #wanted: Wanted[] = [];
  #isAsking = false;

  readonly #count: (outcome: 'direct' | 'notary' | 'failed') => void;

  constructor(parts: KeyFetcherParts) {
    this.#parts = parts;
    const fetches = parts.metrics.counter({
      name: 'guildhall_federation_key_fetches_total',
      help: 'How often the keys of a homeserver were asked for, by who has told them',
      labels: ['outcome'],
    });
    this.#count = (outcome) => fetches.inc({ outcome });
  }

  /**
   * What a server says of its keys, as it or a notary tells. Undefined if nobody does.
   *
   * Source: Server-Server API v1.19, "Retrieving server keys".
   */
  async fetch(serverName: ServerName): Promise<FetchedKeys | undefined> {
    const direct = await this.#fetchDirectly(serverName);
    if (direct !== undefined) {
      this.#count('direct');
      return { document: direct, isDirect: true };
    }
    const document = await this.#fetchFromNotaries(serverName);
    this.#count(document === undefined ? 'failed' : 'notary');
    return document && { document, isDirect: false };
  }

  async #fetchDirectly(serverName: ServerName): Promise<KeyDocument | undefined> {
    const { client, clock, logger } = this.#parts;
    try {
      const json = await this.#queue.run(() =>
        client.request({
          destination: serverName,
          method: 'GET',
          path: '/_matrix/key/v2/server',
          maxBytes: MAX_DOCUMENT_BYTES,
          timeLimitMs: DIRECT_LIMIT_MS,
          // A server that has come back is believed to have when its request is verified, which takes its keys. And
          // strangers name servers: those are not to be remembered for it.
          isUrgent: true,
          isUnrecorded: true,
        }),
      );
      const document = readKeyDocument(json, serverName, clock.now());
      if (document === undefined) logger.info('a server has no valid document of its keys', { serverName });
      return document;
    } catch (error) {
      logger.debug('a server did not tell its keys', { serverName, reason: messageOf(error) });
      return undefined;
    }
  }

  #fetchFromNotaries(serverName: ServerName): Promise<KeyDocument | undefined> {
    if (this.#parts.notaries.every((notary) => notary === serverName)) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<KeyDocument | undefined>();
    this.#wanted.push({ serverName, resolve });
    if (!this.#isAsking) void this.#askNotaries();
    return promise;
  }

  /** One request at a time: what is wanted meanwhile goes into the next one together. */
  async #askNotaries(): Promise<void> {
    this.#isAsking = true;
    try {
      for (;;) {
        const wanted = this.#wanted.splice(0, MOST_A_REQUEST);
        if (wanted.length === 0) return;
        const found = new Map<ServerName, KeyDocument>();
        for (const notary of this.#parts.notaries) {
          const missing = wanted
            .map((one) => one.serverName)
            .filter((name) => !found.has(name) && name !== notary);
          if (missing.length > 0) await this.#askNotary(notary, missing, found);
        }
        for (const { serverName, resolve } of wanted) resolve(found.get(serverName));
      }
    } finally {
      this.#isAsking = false;
    }
  }

  /** A notary has to tell its keys itself. */
  async #keysOfNotary(notary: ServerName): Promise<KeyDocument | undefined> {
    const known = this.#notaryKeys.get(notary);
    if (known !== undefined && known.validUntilTs > this.#parts.clock.now()) return known;
    const fetched = await this.#fetchDirectly(notary);
    if (fetched !== undefined) this.#notaryKeys.set(notary, fetched);
    return fetched;
  }

  async #askNotary(
    notary: ServerName,
    servers: readonly ServerName[],
    found: Map<ServerName, KeyDocument>,
  ): Promise<void> {
    const { client, clock, logger } = this.#parts;
    try {
      const itsKeys = await this.#keysOfNotary(notary);
      if (itsKeys === undefined) return;
      const answer = await client.request({
        destination: notary,
        method: 'POST',
        path: '/_matrix/key/v2/query',
        body: { server_keys: Object.fromEntries(servers.map((name) => [name, {}])) },
        maxBytes: MAX_DOCUMENT_BYTES * servers.length,
        timeLimitMs: NOTARY_LIMIT_MS,
        isUrgent: true,
        isUnrecorded: true,
      });
      for (const json of Array.isArray(answer.server_keys) ? answer.server_keys : []) {
        const serverName = ownValue(json, 'server_name');
        if (typeof serverName !== 'string' || !servers.includes(serverName)) continue;
        const document = readKeyDocument(json, serverName, clock.now());
        if (document === undefined || !isSignedBy(document.json, itsKeys, clock.now())) continue;
        found.set(serverName, document);
      }
    } catch (error) {
      logger.debug('a notary did not answer', { notary, reason: messageOf(error) });
    }
  }
}

function isSignedBy(json: JsonObject, { serverName, keys }: KeyDocument, now: number): boolean {
  return keys.some(
    ({ keyId, publicKey, validUntilTs }) =>
      validUntilTs >= now && verifySignedJson(json, serverName, keyId, publicKey),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
