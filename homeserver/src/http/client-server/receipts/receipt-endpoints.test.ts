import { expect } from 'chai';
import { ALICE, type EndpointServer, serveEndpoints } from '../../../../test-kit/http-endpoints.ts';
import type { Realtime } from '../../../realtime/index.ts';
import { receiptEndpoints } from './index.ts';

describe('receipt endpoints', () => {
  const calls: unknown[][] = [];
  let server: EndpointServer;

  before(async () => {
    const realtime = {
      receipts: {
        post: async (...given: unknown[]) => void calls.push(given),
        setReadMarkers: async (...given: unknown[]) => void calls.push(given),
      },
      presence: { userIsActive: () => {} },
    } as unknown as Realtime;
    server = await serveEndpoints(receiptEndpoints, { services: { realtime } });
  });

  beforeEach(() => calls.splice(0));
  after(() => server.close());

  const post = (path: string, body?: unknown, token?: string) =>
    server.request('POST', `/_matrix/client/v3/rooms/!r%3Atest/${path}`, body, token);

  it('hand over a receipt, with and without a thread, and without a body', async () => {
    expect(await post('receipt/m.read/%24event', { thread_id: 'main' })).to.deep.include({
      status: 200,
      body: {},
    });
    expect((await post('receipt/m.read.private/%24event', {})).status).to.equal(200);
    expect((await post('receipt/m.fully_read/%24event')).status).to.equal(200);
    expect(calls).to.deep.equal([
      [ALICE, '!r:test', 'm.read', '$event', 'main'],
      [ALICE, '!r:test', 'm.read.private', '$event', undefined],
      [ALICE, '!r:test', 'm.fully_read', '$event', undefined],
    ]);
  });

  it('hand over read markers', async () => {
    const markers = { 'm.fully_read': '$a', 'm.read': '$b' };
    expect(await post('read_markers', markers)).to.deep.include({ status: 200, body: {} });
    expect(calls).to.deep.equal([[ALICE, '!r:test', markers]]);
  });

  it('refuse what has the wrong form', async () => {
    expect((await post('receipt/m.seen/%24event', {})).body).to.include({ errcode: 'M_INVALID_PARAM' });
    expect((await post('receipt/m.read/%24event', { thread_id: 7 })).status).to.equal(400);
    expect((await post('read_markers', { 'm.read': 7 })).status).to.equal(400);
    expect((await post('read_markers', 'no json')).body).to.include({ errcode: 'M_NOT_JSON' });
    expect((await post('receipt/m.read/%24event', {}, 'nobody')).status).to.equal(401);
    expect(calls).to.deep.equal([]);
  });
});
