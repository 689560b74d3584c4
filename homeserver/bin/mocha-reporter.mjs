// Mocha's own report for people, and its counts in a file for test.mjs.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** How long a finished run may take to let go of its servers, files and timers. */
const LETTING_GO_MS = 20_000;

export default class CountingReporter extends Mocha.reporters.Spec {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const file = options.reporterOptions?.counts;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      setTimeout(failForLeaks, LETTING_GO_MS).unref();
    });
  }
}

function failForLeaks() {
  console.error(`A test left something open: ${process.getActiveResourcesInfo().join(', ')}`);
  // Mocha sets the exit code from its failures when the process ends; this comes after it.
  process.once('exit', () => {
    process.exitCode = 1;
  });
  process.exit();
}
