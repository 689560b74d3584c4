import type { ServerName } from '../../protocol/identifiers.ts';
import { findInFile } from './resolve-file.ts';
import { type Route, routeByName, splitServerName } from './route.ts';
import type { ServiceRecords } from './service-records.ts';
import type { WellKnown } from './well-known.ts';

export interface ServerFinderParts {
  /** The file that says where servers are (`FEDERATION_RESOLVE`), if there is one. */
  readonly resolveFile: string | undefined;
  readonly wellKnown: WellKnown;
  readonly serviceRecords: ServiceRecords;
}

/**
 * Finds out where a server is.
 *
 * Source: Server-Server API v1.19, "Resolving server names", whose steps have these numbers.
 */
export class ServerFinder {
  readonly #parts: ServerFinderParts;

  constructor(parts: ServerFinderParts) {
    this.#parts = parts;
  }

  /**
   * The ways to a server, the one to try first in front; never none.
   * @throws an error if the file cannot be used, or the server says that it is nowhere.
   */
  async find(name: ServerName): Promise<readonly Route[]> {
    const { resolveFile, wellKnown } = this.#parts;
    const given = resolveFile === undefined ? undefined : await findInFile(resolveFile, name);
    if (given !== undefined) return [given];
    // 1 and 2
    if (isExact(name)) return [routeByName(name)];
    // 3, and without a delegate 4 to 6: which then are what 3.3 to 3.5 are for a delegate
    const delegate = (await wellKnown.delegateOf(name)) ?? name;
    if (isExact(delegate)) return [routeByName(delegate)];
    return await this.#findByService(delegate);
  }

  async #findByService(host: ServerName): Promise<readonly Route[]> {
    const byName = routeByName(host);
    const places = await this.#parts.serviceRecords.placesOf(host);
    if (places.length === 0) return [byName];
    // Certificate and `Host` are for the name: the records say where to connect, and no more.
    return places.map((place) => ({ ...byName, host: place.name, port: place.port }));
  }
}

/** Whether a name says by itself where to connect. */
function isExact(name: ServerName): boolean {
  const { isAddress, port } = splitServerName(name);
  return isAddress || port !== undefined;
}
