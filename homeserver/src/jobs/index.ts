/** Work that outlives the request which asked for it: one file for each kind of job, and the runner that does them. */
export { JobRunner } from './job-runner.ts';
