import { domainOf } from '../../protocol/identifiers.ts';
import { ownValue } from '../../protocol/json-values.ts';
import { compileGlob } from '../../protocol/push-rules/glob.ts';
import type { RoomsContext } from '../context.ts';

const ALL_OR_NONE = 'm.invite_permission_config';
const LISTS = 'org.matrix.msc4155.invite_permission_config';

/** The account data in which users say who may invite them. */
export const INVITE_PERMISSION_TYPES: readonly string[] = [ALL_OR_NONE, LISTS];

/** `ignore`: the invite goes through, and the user hears nothing of it. */
export type InviteDecision = 'allow' | 'ignore' | 'block';

/** What becomes of an invite by somebody. */
export type InvitePermission = (inviter: string) => InviteDecision;

/** In the order in which they are asked: users before servers, and what allows before what forbids. */
const RULES = [
  ['allowed_users', 'allow'],
  ['ignored_users', 'ignore'],
  ['blocked_users', 'block'],
  ['allowed_servers', 'allow'],
  ['ignored_servers', 'ignore'],
  ['blocked_servers', 'block'],
] as const satisfies readonly (readonly [string, InviteDecision])[];

/** Entries of a list beyond these are not looked at. */
const MOST_ENTRIES = 1_000;

/**
 * Whose invites a local user wants.
 *
 * Source: Client-Server API v1.19, "Invite permission"; MSC4155 for lists of users and servers.
 */
export async function invitePermissionOf(context: RoomsContext, userNid: number): Promise<InvitePermission> {
  const all = await contentOf(context, userNid, ALL_OR_NONE);
  if (ownValue(all, 'default_action') === 'block') return () => 'block';
  const lists = await contentOf(context, userNid, LISTS);
  if (lists === undefined || ownValue(lists, 'enabled') === false) return () => 'allow';
  const rules = RULES.map(([key, decision]) => ({
    decision,
    ofServer: key.endsWith('_servers'),
    matchers: globsIn(ownValue(lists, key)),
  }));
  return (inviter) => {
    const user = inviter.toLowerCase();
    const server = domainOf(inviter).toLowerCase();
    const rule = rules.find(({ ofServer, matchers }) =>
      matchers.some((matches) => matches(ofServer ? server : user)),
    );
    return rule?.decision ?? 'allow';
  };
}

function globsIn(list: unknown): ReturnType<typeof compileGlob>[] {
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, MOST_ENTRIES)
    .flatMap((pattern) => (typeof pattern === 'string' ? [compileGlob(pattern)] : []));
}

async function contentOf({ storage }: RoomsContext, userNid: number, type: string): Promise<unknown> {
  const text = await storage.accountData.get({ userNid, roomNid: 0, type });
  return text === undefined ? undefined : JSON.parse(text);
}
