/**
 * Where to go after logging in: the `next` of the query when it is a path of this site, else the front door.
 * Anything that a browser could take for another site is refused.
 */
export function readNextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  return /^\/(?![/\\])[^\\]*$/.test(next) ? next : '/';
}

/** Adds where to return to a page at the door. */
export function withNextPath(page: '/login' | '/register', next: string): string {
  return next === '/' ? page : `${page}?${new URLSearchParams({ next })}`;
}

/** The invite code that a path leads to: some invites let people make an account as well. */
export function inviteCodeIn(path: string): string | undefined {
  return /^\/invite\/([A-Za-z0-9]+)$/.exec(path)?.[1];
}
