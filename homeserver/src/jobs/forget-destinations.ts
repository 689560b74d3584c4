import type { Clock } from '../base/clock.ts';
import { JobKind, type Storage } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const REMEMBERED_MS = 30 * DAY_MS;
const AT_ONCE = 500;

/** Forgets other servers that are of no interest any more: whoever makes up names can have any number of them asked for. */
export function forgetDestinationsJob(
  { destinations }: Pick<Storage, 'destinations'>,
  clock: Clock,
): JobDefinition {
  return {
    kind: JobKind.ForgetDestinations,
    atOnce: 1,
    everyMs: 7 * DAY_MS,
    async run({ signal }) {
      const before = clock.now() - REMEMBERED_MS;
      while ((await destinations.forgetUnused(before, AT_ONCE)) === AT_ONCE) signal.throwIfAborted();
    },
  };
}
