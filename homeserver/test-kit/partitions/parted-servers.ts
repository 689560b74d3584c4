import { expect } from 'chai';
import { eventually } from '../eventually.ts';
import type { TestNetwork } from '../test-network.ts';
import { roomPath, type TestResponse, type TestUser } from '../test-user.ts';
import { joinVia, untilMember } from '../two-servers.ts';
import type { Act, Person, Plan, Role } from './plan.ts';
import type { SeparableServer } from './separable-server.ts';

/** A server, and who is on it. */
type Side = SeparableServer & { readonly people: Readonly<Record<Role, TestUser>> };

/** Servers that may be parted, and what they have to agree on when they meet again. */
export class PartedServers {
  readonly #network: TestNetwork;
  readonly #sides: readonly Side[];
  /** For whoever looks into a failure: what it waits for, or waited for last. */
  awaited = 'nothing';

  private constructor(network: TestNetwork, sides: readonly Side[]) {
    this.#network = network;
    this.#sides = sides;
  }

  /** @param servers of the network, which are parted from nobody else. */
  static async create(network: TestNetwork, servers: readonly SeparableServer[]): Promise<PartedServers> {
    await network.separateWays();
    const sides: Side[] = [];
    for (const server of servers) {
      const [witness, mod, guest] = [
        await server.register('witness'),
        await server.register('mod'),
        await server.register('guest'),
      ];
      sides.push({ ...server, people: { witness, mod, guest } });
    }
    return new PartedServers(network, sides);
  }

  /** Does what a plan says in a new room, heals everything, and fails unless all servers have the same in the end. */
  async play(plan: Plan): Promise<void> {
    const roomId = await this.#gather(plan);
    const sent: string[] = [];
    for (const { cut, acts } of plan.splits) {
      this.#heal();
      for (const [from, to] of cut) this.#network.cutWay(this.#side(from).name, this.#side(to).name);
      for (const act of acts) {
        const eventId = await this.#act(roomId, act);
        if (eventId !== undefined) sent.push(eventId);
      }
    }
    this.#heal();
    await this.#meet(roomId, plan.order);
    for (const eventId of sent) await this.#untilEverywhere(roomId, eventId);
    await this.#expectSameState(roomId);
  }

  #side(number: number): Side {
    const side = this.#sides[number];
    if (side === undefined) throw new Error(`there is no server ${number}`);
    return side;
  }

  #person({ server, role }: Person): TestUser {
    return this.#side(server).people[role];
  }

  /** A room in which everybody is. */
  async #gather({ version, creator, levels }: Plan): Promise<string> {
    const owner = this.#side(creator).people.mod;
    const mods = this.#sides.map(({ people }, number) => [people.mod.userId, levels[number]] as const);
    const users = Object.fromEntries(mods.filter(([userId]) => userId !== owner.userId));
    const own = version === '12' ? {} : { [owner.userId]: 100 };
    const roomId = await owner.createRoom({
      preset: 'public_chat',
      room_version: version,
      power_level_content_override: { users: { ...users, ...own } },
    });
    for (const { people } of this.#sides) {
      for (const user of Object.values(people)) {
        if (user !== owner) await joinVia(user, roomId, this.#side(creator).name);
      }
    }
    for (const { people } of this.#sides) {
      for (const other of this.#sides.flatMap((side) => Object.values(side.people))) {
        await untilMember(people.witness, roomId, other, 'join');
      }
    }
    return roomId;
  }

  #heal(): void {
    for (const { name: from } of this.#sides) {
      for (const { name: to } of this.#sides) if (from !== to) this.#network.healWay(from, to);
    }
  }

  /** @returns the event's ID, if it was allowed and the answer has it. */
  async #act(roomId: string, act: Act): Promise<string | undefined> {
    const by = this.#person(act.by);
    const { status, body } = await this.#request(roomId, by, act);
    const isAnswer = status === 200 || (status >= 400 && status < 500);
    expect(isAnswer, `${JSON.stringify(act)}: ${status} ${JSON.stringify(body)}`).to.equal(true);
    return body.event_id;
  }

  async #request(roomId: string, by: TestUser, { kind, whom, number }: Act): Promise<TestResponse> {
    const room = roomPath(roomId);
    const { userId } = this.#person(whom);
    // State that is what it was before would be no event.
    const mark = nextMark();
    const set = (type: string, content: object) =>
      by.request('PUT', `${room}/state/m.room.${type}/`, { ...content, mark });
    switch (kind) {
      case 'say': {
        const content = { msgtype: 'm.text', body: mark };
        return by.request('PUT', `${room}/send/m.room.message/${mark}`, content);
      }
      case 'topic':
        return set('topic', { topic: mark });
      case 'name':
        return set('name', { name: mark });
      case 'rules':
        return set('join_rules', { join_rule: number > 25 ? 'public' : 'invite' });
      case 'level': {
        const { status, body } = await by.request('GET', `${room}/state/m.room.power_levels/`);
        return status === 200
          ? set('power_levels', { ...body, users: { ...body.users, [userId]: number } })
          : { status, headers: new Headers(), body };
      }
      case 'ban':
      case 'unban':
      case 'kick':
        return by.request('POST', `${room}/${kind}`, { user_id: userId });
      case 'leave':
      case 'join':
        return by.request('POST', `${room}/${kind}`, {});
    }
  }

  /** Each server says something when it has heard the one before: the last of it follows all that was said. */
  async #meet(roomId: string, order: readonly number[]): Promise<void> {
    for (const number of order) {
      const { people } = this.#side(number);
      await this.#untilShown(roomId, await people.witness.say(roomId, 'here we are'));
    }
  }

  async #untilShown(roomId: string, eventId: string): Promise<void> {
    for (const { people } of this.#sides) {
      const path = `${roomPath(roomId)}/event/${encodeURIComponent(eventId)}`;
      const isShown = async () => (await people.witness.request('GET', path)).status === 200;
      await this.#until(`${people.witness.userId} to be shown ${eventId}`, isShown);
    }
  }

  async #untilEverywhere(roomId: string, eventId: string): Promise<void> {
    for (const [number, side] of this.#sides.entries()) {
      await this.#until(`server ${number} to have ${eventId}`, () => side.has(eventId, roomId));
    }
  }

  /** Waits while servers try each other again at once. */
  async #until(awaited: string, holds: () => Promise<boolean>): Promise<void> {
    this.awaited = awaited;
    const names = this.#sides.map(({ name }) => name);
    await eventually(async () => {
      for (const side of this.#sides) await side.forgive(names.filter((name) => name !== side.name));
      return holds();
    });
  }

  async #expectSameState(roomId: string): Promise<void> {
    const states = await Promise.all(this.#sides.map(({ people }) => stateOf(people.witness, roomId)));
    for (const [number, state] of states.entries()) {
      const about = `the state on server ${number} (left), as on server 0 (right)`;
      expect(state, about).to.deep.equal(states[0]);
    }
  }
}

let lastMark = 0;

function nextMark(): string {
  lastMark += 1;
  return `parted${lastMark}`;
}

/** IDs of the events that are a room's state, by type and key. */
async function stateOf(user: TestUser, roomId: string): Promise<Record<string, string>> {
  const events: { type: string; state_key: string; event_id: string }[] = await user.ok(
    'GET',
    `${roomPath(roomId)}/state`,
  );
  const entries = events.map(({ type, state_key: key, event_id: id }) => [`${type} ${key}`, id] as const);
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}
