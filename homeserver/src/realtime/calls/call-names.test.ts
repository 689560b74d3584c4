import { expect } from 'chai';
import { callName, memberName } from './call-names.ts';

describe('the names of calls', () => {
  it('are those of the proposal’s examples', () => {
    expect(callName('!roomid:example.com', 'slot1234')).to.equal(
      'O8437W3+jmzMVjoIP3tNwbm+XxHQk2iKpOA7aqw3qSc',
    );
    expect(memberName('@alice:example.com', 'memberABC', 'DEVICE123')).to.equal(
      'J+T45tGruxc+HrUOqJJlyQSV33m728Cme4+vt8/SWrU',
    );
  });

  it('differ for a member with and without a device', () => {
    expect(memberName('@a:b', 'm', 'D')).not.to.equal(memberName('@a:b', 'm'));
  });
});
