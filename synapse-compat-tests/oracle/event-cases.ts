import fc from 'fast-check';
import { authEventKeys } from '../../homeserver/src/protocol/event-auth/index.ts';
import type { Pdu } from '../../homeserver/src/protocol/events.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import { type Draft, draftsOf } from './event-drafts.ts';
import { ALICE, EventMaker } from './event-maker.ts';
import { type RoomPlan, roomPlansOf } from './room-plans.ts';

/** An event and what it is judged by. */
export interface EventCase {
  readonly rules: RoomVersionRules;
  readonly event: Pdu;
  /** The state before the event, the create event first. */
  readonly state: readonly Pdu[];
  /** Events outside the state that `auth_events` may name. */
  readonly others: readonly Pdu[];
  /** The IDs of those of all these that were rejected. */
  readonly rejected: readonly string[];
}

const FAULTS = [
  'no create event',
  'one twice',
  'one too many',
  'one of another room',
  'a message',
  'a rejected one',
] as const;

/** How an event may cite what allows it: the fault, and of which event. */
interface Citing {
  readonly fault: (typeof FAULTS)[number] | undefined;
  readonly which: number;
}

/** Events of all kinds in rooms of one version. Most cite the auth events that they should. */
export function eventCasesOf(rules: RoomVersionRules): fc.Arbitrary<EventCase> {
  const citing = fc.record({
    fault: fc.option(fc.constantFrom(...FAULTS), { freq: 2, nil: undefined }),
    which: fc.nat({ max: 20 }),
  });
  const mostlyWell = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: citing },
  );
  return fc
    .record({ plan: roomPlansOf(rules), draft: draftsOf(rules), citing: mostlyWell })
    .map(({ plan, draft, citing }) => ({
      ...makeCase(rules, plan, draft, citing),
      [fc.toStringMethod]: () => 'the event of the error below',
    }));
}

/** An event of a draft in a room of a plan. */
export function makeCase(
  rules: RoomVersionRules,
  plan: RoomPlan,
  draft: Draft,
  { fault, which }: Citing = { fault: undefined, which: 0 },
): EventCase {
  const maker = new EventMaker(rules, plan.createContent);
  const state = [maker.create, ...plan.state.map((given) => maker.make(given))];
  const event = maker.make(draft({ state, createId: maker.idOf(maker.create) }));
  const needed = new Set(authEventKeys(event, rules).map(([type, stateKey]) => `${type}\0${stateKey}`));
  let cited = state.filter(({ type, state_key }) => needed.has(`${type}\0${state_key}`));
  const others: Pdu[] = [];
  const rejected: string[] = [];
  const one = cited[which % Math.max(1, cited.length)];
  if (fault === 'no create event') cited = cited.filter((pdu) => pdu !== maker.create);
  else if (fault === 'one too many') cited.push(state[which % state.length] ?? maker.create);
  else if (fault === 'a message') others.push(maker.make({ type: 'm.room.message', sender: ALICE }));
  else if (one !== undefined && fault === 'one twice') others.push(maker.make(one));
  else if (one !== undefined && fault === 'a rejected one') rejected.push(maker.idOf(one));
  else if (one !== undefined && fault === 'one of another room') {
    cited = cited.filter((pdu) => pdu !== one);
    others.push(maker.make({ ...one, room_id: '!other:a.test' }));
  }
  event.auth_events = [...cited, ...others].map((pdu) => maker.idOf(pdu));
  return { rules, event, state, others, rejected };
}
