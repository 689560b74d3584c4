import { expect } from 'chai';
import { type EndpointServer, serveEndpoints } from '../../../../test-kit/http-endpoints.ts';
import { ManualClock } from '../../../../test-kit/manual-clock.ts';
import { createRealtime } from '../../../realtime/index.ts';
import { typingEndpoints } from '../typing/index.ts';
import { presenceEndpoints } from './index.ts';

describe('presence and typing endpoints', () => {
  let server: EndpointServer;
  let realtime: ReturnType<typeof createRealtime>;

  beforeEach(async () => {
    const rooms = {
      isJoined: async (roomId: string) => roomId === '!r:test',
      whoShareRoomWith: async (_viewer: string, others: readonly string[]) =>
        new Set(others.filter((userId) => userId === '@friend:test')),
    };
    // Neither endpoint comes to storage.
    const broadcasts = { send: () => {}, on: () => {} };
    const options = {
      clock: new ManualClock(),
      rooms,
      onChange: () => {},
      broadcasts,
    } as unknown as Parameters<typeof createRealtime>[0];
    realtime = createRealtime(options);
    server = await serveEndpoints([...presenceEndpoints, ...typingEndpoints], { services: { realtime } });
  });

  afterEach(() => server.close());

  const presence = (method: string, userId: string, body?: unknown) =>
    server.request(method, `/_matrix/client/v3/presence/${userId}/status`, body);
  const typing = (roomId: string, userId: string, body?: unknown) =>
    server.request('PUT', `/_matrix/client/v3/rooms/${roomId}/typing/${userId}`, body);

  it('set the own presence and show it', async () => {
    const set = await presence('PUT', '@alice:test', { presence: 'unavailable', status_msg: 'at lunch' });
    expect(set).to.deep.include({ status: 200, body: {} });
    const shown = await presence('GET', '@alice:test');
    expect(shown.body).to.deep.equal({ presence: 'unavailable', status_msg: 'at lunch' });
  });

  it('show the presence of those who share a room, and of nobody else', async () => {
    expect((await presence('GET', '@friend:test')).body).to.deep.equal({ presence: 'offline' });
    expect(await presence('GET', '@other:test')).to.deep.include({ status: 403 });
    expect((await presence('GET', 'nonsense')).body).to.include({ errcode: 'M_INVALID_PARAM' });
  });

  it('refuse the presence of others and what has the wrong form', async () => {
    expect((await presence('PUT', '@bob:test', { presence: 'online' })).body).to.include({
      errcode: 'M_FORBIDDEN',
    });
    for (const body of [{}, { presence: 'busy' }, { presence: 'online', status_msg: 7 }]) {
      expect((await presence('PUT', '@alice:test', body)).status, JSON.stringify(body)).to.equal(400);
    }
    const long = await presence('PUT', '@alice:test', { presence: 'online', status_msg: 'x'.repeat(1_001) });
    expect(long.body).to.include({ errcode: 'M_INVALID_PARAM' });
  });

  it('begin and end typing', async () => {
    expect(await typing('!r:test', '@alice:test', { typing: true, timeout: 5_000 })).to.deep.include({
      status: 200,
    });
    expect(realtime.typing.typingIn('!r:test')).to.deep.equal(['@alice:test']);
    expect((await typing('!r:test', '@alice:test', { typing: false })).body).to.deep.equal({});
    expect(realtime.typing.typingIn('!r:test')).to.deep.equal([]);
  });

  it('refuse to type as somebody else, elsewhere, or without saying what', async () => {
    expect((await typing('!r:test', '@bob:test', { typing: true })).body).to.include({
      errcode: 'M_FORBIDDEN',
    });
    expect((await typing('!no:test', '@alice:test', { typing: true })).body).to.include({
      errcode: 'M_FORBIDDEN',
    });
    expect((await typing('!r:test', '@alice:test', {})).status).to.equal(400);
    expect((await typing('!r:test', '@alice:test', { typing: 'yes' })).status).to.equal(400);
    expect(realtime.typing.typingIn('!r:test')).to.deep.equal([]);
  });
});
