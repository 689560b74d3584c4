/** A homeserver that was found, and is one that this client can use. */
export interface Homeserver {
  /** What people call it: what they typed, or its host. */
  readonly name: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;
}

/** The server that served this page: nobody needs to look for it. */
export function ownHomeserver(): Homeserver {
  return { name: window.location.host, baseUrl: window.location.origin };
}

export function isOwnHomeserver({ baseUrl }: Pick<Homeserver, 'baseUrl'>): boolean {
  return baseUrl === window.location.origin;
}
