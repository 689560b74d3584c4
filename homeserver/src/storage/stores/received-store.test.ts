import { expect } from 'chai';
import { rejection } from '../../../test-kit/rejection.ts';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

describe('ReceivedStore', () => {
  const transaction = { origin: 'a.org', txnId: '1', answer: '{}', receivedTs: 1000 };

  it('takes a transaction once, and forgets it in time', () =>
    withStorage(async ({ database, received }) => {
      const note = () => {
        const unit = new UnitOfWork();
        received.noteTransaction(unit, transaction);
        return database.commit(unit);
      };
      expect(await received.answerOf('a.org', '1')).to.equal(undefined);
      await note();
      expect(await received.answerOf('a.org', '1')).to.equal('{}');
      expect(await received.answerOf('b.org', '1')).to.equal(undefined);
      expect(await rejection(note())).to.be.instanceOf(Error);
      const unit = new UnitOfWork();
      received.forgetTransactions(unit, 1001);
      await database.commit(unit);
      expect(await received.answerOf('a.org', '1')).to.equal(undefined);
    }));

  it('keeps events of a room in the order in which they came, each once', () =>
    withStorage(async ({ database, received }) => {
      const unit = new UnitOfWork();
      for (const [roomId, eventId] of [
        ['!r', '$2'],
        ['!r', '$1'],
        ['!other', '$1'],
        ['!r', '$2'],
      ] as const) {
        received.stage(unit, roomId, { eventId, origin: 'a.org', json: '{}' });
      }
      received.stage(unit, '!r', { eventId: '$0', origin: 'c.org', json: '{}' });
      await database.commit(unit);
      const staged = await received.firstStaged('!r', 'a.org', 10);
      expect(staged.map(({ eventId }) => eventId)).to.deep.equal(['$2', '$1']);
      expect(await received.mostStaged(['!other', '!r'], 'a.org')).to.equal(2);
      expect(await received.mostStaged(['!r'], 'b.org')).to.equal(0);
      expect(await received.countStaged()).to.equal(4);
      const end = new UnitOfWork();
      received.unstage(end, staged.slice(0, 1));
      await database.commit(end);
      expect((await received.firstStaged('!r', 'a.org', 10)).map(({ eventId }) => eventId)).to.deep.equal([
        '$1',
      ]);
    }));
});
