import { expect } from 'chai';
import { ManualClock } from '../../../test-kit/manual-clock.ts';
import { LaneRests } from './lane-rests.ts';

const LANE = '!lane';
const MINUTE = 60_000;

describe('the rests of lanes', () => {
  let clock: ManualClock;
  let rests: LaneRests;
  /** The newest event of the lane. */
  let newest: number;
  beforeEach(() => {
    clock = new ManualClock();
    rests = new LaneRests(clock);
    newest = 1;
  });

  /** Lets a run of the lane fail, now. */
  const fail = (): void => rests.begin(LANE, newest, rests.isEarly(LANE));

  /** How long the lane rests from now on, in seconds; the time is over then. */
  async function restOut(): Promise<number> {
    let seconds = 0;
    for (; rests.isResting(LANE, newest); seconds += 1) await clock.advance(1_000);
    return seconds;
  }

  it('double up to ten minutes', async () => {
    const seconds: number[] = [];
    for (let run = 0; run < 12; run += 1) {
      fail();
      seconds.push(await restOut());
    }
    expect(seconds).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
  });

  it('end when something newer comes, and do not get longer by it', async () => {
    for (let run = 0; run < 3; run += 1) {
      fail();
      await restOut();
    }
    fail();
    for (let message = 0; message < 50; message += 1) {
      newest += 1;
      expect(rests.isResting(LANE, newest)).to.equal(false);
      expect(rests.isEarly(LANE)).to.equal(true);
      fail();
      expect(rests.isResting(LANE, newest), 'without anything newer').to.equal(true);
    }
    expect(await restOut()).to.equal(8);
    expect(rests.isEarly(LANE), 'after its time').to.equal(false);
    fail();
    expect(await restOut()).to.equal(16);
  });

  it('begin anew when nothing has waited in between', async () => {
    for (let run = 0; run < 5; run += 1) {
      fail();
      await clock.advance(MINUTE);
    }
    rests.end(LANE);
    expect(rests.isEarly(LANE)).to.equal(false);
    fail();
    expect(await restOut()).to.equal(1);
  });
});
