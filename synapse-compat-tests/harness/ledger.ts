import { readFileSync, writeFileSync } from 'node:fs';

/** Which case. */
export interface CaseName {
  readonly area: string;
  readonly title: string;
}

/** Where Guildhall does otherwise than Synapse, because the specification says so. */
interface OursFollowsSpecification {
  /** The address of the section. */
  readonly specification: string;
  /** What it says. */
  readonly quote: string;
  readonly differs: Differences;
}

/** Where it is not settled yet who is right, or what has to be built. */
interface Open {
  readonly open: string;
}

export type Verdict = 'agree' | OursFollowsSpecification | Open;

/** By area and title of the case. */
export type Ledger = Record<string, Record<string, Verdict>>;

/** By the path in what was observed: what Guildhall did and what Synapse did. */
export type Differences = Readonly<Record<string, readonly [ours: unknown, synapses: unknown]>>;

const FILE = new URL('../ledger.json', import.meta.url);

/** With `write`, the ledger takes down what it sees; else it is what cases are held to. */
const isWriting = process.env.GUILDHALL_TEST_LEDGER === 'write';

/** What stands for a reason that somebody still has to write. */
export const NO_REASON_YET = 'why?';

const seen = new Map<string, Differences>();
const declared = new Map<string, Set<string>>();
let ledger: Ledger | undefined;

/** The committed ledger. */
export function readLedger(): Ledger {
  ledger ??= JSON.parse(readFileSync(FILE, 'utf8')) as Ledger;
  return ledger;
}

/**
 * Holds what was seen of a case to what the ledger says of it.
 * @throws {Error} if they contradict each other, with the differences.
 */
export function judge({ area, title }: CaseName, found: Differences): void {
  seen.set(JSON.stringify([area, title]), found);
  if (isWriting) return;
  const objection = objectionTo(readLedger()[area]?.[title], found);
  if (objection !== undefined) throw new Error(`${objection}\n${describeDifferences(found)}`);
}

/** What the ledger has wrong about a case; undefined if nothing. */
export function objectionTo(verdict: Verdict | undefined, found: Differences): string | undefined {
  const agree = Object.keys(found).length === 0;
  if (verdict === undefined) return 'This case is not in the ledger: see synapse-compat-tests/README.md.';
  if (verdict === 'agree') return agree ? undefined : 'Guildhall does otherwise than Synapse.';
  if (agree) return 'The ledger says that this differs, but now both agree.';
  if ('open' in verdict) return undefined;
  return JSON.stringify(verdict.differs) === JSON.stringify(found)
    ? undefined
    : 'The two differ, but otherwise than the ledger says.';
}

/** Takes down that there is a case. */
export function declareCase({ area, title }: CaseName): void {
  const titles = declared.get(area) ?? new Set();
  if (titles.has(title)) throw new Error(`There are two cases called "${title}" in ${area}`);
  declared.set(area, titles.add(title));
}

/** The areas that have cases in this run. */
export function declaredAreas(): ReadonlySet<string> {
  return new Set(declared.keys());
}

/** Cases that the ledger has in the areas that there are, and that are not there. */
export function undeclaredCases(): string[] {
  if (isWriting) return [];
  return [...declared].flatMap(([area, titles]) =>
    Object.keys(readLedger()[area] ?? {}).filter((title) => !titles.has(title)),
  );
}

/** Writes down what was seen: agreements by itself; what differs keeps its reason, or waits for one. */
export function writeLedger(): void {
  if (!isWriting) return;
  const areas = { ...readLedger() };
  for (const [area, titles] of declared) {
    const verdicts = [...titles].flatMap((title) => {
      const found = seen.get(JSON.stringify([area, title]));
      const written = readLedger()[area]?.[title];
      const verdict = found === undefined ? written : verdictOn(`${area}: ${title}`, written, found);
      return verdict === undefined ? [] : [[title, verdict]];
    });
    areas[area] = Object.fromEntries(verdicts);
  }
  const blocks = Object.entries(areas)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([area, cases]) => {
      const lines = Object.entries(cases).map(
        ([title, verdict]) => `    ${JSON.stringify(title)}: ${JSON.stringify(verdict)}`,
      );
      return `  ${JSON.stringify(area)}: {\n${lines.join(',\n')}\n  }`;
    });
  writeFileSync(FILE, `{\n${blocks.join(',\n')}\n}\n`);
}

function verdictOn(name: string, written: Verdict | undefined, found: Differences): Verdict {
  if (Object.keys(found).length === 0) return 'agree';
  const isNew = written === undefined || written === 'agree';
  if (isNew || ('open' in written && written.open === NO_REASON_YET)) {
    console.log(`${name}\n${describeDifferences(found)}`);
    return { open: NO_REASON_YET };
  }
  return 'open' in written ? written : { ...written, differs: found };
}

function describeDifferences(found: Differences): string {
  return Object.entries(found)
    .map(
      ([path, [ours, synapses]]) =>
        `  ${path || 'the whole'}\n    Guildhall: ${JSON.stringify(ours)}\n    Synapse:   ${JSON.stringify(synapses)}`,
    )
    .join('\n');
}
