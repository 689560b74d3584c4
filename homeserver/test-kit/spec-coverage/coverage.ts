import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** By the name of the endpoint and the test file: the statuses that were seen. */
export type Coverage = Record<string, Record<string, Set<number>>>;

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILE = join(ROOT, 'homeserver/tests/spec-coverage.json');

/** What the last `npm run generate -- record` saw, without test files that are gone. */
export function readCoverage(): Coverage {
  const written: Record<string, Record<string, number[]>> = JSON.parse(readFileSync(FILE, 'utf8'));
  return Object.fromEntries(
    Object.entries(written).map(([name, files]) => [
      name,
      Object.fromEntries(
        Object.entries(files).flatMap(([file, statuses]) =>
          existsSync(join(ROOT, file)) ? [[file, new Set(statuses)]] : [],
        ),
      ),
    ]),
  );
}

/** Replaces the record. One line for each operation and test file, so that two branches can be merged. */
export function writeCoverage(coverage: Coverage): void {
  const sorted = Object.entries(coverage)
    .filter(([, files]) => Object.keys(files).length > 0)
    .sort(byKey)
    .map(([name, files]) => {
      const lines = Object.entries(files)
        .sort(byKey)
        .map(([file, statuses]) => `    ${JSON.stringify(file)}: ${JSON.stringify([...statuses].sort())}`);
      return `  ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n  }`;
    });
  writeFileSync(FILE, `{\n${sorted.join(',\n')}\n}\n`);
}

/** What was written, with what the files of this run have seen in the place of what they had. */
export function mergeCoverage(written: Coverage, seen: Coverage, ran: ReadonlySet<string>): Coverage {
  const merged: Coverage = {};
  for (const name of new Set([...Object.keys(written), ...Object.keys(seen)])) {
    const kept = Object.entries(written[name] ?? {}).filter(([file]) => !ran.has(file));
    const added = Object.entries(seen[name] ?? {}).filter(([file]) => ran.has(file));
    merged[name] = Object.fromEntries([...kept, ...added]);
  }
  return merged;
}

/**
 * What is written of the files of this run and was not seen. An error may be seen by others in its place: whether one who
 * asks until something is there is told once that it is not, is a matter of time.
 */
export function staleClaims(written: Coverage, seen: Coverage, ran: ReadonlySet<string>): string[] {
  return Object.entries(written).flatMap(([name, files]) => {
    const sees = (file: string, status: number) => seen[name]?.[file]?.has(status) === true;
    const isErrorOfOthers = (file: string, status: number) =>
      status >= 400 &&
      Object.entries(files).some(
        ([other, statuses]) =>
          other !== file && statuses.has(status) && (!ran.has(other) || sees(other, status)),
      );
    return Object.entries(files).flatMap(([file, statuses]) =>
      ran.has(file)
        ? [...statuses]
            .filter((status) => !sees(file, status) && !isErrorOfOthers(file, status))
            .map((status) => `${file} does not see ${name} answer ${status} any more`)
        : [],
    );
  });
}

/** Operations that succeeded in this run, and never before by what is written. */
export function unclaimedSuccesses(written: Coverage, seen: Coverage, ran: ReadonlySet<string>): string[] {
  return Object.entries(seen).flatMap(([name, files]) => {
    const [file] = Object.keys(files).filter((tried) => ran.has(tried) && hasSuccess(files[tried]));
    const known = Object.values(written[name] ?? {}).some(hasSuccess);
    return file === undefined || known ? [] : [`${file} is the first to see ${name} succeed`];
  });
}

/** Whether one of the statuses is success or a redirect. */
export function hasSuccess(statuses: ReadonlySet<number> = new Set()): boolean {
  return [...statuses].some((status) => status < 400);
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
