import type { ServerName } from '../protocol/identifiers.ts';
import { compileGlob } from '../protocol/push-rules/glob.ts';
import type { ServerPolicy } from './context.ts';

/** Which servers an admin wants to deal with. */
export interface PolicySettings {
  /** Whether there is any federation. */
  readonly isOn: boolean;
  /** Globs; all servers if there are none. */
  readonly allow: readonly string[];
  /** Globs; stronger than `allow`. */
  readonly deny: readonly string[];
}

/** The policy of these settings. A glob may be for the whole name of a server, or for its host alone. */
export function createServerPolicy(
  serverName: ServerName,
  { isOn, allow, deny }: PolicySettings,
): ServerPolicy {
  const allowed = allow.map(compileGlob);
  const denied = deny.map(compileGlob);
  return {
    isAllowed(server) {
      if (server === serverName) return true;
      const name = server.toLowerCase();
      const host = name.replace(/:\d+$/, '');
      const isListed = (list: typeof allowed): boolean =>
        list.some((matches) => matches(name) || matches(host));
      return isOn && !isListed(denied) && (allowed.length === 0 || isListed(allowed));
    },
  };
}
