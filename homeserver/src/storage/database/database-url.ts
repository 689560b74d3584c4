/** Where a database is, as `DATABASE_URL` says. */
export type DatabaseUrl =
  | { readonly dialect: 'postgres'; readonly url: string }
  | { readonly dialect: 'sqlite'; readonly path: string; readonly synchronous: 'full' | 'normal' };

/**
 * Reads `sqlite:PATH` or `postgres://...`. `sqlite:PATH?synchronous=normal` gives up durability against the loss of
 * power for speed: for measurements only.
 *
 * @throws an error that says how to write it.
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  if (/^postgres(ql)?:/.test(url)) return { dialect: 'postgres', url };
  const match = /^sqlite:(?<path>[^?]+)(?:\?synchronous=(?<synchronous>full|normal))?$/.exec(url);
  const path = match?.groups?.path;
  if (path === undefined) {
    throw new Error(`The database is "${url}": write sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME`);
  }
  const synchronous = match?.groups?.synchronous === 'normal' ? 'normal' : 'full';
  return { dialect: 'sqlite', path, synchronous };
}
