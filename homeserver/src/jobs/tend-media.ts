import type { Media } from '../media/index.ts';
import { JobKind } from '../storage/index.ts';
import type { JobDefinition } from './job-runner.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Deletes media that have outlived their time, and content that nothing names any more. */
export function tendMediaJob({ removal }: Pick<Media, 'removal'>): JobDefinition {
  return {
    kind: JobKind.TendMedia,
    atOnce: 1,
    everyMs: HOUR_MS,
    run: ({ signal }) => removal.tend(signal),
  };
}
