import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../homeserver/src/protocol/canonical-json.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import { ALICE, BOB, USERS } from './event-maker.ts';

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
export type StateChoice =
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
