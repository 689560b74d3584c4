import { expect } from 'chai';
import { listControls } from '../tests/test-kit/controls.ts';
import { findKeyReacher, findReacher, recordReach, setRunningTest } from '../tests/test-kit/reach.ts';

// The last file of `npm run soak -- journeys`: it looks at what all the others have pressed.

recordReach();
beforeEach(function () {
  setRunningTest(this.currentTest?.fullTitle() ?? '');
});

describe('The journeys together', () => {
  it('reach every control of the client', () => {
    const missing: string[] = [];
    for (const { message, file, key } of listControls()) {
      const test = findReacher(message) ?? (key === undefined ? undefined : findKeyReacher(key));
      if (test === undefined) missing.push(`${message} of ${file}`);
      else console.log(`      ${message}: ${test}`);
    }
    expect(missing).to.deep.equal([]);
  });
});
