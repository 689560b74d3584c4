import { invalidParam } from '../protocol/errors.ts';
import {
  addPushRule,
  findPushRule,
  isPushRuleKind,
  PUSH_RULE_KINDS,
  type PushRule,
  type PushRuleKind,
  type PushRuleset,
  type RulePosition,
  removePushRule,
  setPushRuleActions,
  setPushRuleEnabled,
} from '../protocol/push-rules/index.ts';
import { type AccountData, NO_ROOM } from './account-data.ts';
import type { Requester } from './requester.ts';
import { asAccountData, PUSH_RULES_TYPE, rulesIn } from './stored-push-rules.ts';

/** A rule, as a path names it. */
export interface PushRuleName {
  readonly kind: string;
  readonly ruleId: string;
}

/**
 * What is to notify a user, kept as account data `m.push_rules`.
 *
 * Source: Client-Server API v1.19, "Push Rules: API".
 */
export class PushRules {
  readonly #accountData: AccountData;

  constructor(accountData: AccountData) {
    this.#accountData = accountData;
  }

  /** A user's rules, with today's default rules. */
  async get({ userId, userNid }: Pick<Requester, 'userId' | 'userNid'>): Promise<PushRuleset> {
    return rulesIn(await this.#accountData.get(userNid, NO_ROOM, PUSH_RULES_TYPE), userId);
  }

  /**
   * One rule.
   * @throws {MatrixError} 404 `M_NOT_FOUND`; 400 `M_INVALID_PARAM` for an unknown kind.
   */
  async find(requester: Requester, { kind, ruleId }: PushRuleName): Promise<PushRule> {
    return findPushRule(await this.get(requester), checkKind(kind), ruleId);
  }

  /**
   * Adds a rule, or replaces the requester's rule of this name.
   * @throws {MatrixError} as `addPushRule`; 400 `M_INVALID_PARAM` for an unknown kind.
   */
  async add(requester: Requester, name: PushRuleName, body: unknown, position: RulePosition): Promise<void> {
    await this.#change(requester, name, (rules, kind) =>
      addPushRule(rules, kind, name.ruleId, body, position),
    );
  }

  /**
   * Removes one of the requester's own rules.
   * @throws {MatrixError} as `removePushRule`; 400 `M_INVALID_PARAM` for an unknown kind.
   */
  async remove(requester: Requester, name: PushRuleName): Promise<void> {
    await this.#change(requester, name, (rules, kind) => removePushRule(rules, kind, name.ruleId));
  }

  /** Removes the rules that keep these rooms quiet, where there are such: those of kind `override` without actions. */
  async removeQuiet(
    { userId, userNid }: Pick<Requester, 'userId' | 'userNid'>,
    roomIds: readonly string[],
  ): Promise<void> {
    const key = { userNid, roomNid: NO_ROOM, type: PUSH_RULES_TYPE };
    const over = new Set(roomIds);
    await this.#accountData.update(key, (before) => {
      const rules = rulesIn(before, userId);
      const override = rules.override.filter(
        (rule) => rule.default || rule.actions.length > 0 || !over.has(rule.rule_id),
      );
      return asAccountData({ ...rules, override });
    });
  }

  /**
   * Enables or disables a rule.
   * @throws {MatrixError} as `setPushRuleEnabled`; 400 `M_INVALID_PARAM` for an unknown kind.
   */
  async setEnabled(requester: Requester, name: PushRuleName, enabled: boolean): Promise<void> {
    await this.#change(requester, name, (rules, kind) =>
      setPushRuleEnabled(rules, kind, name.ruleId, enabled),
    );
  }

  /**
   * Sets what a rule does.
   * @throws {MatrixError} as `setPushRuleActions`; 400 `M_INVALID_PARAM` for an unknown kind.
   */
  async setActions(requester: Requester, name: PushRuleName, actions: unknown): Promise<void> {
    await this.#change(requester, name, (rules, kind) =>
      setPushRuleActions(rules, kind, name.ruleId, actions),
    );
  }

  async #change(
    { userId, userNid }: Requester,
    name: PushRuleName,
    change: (rules: PushRuleset, kind: PushRuleKind) => PushRuleset,
  ): Promise<void> {
    const kind = checkKind(name.kind);
    const key = { userNid, roomNid: NO_ROOM, type: PUSH_RULES_TYPE };
    await this.#accountData.update(key, (before) => asAccountData(change(rulesIn(before, userId), kind)));
  }
}

function checkKind(kind: string): PushRuleKind {
  if (isPushRuleKind(kind)) return kind;
  throw invalidParam(`The kind of a push rule is one of ${PUSH_RULE_KINDS.join(', ')}`);
}
