import { expect } from 'chai';
import {
  accountsForTests,
  refusal,
  type SignedUp,
  type TestAccounts,
} from '../../test-kit/accounts-for-tests.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { LogKind, type LogRow, UnitOfWork } from '../storage/index.ts';
import { NO_ROOM } from './account-data.ts';

const ROOM = 7;

describe('account data', () => {
  let opened: TestStorage;
  let accounts: TestAccounts;
  let alice: SignedUp;
  before(async () => {
    opened = await openTestStorage();
    accounts = accountsForTests(opened.storage);
    alice = await accounts.signUp('alice');
  });
  after(() => opened.close());

  it('is kept by type, of the user and of the user in a room', async () => {
    const { accountData } = accounts;
    const { userNid } = alice;
    await accountData.setByClient(userNid, NO_ROOM, 'm.direct', { '@bob:test': ['!a'] });
    await accountData.setByClient(userNid, NO_ROOM, 'm.direct', { '@bob:test': ['!b'] });
    await accountData.setByClient(userNid, NO_ROOM, 'org.example', { float: 0.5, text: 'nul \0' });
    await accountData.setByClient(userNid, ROOM, 'org.example', { here: true });
    expect(await accountData.get(userNid, NO_ROOM, 'm.direct')).to.deep.equal({ '@bob:test': ['!b'] });
    expect(await accountData.get(userNid, ROOM, 'm.direct')).to.equal(undefined);
    const [pushRules, ...others] = await accountData.global(userNid);
    expect(pushRules?.type).to.equal('m.push_rules');
    expect(others).to.deep.equal([
      { type: 'm.direct', content: { '@bob:test': ['!b'] } },
      { type: 'org.example', content: { float: 0.5, text: 'nul \0' } },
    ]);
    expect(await accountData.ofRooms(userNid)).to.deep.equal([
      { roomNid: ROOM, type: 'org.example', content: { here: true } },
    ]);
    const { userNid: other } = await accounts.signUp('other');
    expect(await accountData.global(other)).to.have.lengthOf(1);
  });

  it('gets a row in the log for each write, also of what was there before', async () => {
    const { userNid } = alice;
    const rows: LogRow[] = [];
    opened.storage.database.onCommitted((committed) => rows.push(...committed));
    await accounts.accountData.setByClient(userNid, NO_ROOM, 'm.direct', {});
    await accounts.accountData.setByClient(userNid, NO_ROOM, 'm.direct', {});
    await accounts.tags.set(userNid, ROOM, 'm.favourite', {});
    const seen = rows.map(({ kind, user, room, key }) => ({ kind, user, room, key }));
    expect(seen).to.deep.equal([
      { kind: LogKind.AccountData, user: userNid, room: undefined, key: 'm.direct' },
      { kind: LogKind.AccountData, user: userNid, room: undefined, key: 'm.direct' },
      { kind: LogKind.AccountData, user: userNid, room: ROOM, key: 'm.tag' },
    ]);
  });

  it('leaves to their endpoints what they write', async () => {
    for (const type of ['m.push_rules', 'm.fully_read']) {
      const refused = await refusal(accounts.accountData.setByClient(alice.userNid, ROOM, type, {}));
      expect(refused).to.include({ status: 405, errcode: 'M_BAD_JSON' });
    }
  });

  it('has limits', async () => {
    const set = async (type: string, content: Record<string, string>) =>
      (await refusal(accounts.accountData.setByClient(alice.userNid, NO_ROOM, type, content))).errcode;
    expect(await set('x'.repeat(256), {})).to.equal('M_INVALID_PARAM');
    expect(await set('org.example', { text: 'x'.repeat(1_048_576) })).to.equal('M_TOO_LARGE');
  });

  it('finds rooms by their ID', async () => {
    const unit = new UnitOfWork();
    opened.storage.rooms.insert(unit, {
      nid: 99,
      roomId: '!known:test',
      roomVersion: '12',
      version: 1,
      extremities: [],
      depth: 1,
      snapshotNid: 1,
      roomType: null,
      listed: false,
    });
    await opened.storage.database.commit(unit);
    expect(await accounts.accountData.roomNidOf('!known:test')).to.equal(99);
    expect(await refusal(accounts.accountData.roomNidOf('!other:test'))).to.include({ status: 404 });
    expect(await refusal(accounts.accountData.roomNidOf('known'))).to.include({ status: 400 });
  });
});

describe('tags', () => {
  let opened: TestStorage;
  let accounts: TestAccounts;
  let alice: SignedUp;
  before(async () => {
    opened = await openTestStorage();
    accounts = accountsForTests(opened.storage);
    alice = await accounts.signUp('alice');
  });
  after(() => opened.close());

  it('are set, changed and taken away one by one', async () => {
    const { tags } = accounts;
    const { userNid } = alice;
    expect(await tags.list(userNid, ROOM)).to.deep.equal({});
    await tags.set(userNid, ROOM, 'm.favourite', { order: 0.25 });
    await tags.set(userNid, ROOM, 'u.work', {});
    await tags.set(userNid, ROOM, 'm.favourite', { order: 1, 'org.example': 1 });
    expect(await tags.list(userNid, ROOM)).to.deep.equal({
      'm.favourite': { order: 1, 'org.example': 1 },
      'u.work': {},
    });
    await tags.delete(userNid, ROOM, 'u.work');
    await tags.delete(userNid, ROOM, 'u.work');
    expect(await tags.list(userNid, ROOM)).to.have.all.keys('m.favourite');
  });

  it('are not lost when many are set at once', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `u.${index}`);
    await Promise.all(names.map((name) => accounts.tags.set(alice.userNid, 8, name, {})));
    expect(await accounts.tags.list(alice.userNid, 8)).to.have.all.keys(names);
  });

  it('have an order from 0 to 1 and a name of at most 255 bytes', async () => {
    const set = async (name: string, order: number) =>
      (await refusal(accounts.tags.set(alice.userNid, ROOM, name, { order }))).errcode;
    expect(await set('u.x', 1.01)).to.equal('M_INVALID_PARAM');
    expect(await set('u.x', -0.01)).to.equal('M_INVALID_PARAM');
    expect(await set('u.x', Number.NaN)).to.equal('M_INVALID_PARAM');
    expect(await set('ü'.repeat(128), 0)).to.equal('M_INVALID_PARAM');
  });

  it('survive an m.tag that a client wrote in a form of its own', async () => {
    await accounts.accountData.setByClient(alice.userNid, ROOM, 'm.tag', { tags: 'none' });
    expect(await accounts.tags.list(alice.userNid, ROOM)).to.deep.equal({});
    await accounts.tags.set(alice.userNid, ROOM, '__proto__', {});
    expect(Object.keys(await accounts.tags.list(alice.userNid, ROOM))).to.deep.equal(['__proto__']);
  });
});
