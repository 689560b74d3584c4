/** State events by type and state key; undefined for any. */
export interface StatePattern {
  readonly type?: string | undefined;
  readonly stateKey?: string | undefined;
}

/** The state that one rule of a request asks for. Source: MSC4186, "RequiredStateRequest". */
export interface StateRule {
  readonly include: readonly StatePattern[];
  readonly exclude: readonly StatePattern[];
  /** Members only as far as the timeline needs them, unless they are asked for by their type. */
  readonly lazyMembers: boolean;
}

const MEMBER = 'm.room.member';

/** The state that a client wants of a room: whatever any of some rules asks for. */
export class RequiredState {
  readonly lazyMembers: boolean;
  /** The same for those that ask for the same. */
  readonly key: string;
  readonly #parts: ReadonlyMap<string, Rule>;

  constructor(rules: readonly StateRule[]) {
    this.#parts = new Map(rules.map((rule) => [keyOf(rule), new Rule(rule)]));
    this.key = [...this.#parts.keys()].sort().join(' ');
    this.lazyMembers = rules.some((rule) => rule.lazyMembers);
  }

  /** What any of several asks for. */
  static union(all: readonly RequiredState[]): RequiredState {
    const [first] = all;
    if (first !== undefined && all.every(({ key }) => key === first.key)) return first;
    return new RequiredState(all.flatMap((one) => [...one.#parts.values()].map(({ rule }) => rule)));
  }

  wants(type: string, stateKey: string): boolean {
    for (const part of this.#parts.values()) if (part.wants(type, stateKey)) return true;
    return false;
  }

  /** Whether every member is asked for, so that they have to be there. */
  get wantsEveryMember(): boolean {
    return [...this.#parts.values()].some((part) => part.wantsEveryMember);
  }

  /** The users whose members are asked for one by one. */
  get members(): string[] {
    return [...this.#parts.values()].flatMap((part) => part.members);
  }

  /** Whether it may ask for something that another does not. */
  exceeds(other: RequiredState): boolean {
    if (this.lazyMembers && !other.lazyMembers) return true;
    return [...this.#parts].some(
      ([key, part]) =>
        !other.#parts.has(key) && ![...other.#parts.values()].some((known) => known.covers(part)),
    );
  }
}

class Rule {
  readonly rule: StateRule;
  readonly #included: Patterns;
  readonly #excluded: Patterns;

  constructor(rule: StateRule) {
    this.rule = rule;
    this.#included = new Patterns(rule.include);
    this.#excluded = new Patterns(rule.exclude);
  }

  get wantsEveryMember(): boolean {
    return this.rule.include.some(
      ({ type, stateKey }) =>
        stateKey === undefined && (type === MEMBER || (type === undefined && !this.rule.lazyMembers)),
    );
  }

  get members(): string[] {
    return this.rule.include.flatMap(({ type, stateKey }) =>
      stateKey !== undefined && (type ?? MEMBER) === MEMBER ? [stateKey] : [],
    );
  }

  wants(type: string, stateKey: string): boolean {
    const anyType = type !== MEMBER || !this.rule.lazyMembers;
    return this.#included.match(type, stateKey, anyType) && !this.#excluded.match(type, stateKey, true);
  }

  /** Whether it asks for all that another does, as far as that is easily told. */
  covers({ rule }: Rule): boolean {
    if (this.rule.exclude.length > 0 || (this.rule.lazyMembers && !rule.lazyMembers)) return false;
    return rule.include.every((pattern) => this.#included.cover(pattern));
  }
}

const ANY = Symbol('any');

/** Patterns by type, to be matched without looking at each. */
class Patterns {
  readonly #byType = new Map<string | typeof ANY, Set<string | typeof ANY>>();

  constructor(patterns: readonly StatePattern[]) {
    for (const { type, stateKey } of patterns) {
      const keys = this.#byType.get(type ?? ANY) ?? new Set();
      keys.add(stateKey ?? ANY);
      this.#byType.set(type ?? ANY, keys);
    }
  }

  /** @param anyType whether patterns without a type count. */
  match(type: string, stateKey: string, anyType: boolean): boolean {
    return this.#has(type, stateKey) || (anyType && this.#has(ANY, stateKey));
  }

  /** Whether whatever matches a pattern matches one of these. */
  cover({ type, stateKey }: StatePattern): boolean {
    return this.#has(type ?? ANY, stateKey ?? ANY) || this.#has(ANY, stateKey ?? ANY);
  }

  #has(type: string | typeof ANY, stateKey: string | typeof ANY): boolean {
    const keys = this.#byType.get(type);
    return keys !== undefined && (keys.has(stateKey) || keys.has(ANY));
  }
}

function keyOf({ include, exclude, lazyMembers }: StateRule): string {
  return JSON.stringify([written(include), written(exclude), lazyMembers]);
}

function written(patterns: readonly StatePattern[]): string[] {
  return patterns.map(({ type, stateKey }) => JSON.stringify([type ?? null, stateKey ?? null])).sort();
}
