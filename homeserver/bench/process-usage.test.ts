import { expect } from 'chai';
import { cpuSecondsOf } from './process-usage.ts';

describe('the CPU time of a process', () => {
  it('is user and system time, that of ended children included', () => {
    const stat =
      '4711 (node) S 1 4711 4711 0 -1 4194560 100 200 0 0 250 50 75 25 20 0 11 0 12345 1000000 2000 18446744073709551615';
    expect(cpuSecondsOf(stat)).to.equal(4);
  });

  it('is found behind a name that looks like the rest of the line', () => {
    const stat = '4711 (a) S 1 2 (b c) S 1 4711 4711 0 -1 4194560 100 200 0 0 100 0 0 0 20 0 11 0 12345';
    expect(cpuSecondsOf(stat)).to.equal(1);
  });
});
