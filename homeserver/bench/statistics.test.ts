import { expect } from 'chai';
import { formatNumber, median, percentile, ratio } from './statistics.ts';

describe("the benchmark's arithmetic", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it('takes percentiles by nearest rank, whatever the order', () => {
    expect(percentile(hundred, 0.5)).to.equal(50);
    expect(percentile(hundred, 0.99)).to.equal(99);
    expect(percentile(hundred, 1)).to.equal(100);
    expect(percentile(hundred, 0)).to.equal(1);
  });

  it('gives the slowest of a few as their 99th percentile', () => {
    expect(percentile([3, 1, 2], 0.99)).to.equal(3);
    expect(percentile([7], 0.5)).to.equal(7);
  });

  it('sorts by size, not by spelling, and leaves what it is given alone', () => {
    const values = [10, 9, 100];
    expect(percentile(values, 0.01)).to.equal(9);
    expect(median(values)).to.equal(10);
    expect(values).to.deep.equal([10, 9, 100]);
  });

  it('takes the middle value, or the mean of the middle two', () => {
    expect(median([5, 1, 9])).to.equal(5);
    expect(median([4, 1, 2, 9])).to.equal(3);
    expect(median([6])).to.equal(6);
  });

  it('has no percentile and no median of nothing', () => {
    expect(percentile([], 0.5)).to.be.NaN;
    expect(median([])).to.be.NaN;
  });

  it('says how many times one fits into another, and nothing where there is nothing to compare', () => {
    expect(ratio(4_000, 100)).to.equal(40);
    expect(ratio(50, 100)).to.equal(0.5);
    for (const [base, other] of [
      [1, 0],
      [undefined, 1],
      [1, undefined],
      [Number.NaN, 1],
      [1, Number.NaN],
    ]) {
      expect(ratio(base, other), `${base} to ${other}`).to.equal(undefined);
    }
  });

  it('writes three digits that count', () => {
    expect([4012.4, 812.34, 38.216, 1.2345, 0.01234, 0].map(formatNumber)).to.deep.equal([
      '4,012',
      '812',
      '38.2',
      '1.23',
      '0.012',
      '0',
    ]);
    expect([undefined, Number.NaN].map(formatNumber)).to.deep.equal(['–', '–']);
  });
});
