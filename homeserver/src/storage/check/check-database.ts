import type { Check, CheckedDatabase } from './check.ts';
import { companionsBelong } from './companions.ts';
import { countersAreAhead } from './counters.ts';
import { fileIsSound } from './file.ts';
import { eventsAreGenuine } from './genuine-events.ts';
import { headsAreNewest } from './heads.ts';
import { linksLeadSomewhere } from './links.ts';
import { membersAreCurrent } from './members.ts';
import { snapshotsAreWhole } from './snapshots.ts';
import { statesFollow } from './states.ts';
import { referencesAreHere, timelineIsTheLog } from './timeline.ts';

/** Everything that is checked. */
const CHECKS: readonly Check[] = [
  fileIsSound,
  linksLeadSomewhere,
  countersAreAhead,
  eventsAreGenuine,
  referencesAreHere,
  timelineIsTheLog,
  headsAreNewest,
  snapshotsAreWhole,
  statesFollow,
  membersAreCurrent,
  companionsBelong,
];

/** How many contradictions of one check are kept in words; the rest are counted. */
const MOST_REPORTED = 20;

/** What came of one check. */
export interface CheckResult {
  /** What should hold, as a sentence. */
  readonly holds: string;
  /** How many contradictions were found. */
  readonly count: number;
  /** The first of them, in words. */
  readonly contradictions: readonly string[];
}

/** Runs every check on a database and reads nothing but it; gives each result as soon as it is there. */
export async function* checkDatabase(database: CheckedDatabase): AsyncGenerator<CheckResult> {
  for (const { holds, run } of CHECKS) {
    const contradictions: string[] = [];
    let count = 0;
    await run(database, (contradiction) => {
      count += 1;
      if (count <= MOST_REPORTED) contradictions.push(contradiction);
    });
    yield { holds, count, contradictions };
  }
}
