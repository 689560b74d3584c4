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

  it('keeps the events of a server in the order in which they came, each once', () =>
    withStorage(async ({ database, received }) => {
      const unit = new UnitOfWork();
      for (const [roomId, eventId] of [
        ['!r', '$2'],
        ['!r', '$1'],
        ['!other', '$1'],
        ['!r', '$2'],
      ] as const) {
        received.stage(unit, { origin: 'a.org', roomId, eventId, json: `"${roomId} ${eventId}"` });
      }
      received.stage(unit, { origin: 'c.org', roomId: '!r', eventId: '$0', json: '{}' });
      received.stage(unit, { origin: 'c.org', roomId: '!r', eventId: '$1', json: '{}' });
      await database.commit(unit);
      const staged = await received.staged('a.org', 0, 10);
      expect(staged.map(({ roomId, eventId }) => [roomId, eventId])).to.deep.equal([
        ['!r', '$2'],
        ['!r', '$1'],
        ['!other', '$1'],
      ]);
      const [first, second, third] = staged.map(({ stagedId }) => stagedId);
      expect(await received.jsonOf([third ?? 0, first ?? 0])).to.deep.equal(
        new Map([
          [first, '"!r $2"'],
          [third, '"!other $1"'],
        ]),
      );
      expect(await received.mostStaged(['!other', '!r'], 'a.org')).to.equal(2);
      expect(await received.mostStaged(['!r'], 'b.org')).to.equal(0);
      expect(await received.countStaged()).to.equal(5);
      const end = new UnitOfWork();
      received.unstage(end, staged.slice(0, 1));
      await database.commit(end);
      expect((await received.staged('a.org', 0, 1)).map(({ stagedId }) => stagedId)).to.deep.equal([second]);
      expect((await received.staged('a.org', second ?? 0, 10)).map(({ stagedId }) => stagedId)).to.deep.equal(
        [third],
      );
      expect(await received.staged('c.org', 0, 10)).to.have.length(2);
    }));
});
