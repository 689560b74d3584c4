import { expect } from 'chai';
import { createClient } from 'matrix-js-sdk';
import type { JsonObject } from '../lib/parse.ts';
import { quietLogger } from './quiet-logger.ts';
import { createSearchActions, type SearchQuery } from './search.ts';

const everything: SearchQuery = {
  words: 'lamp',
  channelIds: [],
  senders: [],
  has: [],
  before: undefined,
  after: undefined,
};

/** A message of a search's result; its ID is its number, which is the minute in which it was written, too. */
function message(number: number, content: JsonObject = {}): JsonObject {
  return {
    type: 'm.room.message',
    event_id: `$${number}`,
    room_id: '!maps',
    sender: '@ada:hall',
    origin_server_ts: number * 60_000,
    content: { msgtype: 'm.text', body: `lamp ${number}`, ...content },
  };
}

/** A server that answers searches with these pages, in order. */
function script(pages: readonly (readonly JsonObject[])[]) {
  const asked: { readonly body: JsonObject; readonly from: string | null }[] = [];
  const fetchFn: typeof fetch = async (input, init) => {
    const from = new URL(String(input)).searchParams.get('next_batch');
    const index = Number(from ?? 0);
    asked.push({ body: JSON.parse(String(init?.body)), from });
    const results = (pages[index] ?? []).map((result) => ({ rank: 1, result, context: {} }));
    const next = index + 1 < pages.length ? { next_batch: String(index + 1) } : {};
    const events = { results, highlights: ['lamp'], count: results.length, ...next };
    return Response.json({ search_categories: { room_events: events } });
  };
  const client = createClient({
    baseUrl: 'http://hall',
    userId: '@me:hall',
    accessToken: 'token',
    fetchFn,
    logger: quietLogger,
  });
  return { actions: createSearchActions(client), asked };
}

describe('createSearchActions', () => {
  const find = async (pages: readonly (readonly JsonObject[])[], query: Partial<SearchQuery>) => {
    const { actions, asked } = script(pages);
    const page = await actions.find({ ...everything, ...query });
    return { found: page.messages.map(({ eventId }) => eventId), next: page.next, asked };
  };

  it('asks the server for what it can tell: words, channels, people and media', async () => {
    const { asked } = await find([[]], { channelIds: ['!maps'], senders: ['@ada:hall'], has: ['image'] });
    expect(asked[0]?.body).to.have.deep.nested.property('search_categories.room_events.filter', {
      limit: 20,
      types: ['m.room.message'],
      rooms: ['!maps'],
      senders: ['@ada:hall'],
      contains_url: true,
    });
    expect(asked[0]?.body).to.have.nested.property('search_categories.room_events.search_term', 'lamp');
  });

  it('keeps what lies between two moments, and looks no further back than the first', async () => {
    const pages = [[message(9), message(8)], [message(7), message(4)], [message(3)]];
    const { found, next, asked } = await find(pages, { before: 8 * 60_000, after: 5 * 60_000 });
    expect(found).to.deep.equal(['$7']);
    expect(next).to.equal(undefined);
    expect(asked).to.have.length(2);
  });

  it('tells images, files and links apart', async () => {
    const page = [
      message(1),
      message(2, { msgtype: 'm.image' }),
      message(3, { msgtype: 'm.video' }),
      message(4, { body: 'lamp at https://lamps.example/' }),
    ];
    expect((await find([page], { has: ['image'] })).found).to.deep.equal(['$2']);
    expect((await find([page], { has: ['file'] })).found).to.deep.equal(['$3']);
    expect((await find([page], { has: ['link'] })).found).to.deep.equal(['$4']);
  });

  it('stops after some pages in which nothing fits, and says where to go on', async () => {
    const pages = Array.from({ length: 9 }, (_, index) => [message(100 - index)]);
    const { found, next, asked } = await find(pages, { has: ['link'] });
    expect(found).to.deep.equal([]);
    expect(asked).to.have.length(5);
    expect(next).to.equal('5');
  });

  it('goes on where the page before ended', async () => {
    const { actions, asked } = script([[message(2)], [message(1)]]);
    const first = await actions.find(everything);
    const second = await actions.find(everything, first.next);
    expect(asked.map(({ from }) => from)).to.deep.equal([null, '1']);
    expect(second.messages.map(({ eventId }) => eventId)).to.deep.equal(['$1']);
    expect(second.next).to.equal(undefined);
  });

  it('shows the newest words of an edited message', async () => {
    const edit = {
      type: 'm.room.message',
      content: { 'm.new_content': { msgtype: 'm.text', body: 'new lamp' } },
    };
    const edited = { ...message(1), unsigned: { 'm.relations': { 'm.replace': edit } } };
    const { actions } = script([[edited]]);
    expect((await actions.find(everything)).messages[0]?.excerpt).to.equal('new lamp');
  });
});
