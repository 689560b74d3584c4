import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../homeserver/src/protocol/canonical-json.ts';
import { authEventKeys, authorizeEvent } from '../../homeserver/src/protocol/event-auth/index.ts';
import { isState, type Pdu, type StatePdu } from '../../homeserver/src/protocol/events.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import {
  type ResolutionSource,
  resolveState,
  type StateMap,
  stateMapKey,
  walkingSource,
} from '../../homeserver/src/protocol/state-resolution/index.ts';
import { ALICE, BOB, EventMaker, type Given, USERS } from './event-maker.ts';

/** Rooms in which people fight, with forks and merges, and states of them that have to be resolved. */

/** How a room comes about. It is plain data, so that what fails can be made smaller. */
export interface Story {
  readonly createContent: JsonObject;
  /** The levels of the users at the start; without, the room has no power levels. */
  readonly levels: readonly number[] | undefined;
  readonly joinRule: JsonValue;
  readonly steps: readonly Step[];
  readonly meeting: readonly StateChoice[];
}

/** Something that somebody does. */
export interface Step {
  /** After which events, counted back from the latest. */
  readonly after: readonly number[];
  readonly sender: string;
  readonly at: number;
  readonly action: Action;
  /** What is not allowed does not happen; or it does, and is rejected. */
  readonly insists: boolean;
}

export type Action =
  | { readonly do: 'set a level'; readonly of: string; readonly to: number | undefined }
  | { readonly do: 'set levels'; readonly key: string; readonly to: number | undefined }
  | { readonly do: 'set membership'; readonly of: string; readonly to: string }
  | { readonly do: 'join or leave'; readonly to: string }
  | { readonly do: 'set join rule'; readonly to: string }
  | { readonly do: 'set state'; readonly type: string; readonly stateKey: string }
  | { readonly do: 'send' };

/** One of the states that meet. */
type StateChoice =
  | { readonly of: 'a moment'; readonly back: number }
  /** After an event that was rejected, by somebody who did not reject it. */
  | { readonly of: 'a claim'; readonly back: number }
  /** Any events of the room, whether it ever had them together or not. */
  | { readonly of: 'any events'; readonly picks: readonly number[] };

const LEVELS = [0, 25, 50, 50, 75, 99, 100];

/** Stories of rooms of one version. */
export function storiesOf(rules: RoomVersionRules): fc.Arbitrary<Story> {
  const creators = fc.option(fc.subarray<JsonValue>([...USERS.slice(1)], { maxLength: 2 }), {
    nil: undefined,
  });
  return fc.record({
    createContent: rules.creatorsHaveInfinitePower
      ? creators.map(
          (additional): JsonObject => (additional === undefined ? {} : { additional_creators: additional }),
        )
      : fc.constant({}),
    levels: fc.option(fc.tuple(...USERS.slice(1).map(() => fc.constantFrom(...LEVELS))), {
      freq: 10,
      nil: undefined,
    }),
    joinRule: fc.constantFrom('public', 'public', 'invite'),
    steps: fc.array(steps(), { minLength: 5, maxLength: 120, size: 'max' }),
    meeting: fc.array(stateChoices(), { minLength: 2, maxLength: 4 }),
  });
}

function steps(): fc.Arbitrary<Step> {
  const user = fc.constantFrom<string>(...USERS);
  const level = fc.option(fc.constantFrom(...LEVELS), { freq: 6, nil: undefined });
  const action = fc.oneof<fc.WeightedArbitrary<Action>[]>(
    { weight: 2, arbitrary: fc.record({ do: fc.constant('set a level'), of: user, to: level }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('set levels'),
        key: fc.constantFrom('ban', 'kick', 'state_default', 'users_default', 'invite'),
        to: level,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('set membership'),
        of: user,
        to: fc.constantFrom('leave', 'ban', 'invite', 'leave', 'ban'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('join or leave'),
        to: fc.constantFrom('join', 'join', 'leave', 'knock'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('set join rule'),
        to: fc.constantFrom('public', 'invite', 'knock'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('set state'),
        type: fc.constantFrom('m.room.topic', 'm.room.name', 'x'),
        stateKey: fc.constantFrom('', '', '', ...USERS),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('send') }) },
  );
  const back = fc.nat({ max: 9 });
  return fc.record({
    after: fc.oneof({ weight: 4, arbitrary: fc.tuple(back) }, { weight: 1, arbitrary: fc.tuple(back, back) }),
    sender: fc.constantFrom<string>(ALICE, ALICE, BOB, BOB, ...USERS),
    at: fc.nat({ max: 40 }),
    action,
    insists: fc.oneof(
      { weight: 14, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  });
}

function stateChoices(): fc.Arbitrary<StateChoice> {
  const picks = fc.array(fc.nat({ max: 30 }), { minLength: 12, maxLength: 12 });
  return fc.oneof<fc.WeightedArbitrary<StateChoice>[]>(
    { weight: 8, arbitrary: fc.record({ of: fc.constant('a moment'), back: fc.nat({ max: 19 }) }) },
    { weight: 1, arbitrary: fc.record({ of: fc.constant('a claim'), back: fc.nat({ max: 5 }) }) },
    { weight: 3, arbitrary: fc.record({ of: fc.constant('any events'), picks }) },
  );
}

/** An event, with the state after it. */
interface Moment {
  readonly event: Pdu;
  readonly eventId: string;
  readonly state: StateMap;
}

/** A room that has come about, and the states of it that meet. */
export interface ForkedRoom {
  readonly rules: RoomVersionRules;
  readonly events: ReadonlyMap<string, Pdu>;
  readonly rejected: ReadonlySet<string>;
  readonly source: ResolutionSource;
  readonly states: readonly StateMap[];
}

/** Plays a story. */
export async function playStory(rules: RoomVersionRules, story: Story): Promise<ForkedRoom> {
  const player = new StoryPlayer(rules, story.createContent);
  await player.begin(story);
  for (const step of story.steps) await player.play(step);
  return player.finish(story.meeting);
}

class StoryPlayer {
  readonly #rules: RoomVersionRules;
  readonly #maker: EventMaker;
  readonly #events = new Map<string, Pdu>();
  readonly #rejected = new Set<string>();
  readonly #source: ResolutionSource;
  readonly #moments: Moment[] = [];
  readonly #claims: Moment[] = [];

  constructor(rules: RoomVersionRules, createContent: JsonObject) {
    this.#rules = rules;
    this.#maker = new EventMaker(rules, createContent);
    this.#source = walkingSource(async (eventIds) => {
      const known = eventIds.flatMap((eventId) => {
        const pdu = this.#events.get(eventId) as StatePdu | undefined;
        return pdu === undefined
          ? []
          : [[eventId, { eventId, pdu, rejected: this.#rejected.has(eventId) }] as const];
      });
      return new Map(known);
    });
    this.#moments.push(this.#add(this.#maker.create, new Map()));
  }

  async begin({ levels, joinRule }: Story): Promise<void> {
    const set = (type: string, content: JsonObject): Given => ({
      type,
      sender: ALICE,
      state_key: '',
      content,
    });
    await this.#send([0], memberOf(ALICE, ALICE, 'join'));
    if (levels !== undefined) {
      const creators = this.#maker.create.content.additional_creators;
      const users = USERS.slice(1).map((user, index) => [user, levels[index] ?? 0] as const);
      const ordinary = users.filter(([user]) => !(Array.isArray(creators) && creators.includes(user)));
      const all = this.#rules.creatorsHaveInfinitePower ? ordinary : [[ALICE, 100] as const, ...ordinary];
      await this.#send([0], set('m.room.power_levels', { users: Object.fromEntries(all) }));
    }
    await this.#send([0], set('m.room.join_rules', { join_rule: 'public' }));
    for (const user of USERS.slice(1)) await this.#send([0], memberOf(user, user, 'join'));
    await this.#send([0], set('m.room.join_rules', { join_rule: joinRule }));
  }

  async play({ after, sender, at, action, insists }: Step): Promise<void> {
    await this.#send(
      after,
      (state) => ({ ...this.#draft(action, sender, state), origin_server_ts: at }),
      insists,
    );
  }

  finish(meeting: readonly StateChoice[]): ForkedRoom {
    const states = meeting.map((choice) => this.#choose(choice));
    return {
      rules: this.#rules,
      events: this.#events,
      rejected: this.#rejected,
      source: this.#source,
      states,
    };
  }

  async #send(
    after: readonly number[],
    given: Given | ((state: StateMap) => Given),
    insists = false,
  ): Promise<void> {
    const previous = [...new Set(after.map((back) => this.#back(this.#moments, back)))];
    const [first = new Map(), ...others] = previous.map(({ state }) => state);
    const before =
      others.length === 0 ? first : await resolveState([first, ...others], this.#rules, this.#source);
    const event = this.#maker.make({
      origin_server_ts: this.#moments.length,
      ...(typeof given === 'function' ? given(before) : given),
      prev_events: previous.map(({ eventId }) => eventId),
      depth: 1 + Math.max(...previous.map((moment) => moment.event.depth)),
    });
    const keys = authEventKeys(event, this.#rules).map(([type, key]) => before.get(stateMapKey(type, key)));
    event.auth_events = keys.filter((eventId) => eventId !== undefined);
    const lookup = (type: string, key: string) => this.#events.get(before.get(stateMapKey(type, key)) ?? '');
    if (authorizeEvent(event, lookup, this.#rules).allowed) {
      this.#moments.push(this.#add(event, before));
    } else if (insists && isState(event)) {
      const claim = this.#add(event, before);
      this.#rejected.add(claim.eventId);
      this.#claims.push(claim);
    }
  }

  #add(event: Pdu, before: StateMap): Moment {
    const eventId = this.#maker.idOf(event);
    this.#events.set(eventId, event);
    const state = isState(event)
      ? new Map(before).set(stateMapKey(event.type, event.state_key), eventId)
      : before;
    return { event, eventId, state };
  }

  #draft(action: Action, sender: string, state: StateMap): Given {
    const set = (type: string, stateKey: string, content: JsonObject): Given => ({
      type,
      sender,
      state_key: stateKey,
      content,
    });
    switch (action.do) {
      case 'set a level': {
        const { [action.of]: _old, ...users } = (this.#levels(state).users ?? {}) as JsonObject;
        const changed = action.to === undefined ? users : { ...users, [action.of]: action.to };
        return set('m.room.power_levels', '', { ...this.#levels(state), users: changed });
      }
      case 'set levels': {
        const { [action.key]: _old, ...levels } = this.#levels(state);
        return set(
          'm.room.power_levels',
          '',
          action.to === undefined ? levels : { ...levels, [action.key]: action.to },
        );
      }
      case 'set membership':
        return memberOf(sender, action.of, action.to);
      case 'join or leave':
        return memberOf(sender, sender, action.to);
      case 'set join rule':
        return set('m.room.join_rules', '', { join_rule: action.to });
      case 'set state':
        return set(action.type, action.stateKey, {});
      case 'send':
        return { type: 'm.room.message', sender };
    }
  }

  #levels(state: StateMap): JsonObject {
    return this.#events.get(state.get(stateMapKey('m.room.power_levels', '')) ?? '')?.content ?? {};
  }

  #choose(choice: StateChoice): StateMap {
    if (choice.of === 'a moment') return this.#back(this.#moments, choice.back).state;
    if (choice.of === 'a claim') {
      return this.#back(this.#claims.length > 0 ? this.#claims : this.#moments, choice.back).state;
    }
    const rivals = new Map<string, string[]>();
    for (const [eventId, event] of this.#events) {
      if (!isState(event) || this.#rejected.has(eventId)) continue;
      const key = stateMapKey(event.type, event.state_key);
      rivals.set(key, [...(rivals.get(key) ?? []), eventId]);
    }
    const picked = [...rivals].flatMap(([key, eventIds], index) => {
      const pick = choice.picks[index % choice.picks.length] ?? 0;
      const isMissing = pick % 11 === 10 && key !== stateMapKey('m.room.create', '');
      return isMissing ? [] : [[key, eventIds[pick % eventIds.length] as string] as const];
    });
    return new Map(picked);
  }

  #back(moments: readonly Moment[], back: number): Moment {
    return moments[Math.max(0, moments.length - 1 - back)] as Moment;
  }
}

function memberOf(sender: string, target: string, membership: string): Given {
  return { type: 'm.room.member', sender, state_key: target, content: { membership } };
}
