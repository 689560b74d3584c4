import { expect } from 'chai';
import { accountsForTests, refusal, type TestAccounts } from '../../test-kit/accounts-for-tests.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { parseRoomEventFilter } from './filter-definition.ts';

describe('filters', () => {
  let opened: TestStorage;
  let accounts: TestAccounts;
  before(async () => {
    opened = await openTestStorage();
    accounts = accountsForTests(opened.storage);
  });
  after(() => opened.close());

  it('are given back to their owner as they were, also after a restart', async () => {
    const filter = {
      event_fields: ['type', 'content.body'],
      event_format: 'client',
      presence: { types: [] },
      room: {
        rooms: ['!a:test'],
        include_leave: true,
        timeline: { limit: 20, not_senders: ['@x:test'], contains_url: false },
        state: { lazy_load_members: true },
      },
      'org.example.unknown': [1, 2],
    };
    const filterId = await accounts.filters.create(1, filter);
    expect(filterId).to.match(/^[\w-]{22}$/);
    expect(await accounts.filters.show(1, filterId)).to.deep.equal(filter);
    const restarted = accountsForTests(opened.storage).filters;
    expect(await restarted.show(1, filterId)).to.deep.equal(filter);
    expect(await restarted.resolve(1, filterId)).to.deep.equal(filter);
    expect(await refusal(restarted.show(2, filterId))).to.include({ status: 404, errcode: 'M_NOT_FOUND' });
  });

  it('have the same ID when they say the same', async () => {
    const { filters } = accounts;
    const one = await filters.create(1, { room: { timeline: { limit: 5 } }, event_fields: ['a'] });
    const same = await filters.create(1, {
      event_fields: ['a'],
      room: { state: null, timeline: { limit: 5 } },
    });
    expect(same).to.equal(one);
    expect(await filters.create(1, {})).not.to.equal(one);
  });

  it('may stand in the request itself', async () => {
    const { filters } = accounts;
    expect(await filters.resolve(1, undefined)).to.deep.equal({});
    expect(await filters.resolve(1, '{"presence":{"limit":0}}')).to.deep.equal({ presence: { limit: 0 } });
    for (const unknown of ['0', 'x'.repeat(22), '{not json', 'a\0b', '']) {
      expect(await refusal(filters.resolve(1, unknown))).to.include({
        status: 400,
        errcode: 'M_INVALID_PARAM',
      });
    }
  });

  const wrong: readonly [string, unknown, string][] = [
    ['no object', [], 'M_BAD_JSON'],
    ['null', null, 'M_BAD_JSON'],
    ['a limit of text', { room: { timeline: { limit: '5' } } }, 'M_BAD_JSON'],
    ['a fractional limit', { presence: { limit: 1.5 } }, 'M_BAD_JSON'],
    ['a negative limit', { presence: { limit: -1 } }, 'M_INVALID_PARAM'],
    ['types that are no array', { account_data: { types: 'm.direct' } }, 'M_BAD_JSON'],
    ['types that are no text', { account_data: { types: [1] } }, 'M_BAD_JSON'],
    ['senders that are no user IDs', { room: { state: { senders: ['alice'] } } }, 'M_INVALID_PARAM'],
    ['rooms that are no room IDs', { room: { rooms: ['#alias:test'] } }, 'M_INVALID_PARAM'],
    ['a room filter that is a list', { room: [] }, 'M_BAD_JSON'],
    ['a flag that is text', { room: { include_leave: 'yes' } }, 'M_BAD_JSON'],
    ['an unknown format', { event_format: 'xml' }, 'M_INVALID_PARAM'],
    ['a fraction somewhere unknown', { 'org.example': 0.5 }, 'M_BAD_JSON'],
  ];
  for (const [what, filter, errcode] of wrong) {
    it(`cannot have ${what}`, async () => {
      expect(await refusal(accounts.filters.create(1, filter))).to.include({ status: 400, errcode });
    });
  }

  it('are limited in size', async () => {
    const types = Array.from({ length: 10_000 }, (_, index) => `type${index}`);
    expect(await refusal(accounts.filters.create(1, { presence: { types } }))).to.include({ status: 413 });
  });

  it('of room events stand alone as well', () => {
    expect(parseRoomEventFilter({ types: ['m.*'], limit: null })).to.deep.equal({ types: ['m.*'] });
    expect(() => parseRoomEventFilter({ rooms: ['x'] })).to.throw('room ID');
  });
});
