/** One thing that is wrong with the configuration, told so that it can be put right. */
export interface ConfigurationProblem {
  /** The key as it is written where it stands: `GUILDHALL_PORT` or `port`. */
  readonly key: string;
  /** Where it stands: `environment`, or a file with its line. */
  readonly source: string;
  readonly problem: string;
  /** What to do, completing "Please ...". */
  readonly remedy: string;
}

/** Everything that is wrong with the configuration, at once. The message is meant for a terminal. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(
      ({ key, source, problem, remedy }) => `  ${key} (${source}): ${problem}. Please ${remedy}.`,
    );
    super(`The configuration cannot be used:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}
