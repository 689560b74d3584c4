import { hash } from 'node:crypto';
import fc from 'fast-check';

/** By how much the long form is longer: `npm run soak -- oracle` says. */
export const SCALE = Number(process.env.GUILDHALL_ORACLE_SCALE ?? 1);

/** The seed of this run; each test has one of its own, made from it. */
export const SEED = fc.readConfigureGlobal().seed ?? 0;

/**
 * How often a property is tried, and with which seed.
 * @param name of the test, so that no two draw the same.
 * @param numRuns in the short form.
 */
export function runsOf(name: string, numRuns: number): { seed: number; numRuns: number } {
  const seed = Number.parseInt(hash('sha256', `${SEED} ${name}`).slice(0, 8), 16);
  return { seed, numRuns: numRuns * SCALE };
}

/** Counts what a long run has seen. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  print(title: string): void {
    console.log(`    ${title}`);
    for (const [what, count] of [...this.#counts].sort(([, one], [, other]) => other - one)) {
      console.log(`      ${count.toLocaleString('en').padStart(7)} ${what}`);
    }
  }
}
