import type { JsonObject } from '../protocol/canonical-json.ts';
import { addPushRule, type PushRule, type PushRuleset } from '../protocol/push-rules/index.ts';
import { type AccountData, NO_ROOM } from './account-data.ts';
import type { Requester } from './requester.ts';
import { asAccountData, PUSH_RULES_TYPE, rulesIn } from './stored-push-rules.ts';

/** A room, as settings name it. */
export interface RoomName {
  readonly nid: number;
  readonly roomId: string;
}

type User = Pick<Requester, 'userId' | 'userNid'>;

/** What a user has set for rooms, beyond one room's life. */
export class RoomSettings {
  readonly #accountData: AccountData;

  constructor(accountData: AccountData) {
    this.#accountData = accountData;
  }

  /**
   * Gives a room that replaces another what the user has set for that one: tags, whom they talk to there directly, push
   * rules named after it. What they have set for the new room already stays; safe to repeat.
   *
   * Source: Client-Server API v1.19, "Room upgrades", "Server behaviour".
   * @throws {MatrixError} 413 `M_TOO_LARGE` when it would be more than a user may have.
   */
  async carry(user: User, from: RoomName, to: RoomName): Promise<void> {
    await this.#carryTags(user, from, to);
    await this.#carryDirect(user, from, to);
    await this.#carryPushRules(user, from, to);
  }

  async #carryTags({ userNid }: User, from: RoomName, to: RoomName): Promise<void> {
    const tags = await this.#accountData.get(userNid, from.nid, 'm.tag');
    const present = await this.#accountData.get(userNid, to.nid, 'm.tag');
    if (tags !== undefined && present === undefined) {
      await this.#accountData.set(userNid, to.nid, 'm.tag', tags);
    }
  }

  async #carryDirect({ userNid }: User, from: RoomName, to: RoomName): Promise<void> {
    const key = { userNid, roomNid: NO_ROOM, type: 'm.direct' };
    const direct = await this.#accountData.get(userNid, NO_ROOM, key.type);
    const lacks = (rooms: unknown): rooms is string[] =>
      Array.isArray(rooms) && rooms.includes(from.roomId) && !rooms.includes(to.roomId);
    if (direct === undefined || !Object.values(direct).some(lacks)) return;
    await this.#accountData.update(key, (content = {}) => {
      const entries = Object.entries(content);
      return Object.fromEntries(
        entries.map(([userId, rooms]) => [userId, lacks(rooms) ? [...rooms, to.roomId] : rooms]),
      ) as JsonObject;
    });
  }

  async #carryPushRules({ userId, userNid }: User, from: RoomName, to: RoomName): Promise<void> {
    const key = { userNid, roomNid: NO_ROOM, type: PUSH_RULES_TYPE };
    const rules = rulesIn(await this.#accountData.get(userNid, NO_ROOM, key.type), userId);
    if (withRulesOf(rules, from, to) === rules) return;
    await this.#accountData.update(key, (content) =>
      asAccountData(withRulesOf(rulesIn(content, userId), from, to)),
    );
  }
}

/** The rules, with one for the new room beside each that is named after the old; the same object if there is none. */
function withRulesOf(rules: PushRuleset, from: RoomName, to: RoomName): PushRuleset {
  let changed = rules;
  for (const kind of ['override', 'room', 'underride'] as const) {
    for (const rule of rules[kind]) {
      if (rule.default || !rule.enabled || !rule.rule_id.includes(from.roomId)) continue;
      const ruleId = rule.rule_id.replace(from.roomId, () => to.roomId);
      if (rules[kind].some((other) => other.rule_id === ruleId)) continue;
      changed = addPushRule(changed, kind, ruleId, bodyFor(rule, from, to));
    }
  }
  return changed;
}

function bodyFor({ actions, conditions }: PushRule, from: RoomName, to: RoomName): object {
  if (conditions === undefined) return { actions };
  const isOld = (value: unknown): boolean => value === from.roomId;
  return {
    actions,
    conditions: conditions.map((condition) => ({
      ...condition,
      ...(isOld(condition.pattern) ? { pattern: to.roomId } : {}),
      ...(isOld(condition.value) ? { value: to.roomId } : {}),
    })),
  };
}
