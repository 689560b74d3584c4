import { expect } from 'chai';
import { type Differences, declareCase, judge, undeclaredCases, writeLedger } from './ledger.ts';
import { differences, IdNames, normalise } from './normalise.ts';
import { startServers, stopServers } from './servers.ts';
import { observeFailure, World } from './world.ts';

/** What a case does, the same on both servers. What it returns is compared: answers, parts of them, anything in JSON. */
type Case<People> = (people: People, world: World) => Promise<unknown>;

/** Declares a case of an area. */
export type Same<People> = (name: string, run: Case<People>) => void;

let areas = 0;

// Of the whole run, whichever files it is of.
after(async () => {
  await stopServers();
  writeLedger();
  expect(undeclaredCases(), 'cases that are in the ledger only').to.deep.equal([]);
});

/**
 * An area of behaviour in which Guildhall has to do as Synapse does, unless the ledger says otherwise.
 * @param setup makes the people and rooms of the area, once on each server; its cases run one after another.
 */
export function area<People extends object>(
  name: string,
  setup: (world: World) => Promise<People>,
  declare: (same: Same<People>) => void,
): void {
  areas += 1;
  const prefix = `a${areas}`;
  describe(`as Synapse does: ${name}`, function () {
    this.timeout(60_000);
    let sides: readonly Side<People>[] = [];

    before(async () => {
      const servers = await startServers();
      sides = await Promise.all(
        [servers.guildhall, servers.synapse].map(async (url, index) => {
          const world = new World({ url, isOurs: index === 0 }, prefix);
          return { world, people: await settle(setup(world)) };
        }),
      );
    });

    declare((title, run) => {
      declareCase({ area: name, title });
      it(title, async () => {
        const [ours, synapses] = await Promise.all(sides.map((side) => observe(side, run)));
        // How many areas there are before this one is nothing that the ledger has to know.
        const found = JSON.stringify(differences(ours, synapses)).replaceAll(`@${prefix}-`, '@');
        judge({ area: name, title }, JSON.parse(found) as Differences);
      });
    });
  });
}

interface Side<People> {
  readonly world: World;
  readonly people: Settled<People>;
}

type Settled<Value> = { readonly value: Value } | { readonly error: unknown };

async function settle<Value>(promise: Promise<Value>): Promise<Settled<Value>> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

async function observe<People>({ world, people }: Side<People>, run: Case<People>): Promise<unknown> {
  const seen = await settle('error' in people ? Promise.reject(people.error) : run(people.value, world));
  return normalise('error' in seen ? observeFailure(seen.error) : seen.value, new IdNames(world.names));
}
