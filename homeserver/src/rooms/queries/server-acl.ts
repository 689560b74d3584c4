import { forbidden } from '../../protocol/errors.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { isServerAllowed } from '../../protocol/server-acl.ts';
import type { Room } from '../room.ts';

/**
 * Whether a room's access control list lets a server take part.
 *
 * Source: Server-Server API v1.19, "Server Access Control Lists (ACLs)".
 */
export function mayTakePart(room: Pick<Room, 'content'>, server: ServerName): boolean {
  return isServerAllowed(room.content('m.room.server_acl'), server);
}

/** @throws MatrixError 403 `M_FORBIDDEN` for a server that the room's access control list denies. */
export function requireServerAllowed(room: Pick<Room, 'content'>, server: ServerName): void {
  if (!mayTakePart(room, server)) throw forbidden('This room does not let your server take part');
}

/** The servers of everybody who is joined to a room. */
export function serversIn(room: Pick<Room, 'members'>): Set<ServerName> {
  const servers = new Set<ServerName>();
  for (const [userId, { membership }] of room.members) {
    if (membership === 'join') servers.add(domainOf(userId));
  }
  return servers;
}
