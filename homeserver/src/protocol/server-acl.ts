import type { JsonObject, JsonValue } from './canonical-json.ts';
import type { ServerName } from './identifiers.ts';
import { compileGlob } from './push-rules/glob.ts';

const IPV4_ADDRESS = /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/;

/**
 * Whether a room's `m.room.server_acl` lets a server take part in the room.
 *
 * Source: Client-Server API v1.19, `m.room.server_acl`; Server-Server API v1.19, "Server Access Control Lists (ACLs)".
 * @param content of the state event; undefined in a room that has none, where all servers may.
 */
export function isServerAllowed(content: JsonObject | undefined, server: ServerName): boolean {
  if (content === undefined) return true;
  const host = withoutPort(server).toLowerCase();
  const isAddress = host.startsWith('[') || IPV4_ADDRESS.test(host);
  if (isAddress && content.allow_ip_literals === false) return false;
  return !matchesAny(content.deny, host) && matchesAny(content.allow, host);
}

function matchesAny(patterns: JsonValue | undefined, host: string): boolean {
  if (!Array.isArray(patterns)) return false;
  return patterns.some((pattern) => typeof pattern === 'string' && compileGlob(pattern)(host));
}

function withoutPort(server: ServerName): string {
  return server.replace(/:[0-9]+$/, '');
}
