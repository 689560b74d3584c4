import type { PushAction, PushCondition, PushRule, PushRuleset } from './ruleset.ts';
import { PUSH_RULE_KINDS } from './ruleset.ts';

/**
 * The rules that every user starts with.
 *
 * Source: Client-Server API v1.19, "Predefined Rules". The rules that matched the body for names and `@room` are gone
 * since v1.17.
 */

const NOTIFY: readonly PushAction[] = ['notify'];
const NOTIFY_ALOUD: readonly PushAction[] = ['notify', { set_tweak: 'sound', value: 'default' }];
const RING: readonly PushAction[] = ['notify', { set_tweak: 'sound', value: 'ring' }];
const HIGHLIGHT: readonly PushAction[] = ['notify', { set_tweak: 'highlight' }];
const HIGHLIGHT_ALOUD: readonly PushAction[] = [...NOTIFY_ALOUD, { set_tweak: 'highlight' }];
const SILENCE: readonly PushAction[] = [];

const ONE_TO_ONE: PushCondition = { kind: 'room_member_count', is: '2' };

function matches(key: string, pattern: string): PushCondition {
  return { kind: 'event_match', key, pattern };
}

function rule(name: string, conditions: PushCondition[], actions: readonly PushAction[]): PushRule {
  return { rule_id: `.m.rule.${name}`, default: true, enabled: true, conditions, actions };
}

/** The ID of the rule that stands above all others, those of the user included. */
const MASTER_RULE_ID = '.m.rule.master';

/** The default rules of a user, in their order. */
export function defaultPushRules(userId: string): PushRuleset {
  return {
    override: [
      { ...rule('master', [], SILENCE), enabled: false },
      rule('suppress_notices', [matches('content.msgtype', 'm.notice')], SILENCE),
      rule(
        'invite_for_me',
        [
          matches('type', 'm.room.member'),
          matches('content.membership', 'invite'),
          matches('state_key', userId),
        ],
        NOTIFY_ALOUD,
      ),
      rule('member_event', [matches('type', 'm.room.member')], SILENCE),
      rule(
        'is_user_mention',
        [{ kind: 'event_property_contains', key: 'content.m\\.mentions.user_ids', value: userId }],
        HIGHLIGHT_ALOUD,
      ),
      rule(
        'is_room_mention',
        [
          { kind: 'event_property_is', key: 'content.m\\.mentions.room', value: true },
          { kind: 'sender_notification_permission', key: 'room' },
        ],
        HIGHLIGHT,
      ),
      rule('tombstone', [matches('type', 'm.room.tombstone'), matches('state_key', '')], HIGHLIGHT),
      rule('reaction', [matches('type', 'm.reaction')], SILENCE),
      rule('room.server_acl', [matches('type', 'm.room.server_acl'), matches('state_key', '')], SILENCE),
      rule(
        'suppress_edits',
        [{ kind: 'event_property_is', key: 'content.m\\.relates_to.rel_type', value: 'm.replace' }],
        SILENCE,
      ),
    ],
    content: [],
    room: [],
    sender: [],
    underride: [
      rule('call', [matches('type', 'm.call.invite')], RING),
      rule('encrypted_room_one_to_one', [ONE_TO_ONE, matches('type', 'm.room.encrypted')], NOTIFY_ALOUD),
      rule('room_one_to_one', [ONE_TO_ONE, matches('type', 'm.room.message')], NOTIFY_ALOUD),
      rule('message', [matches('type', 'm.room.message')], NOTIFY),
      rule('encrypted', [matches('type', 'm.room.encrypted')], NOTIFY),
    ],
  };
}

/**
 * Brings stored rules up to date with the server's: default rules come back in today's order and form, with the
 * `enabled` and `actions` that the user gave them; the user's own rules stay as they are.
 */
export function withDefaultRules(stored: PushRuleset, userId: string): PushRuleset {
  const defaults = defaultPushRules(userId);
  const merged = PUSH_RULE_KINDS.map((kind) => {
    const own = stored[kind].filter((candidate) => !candidate.default);
    const servers = defaults[kind].map((rule) => {
      const known = stored[kind].find((candidate) => candidate.default && candidate.rule_id === rule.rule_id);
      return known === undefined ? rule : { ...rule, enabled: known.enabled, actions: known.actions };
    });
    return [kind, orderRules(own, servers)] as const;
  });
  return Object.fromEntries(merged) as unknown as PushRuleset;
}

/** The user's rules before the server's, but for the master rule, which is always first. */
export function orderRules(own: readonly PushRule[], servers: readonly PushRule[]): PushRule[] {
  const [first, ...rest] = servers;
  return first?.rule_id === MASTER_RULE_ID ? [first, ...own, ...rest] : [...own, ...servers];
}
