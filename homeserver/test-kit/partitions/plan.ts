import { supportedRoomVersions } from '../../src/protocol/room-versions.ts';
import { type Dice, pick, shuffled } from '../random-history.ts';

/** Who is on each server. The witness does nothing but talk, and is done nothing to: so the server stays in the room. */
export type Role = 'witness' | 'mod' | 'guest';

/** Somebody: the number of the server, and who of it. */
export interface Person {
  readonly server: number;
  readonly role: Role;
}

/** What somebody does, allowed or not. */
export interface Act {
  readonly by: Person;
  readonly kind: (typeof KINDS)[number];
  /** Whom it is about, where it is about somebody. */
  readonly whom: Person;
  /** A power level, where it sets one; of join rules, a low one is "by invitation". */
  readonly number: number;
}

/** A time in which some servers do not reach some others. */
export interface Split {
  /** From and to which server; the other direction is another way. */
  readonly cut: readonly (readonly [number, number])[];
  readonly acts: readonly Act[];
}

/** What happens in one room. */
export interface Plan {
  readonly version: string;
  /** The server whose moderator creates the room. */
  readonly creator: number;
  /** Of the moderators of the other servers, by server. */
  readonly levels: readonly number[];
  readonly splits: readonly Split[];
  /** In which order the servers speak when all is over. */
  readonly order: readonly number[];
}

const KINDS = ['say', 'topic', 'name', 'rules', 'level', 'ban', 'unban', 'kick', 'leave', 'join'] as const;
/** Those of which each server does so many that others have to ask for what is between. */
const MOST_IN_A_ROW = 25;
const LEVELS = [0, 25, 50, 75, 100];

/** Draws what happens among some servers. */
export function drawPlan(dice: Dice, servers: number): Plan {
  const numbers = [...Array(servers).keys()];
  return {
    version: pick(supportedRoomVersions, dice),
    creator: dice(servers),
    levels: numbers.map(() => pick([50, 75, 100], dice)),
    splits: Array.from({ length: 1 + dice(3) }, () => drawSplit(dice, numbers)),
    order: shuffled(numbers, dice),
  };
}

function drawSplit(dice: Dice, servers: readonly number[]): Split {
  const acts = Array.from({ length: 4 + dice(12) }, () => drawAct(dice, servers));
  const talker = { server: pick(servers, dice), role: 'witness' } as const;
  const talk = { by: talker, kind: 'say', whom: talker, number: 0 } as const;
  const said = dice(3) === 0 ? dice(MOST_IN_A_ROW) : 0;
  for (let left = said; left > 0; left -= 1) acts.splice(dice(acts.length), 0, talk);
  return { cut: drawCut(dice, servers), acts };
}

/** One server alone, or each, or one way in one direction, or any. */
function drawCut(dice: Dice, servers: readonly number[]): (readonly [number, number])[] {
  const ways = servers.flatMap((from) =>
    servers.filter((to) => to !== from).map((to) => [from, to] as const),
  );
  const alone = pick(servers, dice);
  const cuts = [
    () => ways.filter(([from, to]) => from === alone || to === alone),
    () => ways,
    () => [pick(ways, dice)],
    () => ways.filter(() => dice(2) === 0),
  ];
  return pick(cuts, dice)();
}

function drawAct(dice: Dice, servers: readonly number[]): Act {
  const anybody = (roles: readonly Role[]): Person => ({
    server: pick(servers, dice),
    role: pick(roles, dice),
  });
  const by = anybody(['mod', 'mod', 'guest']);
  return { by, kind: pick(KINDS, dice), whom: anybody(['mod', 'guest']), number: pick(LEVELS, dice) };
}
