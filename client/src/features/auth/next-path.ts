/**
 * Where to go after logging in: the `next` of the query when it is a path of this site, else the front door.
 * Anything that a browser could take for another site is refused.
 */
export function readNextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  return /^\/(?![/\\])[^\\]*$/.test(next) ? next : '/';
}

/**
 * Adds where to return to a page at the door.
 * @param adds whether somebody who is logged in already wants another account beside theirs
 */
export function withNextPath(page: '/login' | '/register', next: string, adds = false): string {
  const query = new URLSearchParams({ ...(next !== '/' && { next }), ...(adds && { add: '' }) });
  return query.size === 0 ? page : `${page}?${query}`;
}

/** Whether somebody comes to the door for another account. */
export function isAddingAccount(search: string): boolean {
  return new URLSearchParams(search).has('add');
}

/** The invite code that a path leads to: some invites let people make an account as well. */
export function inviteCodeIn(path: string): string | undefined {
  return /^\/invite\/([A-Za-z0-9]+)$/.exec(path)?.[1];
}
