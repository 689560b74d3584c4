import type { ServerName } from '../../protocol/identifiers.ts';
import { findInFile } from './resolve-file.ts';
import { type Route, routeByName } from './route.ts';

export interface ServerFinderParts {
  /** The file that says where servers are (`FEDERATION_RESOLVE`), if there is one. */
  readonly resolveFile: string | undefined;
}

/**
 * Finds out where a server is.
 *
 * Source: Server-Server API v1.19, "Resolving server names".
 */
export class ServerFinder {
  readonly #parts: ServerFinderParts;

  constructor(parts: ServerFinderParts) {
    this.#parts = parts;
  }

  /** The ways to a server, the one to try first in front; never none. */
  async find(name: ServerName): Promise<readonly Route[]> {
    const { resolveFile } = this.#parts;
    const given = resolveFile === undefined ? undefined : await findInFile(resolveFile, name);
    return [given ?? routeByName(name)];
  }
}
