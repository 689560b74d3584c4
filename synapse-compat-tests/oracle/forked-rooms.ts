import type { JsonObject } from '../../homeserver/src/protocol/canonical-json.ts';
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
import { ALICE, EventMaker, type Given, USERS } from './event-maker.ts';
import type { Action, StateChoice, Step, Story } from './stories.ts';

/** Rooms in which people fight, with forks and merges, and states of them that have to be resolved. */

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
