import { readFileSync } from 'node:fs';
import { configureGlobal } from 'fast-check';
import { coverageHooks } from './spec-coverage/recorder.ts';

// Loaded by .mocharc.json before any test.

/**
 * Property tests draw the same cases on every run, so that a failure is one of the change under test. The
 * long forms set another seed each time; fast-check prints it with a failure.
 */
configureGlobal({ seed: Number(process.env.GUILDHALL_TEST_SEED ?? 20_261_120) });

/** What `npm run services -- start` left running, so that one test file can be run by hand as well. */
for (const [name, value] of Object.entries(readServices())) process.env[name] ??= value;

/** Mocha finds it by this name. */
export const mochaHooks = coverageHooks;

function readServices(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(new URL('../../.services/env.json', import.meta.url), 'utf8'));
  } catch {
    return {};
  }
}
