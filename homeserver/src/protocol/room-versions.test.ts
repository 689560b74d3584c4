import { expect } from 'chai';
import { DEFAULT_ROOM_VERSION, roomVersionRules, supportedRoomVersions } from './room-versions.ts';

describe('room versions', () => {
  it('are 1 to 12, each naming itself', () => {
    expect(supportedRoomVersions).to.deep.equal([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
      '12',
    ]);
    for (const version of supportedRoomVersions) expect(roomVersionRules(version)?.version).to.equal(version);
    expect(supportedRoomVersions).to.include(DEFAULT_ROOM_VERSION);
  });

  it('are opaque names: others are unknown, however much they look alike', () => {
    for (const version of ['13', '01', '1.0', '', 'toString', 'org.example.1']) {
      expect(roomVersionRules(version), version).to.equal(undefined);
    }
  });
});
