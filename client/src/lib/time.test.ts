import { expect } from 'chai';
import { countDaysBetween, formatDay, formatDuration, formatStamp, formatTime } from './time.ts';

const noon = new Date(2026, 2, 10, 12, 0).getTime();
const at = (day: number, hour: number): number => new Date(2026, 2, day, hour, 5).getTime();

describe('time', () => {
  it('writes how long something plays', () => {
    expect([400, 7000, 59_600, 750_000, 3_723_000].map(formatDuration)).to.deep.equal([
      '0:00',
      '0:07',
      '1:00',
      '12:30',
      '1:02:03',
    ]);
  });

  it('counts calendar days, not spans of 24 hours', () => {
    expect(countDaysBetween(at(9, 23), at(10, 1))).to.equal(1);
    expect(countDaysBetween(at(10, 0), at(10, 23))).to.equal(0);
  });

  it('names the days close to now', () => {
    expect(formatDay(at(10, 1), noon)).to.equal('Today');
    expect(formatDay(at(9, 23), noon)).to.equal('Yesterday');
    expect(formatDay(at(3, 1), noon)).to.match(/March|3/);
  });

  it('tells one minute from the next, and back', () => {
    const times = [at(10, 9), at(10, 9) + 59_999, at(10, 9) + 60_000, at(10, 9)].map(formatTime);
    expect(times.map((time) => /:(\d\d)/.exec(time)?.[1])).to.deep.equal(['05', '05', '06', '05']);
  });

  it('says when a message was sent', () => {
    expect(formatStamp(at(10, 9), noon)).to.match(/^Today at /);
    expect(formatStamp(at(9, 9), noon)).to.match(/^Yesterday at /);
    expect(formatStamp(at(1, 9), noon)).to.contain('2026');
  });
});
