import { hash } from 'node:crypto';
import { RecentMap } from '../base/recent-map.ts';
import { CanonicalJsonError, canonicalJson } from '../protocol/canonical-json.ts';
import { badJson, invalidParam, notFound, tooLarge } from '../protocol/errors.ts';
import type { Storage } from '../storage/index.ts';
import { type Filter, parseFilter } from './filter-definition.ts';

const MAX_FILTER_BYTES = 65_536;
const MAX_CACHED = 5_000;
/** What `create` gives. */
const FILTER_ID = /^[A-Za-z0-9_-]{22}$/;

/** Filters that clients stored, to name them in `/sync`. */
export class Filters {
  readonly #storage: Storage;
  readonly #cache = new RecentMap<string, Filter>(MAX_CACHED);

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /**
   * Stores a filter; the same filter gets the same ID again.
   * @throws {MatrixError} 400 `M_BAD_JSON` or `M_INVALID_PARAM` for a filter of the wrong form, 413 `M_TOO_LARGE`.
   */
  async create(userNid: number, json: unknown): Promise<string> {
    const definition = toText(parseFilter(json));
    const filterId = hash('sha256', definition, 'base64url').slice(0, 22);
    if ((await this.find(userNid, filterId)) === undefined) {
      await this.#storage.filters.add(userNid, filterId, definition);
    }
    return filterId;
  }

  /** A stored filter, from memory as a rule. */
  async find(userNid: number, filterId: string): Promise<Filter | undefined> {
    if (!FILTER_ID.test(filterId)) return undefined;
    const key = `${userNid} ${filterId}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const definition = await this.#storage.filters.get(userNid, filterId);
    if (definition === undefined) return undefined;
    const filter = JSON.parse(definition) as Filter;
    this.#cache.set(key, filter);
    return filter;
  }

  /**
   * A stored filter, for its owner.
   * @throws {MatrixError} 404 `M_NOT_FOUND`
   */
  async show(userNid: number, filterId: string): Promise<Filter> {
    const filter = await this.find(userNid, filterId);
    if (filter === undefined) throw notFound('You have no such filter');
    return filter;
  }

  /**
   * The filter of a request: an ID, or JSON that begins with `{`; everything passes without one.
   *
   * Source: Client-Server API v1.19, `GET /sync`, parameter `filter`.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for an unknown ID or text that is not JSON; as `create`.
   */
  async resolve(userNid: number, written: string | undefined): Promise<Filter> {
    if (written === undefined) return {};
    if (written.startsWith('{')) return parseFilter(parseText(written));
    const filter = await this.find(userNid, written);
    if (filter === undefined) throw invalidParam('You have no such filter');
    return filter;
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidParam('The filter is not valid JSON');
  }
}

function toText(filter: Filter): string {
  let text: string;
  try {
    text = canonicalJson(filter);
  } catch (error) {
    throw error instanceof CanonicalJsonError ? badJson(error.message) : error;
  }
  if (text.length > MAX_FILTER_BYTES) throw tooLarge(`A filter has at most ${MAX_FILTER_BYTES} characters`);
  return text;
}
