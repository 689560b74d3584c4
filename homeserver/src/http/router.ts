import findMyWay from 'find-my-way';
import { invalidParam, MatrixError } from '../protocol/errors.ts';
import type { Endpoint } from './endpoint.ts';

/** What a request's method and URL lead to. */
export interface RouteMatch {
  readonly endpoint: Endpoint;
  /** Percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** What follows the question mark, as it was written. */
  readonly queryString: string;
}

/** Finds endpoints. */
export interface Router {
  /**
   * The endpoint for a method and a URL.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for a URL that cannot be decoded, holds a NUL or a part that is too
   * long; 404 `M_UNRECOGNIZED` for an unknown path; 405 `M_UNRECOGNIZED`, with `Allow`, for a known one.
   */
  find(method: string, url: string): RouteMatch;
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'] as const;

/** No identifier is longer than 255 bytes, and percent-encoding does not count; names of files may be longer. */
const MAX_PARAM_LENGTH = 2_000;

interface Registered {
  readonly endpoint: Endpoint;
  /** Parameters that this path of the endpoint lacks. */
  readonly absentParams: readonly string[];
}

type FoundRoute = {
  readonly store: unknown;
  readonly params: RouteMatch['params'];
  readonly searchParams: unknown;
};

/** A router over the route table. A slash at the end of a path does not matter; HEAD is answered as GET. */
export function createRouter(routes: readonly Endpoint[]): Router {
  const router = findMyWay({
    ignoreTrailingSlash: true,
    maxParamLength: MAX_PARAM_LENGTH,
    querystringParser: (queryString) => queryString,
    // Matches without a store, so that they can be told from unknown paths.
    onBadUrl: () => {},
    onMaxParamLength: () => {},
  });
  for (const endpoint of routes) {
    for (const path of endpoint.paths) {
      const store: Registered = { endpoint, absentParams: absentParams(endpoint, path) };
      router.on(endpoint.method, toPattern(path), () => {}, store);
    }
  }

  function lookUp(method: (typeof METHODS)[number], url: string): FoundRoute | undefined {
    return (router.find(method, url) as FoundRoute | null) ?? undefined;
  }

  return {
    find(method, url) {
      // No identifier holds a NUL, and PostgreSQL cannot store one.
      if (url.includes('%00')) throw invalidParam('The URL holds a NUL character');
      const known = METHODS.find((name) => name === (method === 'HEAD' ? 'GET' : method));
      const found = known && lookUp(known, url);
      if (!found) throw unrecognized(METHODS.filter((other) => lookUp(other, url)?.store));
      if (!found.store)
        throw invalidParam('The URL is not percent-encoded UTF-8 or has a part that is too long');
      const { endpoint, absentParams } = found.store as Registered;
      const params =
        absentParams.length === 0
          ? found.params
          : { ...found.params, ...Object.fromEntries(absentParams.map((name) => [name, ''])) };
      return { endpoint, params, queryString: String(found.searchParams) };
    },
  };
}

function unrecognized(allowed: readonly string[]): MatrixError {
  if (allowed.length === 0) return new MatrixError(404, 'M_UNRECOGNIZED', 'Unrecognized request');
  const allow = [...(allowed.includes('GET') ? ['HEAD'] : []), ...allowed, 'OPTIONS'].join(', ');
  return new MatrixError(405, 'M_UNRECOGNIZED', `This path answers ${allow}`, {}, { Allow: allow });
}

function toPattern(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function absentParams({ paths: [canonical = ''] }: Endpoint, path: string): string[] {
  const names = [...canonical.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return names.filter((name) => !path.includes(`{${name}}`));
}
