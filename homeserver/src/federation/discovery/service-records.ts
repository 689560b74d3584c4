import { promises, type SrvRecord } from 'node:dns';
import type { Clock } from '../../base/clock.ts';
import { RecentMap } from '../../base/recent-map.ts';

/** The SRV records of a name, as `dns.promises.resolveSrv` gives them. */
export type ResolveSrv = (name: string) => Promise<readonly SrvRecord[]>;

export interface ServiceRecordsParts {
  readonly resolveSrv: ResolveSrv;
  readonly clock: Clock;
}

/** Where the service of a host is. */
export type ServicePlace = Pick<SrvRecord, 'name' | 'port'>;

interface Found {
  readonly records: readonly SrvRecord[];
  readonly expiresTs: number;
}

/** The newer name of the service comes first. */
const SERVICES = ['_matrix-fed._tcp', '_matrix._tcp'];
/** Node does not say for how long records are valid. */
const LIFETIME_MS = 5 * 60_000;
const LIFETIME_OF_FAILURE_MS = 60_000;
const MAX_HOSTS = 10_000;
const MOST_PLACES = 8;
/** What resolvers say when there is no such record, which is an answer like others. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA']);

/** Asks the resolver of the machine, but not for long. */
export function systemSrvResolver(): ResolveSrv {
  const resolver = new promises.Resolver({ timeout: 3_000, tries: 2 });
  return (name) => resolver.resolveSrv(name);
}

/**
 * Where hosts have their server, as their SRV records say.
 *
 * Source: Server-Server API v1.19, "Resolving server names", steps 3.3, 3.4, 4 and 5; RFC 2782.
 */
export class ServiceRecords {
  readonly #parts: ServiceRecordsParts;
  readonly #found = new RecentMap<string, Found>(MAX_HOSTS);

  constructor(parts: ServiceRecordsParts) {
    this.#parts = parts;
  }

  /**
   * The places to try, in order; none if there are no records.
   * @throws an error if the host says that it has no server.
   */
  async placesOf(host: string): Promise<readonly ServicePlace[]> {
    const records = await this.#recordsOf(host);
    if (records.length === 1 && /^\.?$/.test(records[0]?.name ?? '')) {
      throw new Error(`${host} says in its DNS that it has no server`);
    }
    return inOrder(records)
      .slice(0, MOST_PLACES)
      .map(({ name, port }) => ({ name: name.replace(/\.$/, ''), port }));
  }

  async #recordsOf(host: string): Promise<readonly SrvRecord[]> {
    const { clock } = this.#parts;
    const found = this.#found.get(host);
    if (found !== undefined && found.expiresTs > clock.now()) return found.records;
    let lifetimeMs = LIFETIME_MS;
    for (const service of SERVICES) {
      const records = await this.#resolve(`${service}.${host}`);
      if (records === undefined) lifetimeMs = LIFETIME_OF_FAILURE_MS;
      if (records === undefined || records.length === 0) continue;
      this.#found.set(host, { records, expiresTs: clock.now() + lifetimeMs });
      return records;
    }
    this.#found.set(host, { records: [], expiresTs: clock.now() + lifetimeMs });
    return [];
  }

  /** Undefined if the resolver failed. */
  async #resolve(name: string): Promise<readonly SrvRecord[] | undefined> {
    try {
      return await this.#parts.resolveSrv(name);
    } catch (error) {
      const { code = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
      return ABSENT.has(code) ? [] : undefined;
    }
  }
}

/** The lowest priority first; among equals by lot, in which a record has as many tickets as its weight. */
function inOrder(records: readonly SrvRecord[]): SrvRecord[] {
  const drawn = records.map((record) => {
    // The least of exponential variables with these rates is each record's in proportion to its weight.
    const lot = -Math.log(1 - Math.random()) / (record.weight || 1e-9);
    return { record, lot };
  });
  drawn.sort((one, other) => one.record.priority - other.record.priority || one.lot - other.lot);
  return drawn.map(({ record }) => record);
}
