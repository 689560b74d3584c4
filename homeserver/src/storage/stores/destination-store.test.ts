import { expect } from 'chai';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

describe('DestinationStore', () => {
  it('forgets servers that nothing is for, those that do not answer only when they were not tried for long', () =>
    withStorage(async ({ database, destinations }) => {
      const failing = (failedTs: number) => ({
        failingSinceTs: 1,
        failedTs,
        retryTs: failedTs + 1,
        reason: '',
      });
      for (const name of ['answers', 'in-room', 'awaited']) await destinations.add(name);
      await destinations.put('gone-long', failing(10));
      await destinations.put('gone-lately', failing(1_000));
      await destinations.put('gone-in-room', failing(10));
      const unit = new UnitOfWork();
      for (const server of ['in-room', 'gone-in-room']) {
        unit.run('INSERT INTO outgoing_rooms (server, room_nid, first, last) VALUES (?, 1, 1, 0)', [server]);
      }
      unit.run("INSERT INTO outgoing_messages (server, key, ts, edu) VALUES ('awaited', 'k', 1, '{}')", []);
      await database.commit(unit);
      const told: (string | undefined)[] = [];
      database.onInvalidated('destinations', (server) => told.push(server));
      expect(await destinations.forgetUnused(500, 1)).to.equal(1);
      expect(await destinations.forgetUnused(500, 10)).to.equal(1);
      expect(await destinations.forgetUnused(500, 10)).to.equal(0);
      expect(told).to.deep.equal(['answers', 'gone-long']);
      const left = await destinations.list({
        containing: '',
        order: 'destination',
        descending: false,
        offset: 0,
        limit: 10,
      });
      const names = ['awaited', 'gone-in-room', 'gone-lately', 'in-room'];
      expect(left.map(({ serverName }) => serverName)).to.deep.equal(names);
    }));
});
