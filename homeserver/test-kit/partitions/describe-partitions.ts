import { diceOf } from '../random-history.ts';
import type { PartedServers } from './parted-servers.ts';
import { drawPlan } from './plan.ts';

/** `npm run soak -- partitions` has more of them, and others each time. */
const SCHEDULES = Number(process.env.GUILDHALL_TEST_PARTITIONS ?? 5);
const FIRST_SEED = Number(process.env.GUILDHALL_TEST_SEED ?? 20_261_122);

/** A test for each of some random schedules, among servers that are there when it runs. */
export function describePartitions(servers: number, parted: () => PartedServers): void {
  const seeds = Array.from({ length: SCHEDULES }, (_, index) => FIRST_SEED + index);
  for (const seed of seeds) {
    it(`have the same state and every event after they were parted (seed ${seed})`, async function () {
      this.timeout(120_000);
      await parted().play(drawPlan(diceOf(seed), servers));
    });
  }
  afterEach(function () {
    const seed = seeds.find((each) => this.currentTest?.title.includes(`${each}`));
    if (seed === undefined || this.currentTest?.state !== 'failed') return;
    const plan = JSON.stringify(drawPlan(diceOf(seed), servers));
    console.error(`seed ${seed} waited for ${parted().awaited}; its plan: ${plan}`);
  });
}
