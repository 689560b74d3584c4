import { setTimeout as delay } from 'node:timers/promises';

/** Waits until something that happens in the background holds. The test's own time limit ends the wait. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(20);
}
