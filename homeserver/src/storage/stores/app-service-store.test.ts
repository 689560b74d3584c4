import { expect } from 'chai';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { ExpectationFailed, UnitOfWork } from '../database/unit-of-work.ts';
import type { Storage } from '../storage.ts';
import type { AppServiceNews, AppServiceTransaction } from './app-service-store.ts';

const TYPING: AppServiceNews = { kind: 'typing', key: '!room:hs.test', position: 7 };
const EVENT: AppServiceNews = { kind: 'event', key: '1', position: 3 };

function transaction(number: number, news: readonly AppServiceNews[]): AppServiceTransaction {
  return { number, body: `{"number":${number}}`, news, failures: 0, retryAt: 0 };
}

function commit({ database }: Storage, fill: (unit: UnitOfWork) => void): Promise<unknown> {
  const unit = new UnitOfWork();
  fill(unit);
  return database.commit(unit);
}

/** Whether a unit is refused, as somebody else was faster. */
async function isRefused(storage: Storage, fill: (unit: UnitOfWork) => void): Promise<boolean> {
  return commit(storage, fill).then(
    () => false,
    (error: unknown) => error instanceof ExpectationFailed,
  );
}

describe('what application services are to be told', () => {
  it('is in order, and each thing is there once', () =>
    withStorage(async (storage) => {
      const { appServices } = storage;
      await commit(storage, (unit) => {
        appServices.addNews(unit, 'irc', TYPING);
        appServices.addNews(unit, 'irc', EVENT);
        appServices.addNews(unit, 'irc', { ...TYPING, position: 9 });
        appServices.addNews(unit, 'other', TYPING);
      });
      expect(await appServices.news('irc', 10)).to.deep.equal([EVENT, { ...TYPING, position: 9 }]);
      expect(await appServices.news('irc', 1)).to.deep.equal([EVENT]);
    }));

  it('goes when it has arrived, unless it has changed since', () =>
    withStorage(async (storage) => {
      const { appServices } = storage;
      await commit(storage, (unit) => {
        appServices.addNews(unit, 'irc', EVENT);
        appServices.addNews(unit, 'irc', TYPING);
      });
      const first = transaction(1, [EVENT, TYPING]);
      await commit(storage, (unit) => appServices.begin(unit, 'irc', first));
      expect(await appServices.transaction('irc')).to.deep.equal(first);
      await commit(storage, (unit) => appServices.addNews(unit, 'irc', { ...TYPING, position: 8 }));
      await commit(storage, (unit) => appServices.finish(unit, 'irc', first));
      expect(await appServices.news('irc', 10)).to.deep.equal([{ ...TYPING, position: 8 }]);
      expect((await appServices.transaction('irc'))?.body).to.equal(null);
    }));

  it('never has one number for two things, whoever comes late', () =>
    withStorage(async (storage) => {
      const { appServices } = storage;
      const [first, second] = [transaction(1, []), transaction(2, [])];
      await commit(storage, (unit) => appServices.begin(unit, 'irc', first));
      expect(await isRefused(storage, (unit) => appServices.begin(unit, 'irc', first))).to.equal(true);
      expect(await isRefused(storage, (unit) => appServices.begin(unit, 'irc', second))).to.equal(true);
      await commit(storage, (unit) => appServices.finish(unit, 'irc', first));
      await commit(storage, (unit) => appServices.begin(unit, 'irc', second));
      const late = { ...first, failures: 3, retryAt: 5 };
      expect(await isRefused(storage, (unit) => appServices.finish(unit, 'irc', first))).to.equal(true);
      expect(await isRefused(storage, (unit) => appServices.postpone(unit, 'irc', late))).to.equal(true);
      expect(await appServices.transaction('irc')).to.deep.equal(second);
      await commit(storage, (unit) => appServices.postpone(unit, 'irc', { ...late, number: 2 }));
      expect(await appServices.transaction('irc')).to.deep.equal({ ...second, failures: 3, retryAt: 5 });
    }));
});
