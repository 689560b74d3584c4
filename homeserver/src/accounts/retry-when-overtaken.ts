import { ExpectationFailed } from '../storage/index.ts';

/** Far more than the requests of one user that can be under way at once. */
const MOST_ATTEMPTS = 100;

/**
 * Repeats a read, change and write whose write found that another one had come first (`ExpectationFailed`). One of
 * those that meet always gets through, so each round is progress.
 */
export async function retryWhenOvertaken<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ExpectationFailed) || count === MOST_ATTEMPTS) throw error;
    }
  }
}
