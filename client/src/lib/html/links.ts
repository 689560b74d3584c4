/** The schemes that a link may have (Matrix 1.19, "m.room.message msgtypes", the list for `a`). */
const linkSchemes = new Set(['https:', 'http:', 'ftp:', 'mailto:', 'magnet:']);

/** The address of a link when it is one that may be followed; undefined for anything else, `javascript:` among it. */
export function readSafeLink(href: string): string | undefined {
  try {
    const url = new URL(href);
    return linkSchemes.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** The user that a matrix.to link names: such a link is a mention (Matrix 1.19, "matrix.to navigation"). */
export function readMentionedUser(href: string): string | undefined {
  const match = /^https:\/\/matrix\.to\/#\/(@[^/?]+|%40[^/?]+)/.exec(href);
  if (!match?.[1]) return undefined;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return undefined;
  }
}

/** The matrix.to link of a user or a room. */
export function buildMatrixLink(id: string): string {
  return `https://matrix.to/#/${encodeURIComponent(id)}`;
}

/** A guild or channel that a link names, and a message in it. */
export interface LinkedPlace {
  /** A room ID or an alias. */
  readonly room: string;
  readonly eventId: string | undefined;
  /** Servers that may know the way. */
  readonly via: readonly string[];
}

/** The room that a matrix.to link names (Matrix 1.19, "matrix.to navigation"); undefined for other links. */
export function readLinkedPlace(href: string): LinkedPlace | undefined {
  const match = /^https:\/\/matrix\.to\/#\/((?:[!#]|%21|%23)[^/?]+)(?:\/([^?]+))?(?:\?(.*))?$/.exec(href);
  if (!match?.[1]) return undefined;
  try {
    const eventId = match[2] === undefined ? undefined : decodeURIComponent(match[2]);
    const via = new URLSearchParams(match[3]).getAll('via');
    return {
      room: decodeURIComponent(match[1]),
      eventId: eventId?.startsWith('$') ? eventId : undefined,
      via,
    };
  } catch {
    return undefined;
  }
}
