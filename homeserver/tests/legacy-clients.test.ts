import { expect } from 'chai';
import { type ChatClient, type ClientEvent, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

interface Stream {
  readonly start: string;
  readonly end: string;
  readonly chunk: ClientEvent[];
}
interface RoomPart {
  readonly room_id: string;
  readonly membership: string;
  readonly messages: { readonly chunk: ClientEvent[]; readonly start: string; readonly end: string };
  readonly state: ClientEvent[];
}

describe('what clients used before there was a sync', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let roomId: string;
  before(async () => {
    server = await startChatServer();
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
  });
  beforeEach(async () => {
    roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
  });
  after(() => server.stop());

  const stream = async (client: ChatClient, query: string): Promise<Stream> =>
    (await client.get(`/v3/events?${query}`)) as unknown as Stream;
  const bodies = (events: readonly ClientEvent[]): unknown[] =>
    events.flatMap(({ content }) => content.body ?? []);

  it('begins with every room and goes on with what is new, once', async () => {
    const said = await alice.say(roomId, 'before');
    const began = await bob.get('/v3/initialSync?limit=5');
    const room = (began.rooms as RoomPart[]).find((one) => one.room_id === roomId);
    expect(room?.membership).to.equal('join');
    expect(room?.messages.chunk.at(-1)?.event_id).to.equal(said);
    expect(room?.state.map(({ type }) => type))
      .to.include('m.room.create')
      .and.include('m.room.member');
    await alice.say(roomId, 'after');
    const first = await stream(bob, `from=${String(began.end)}&timeout=0`);
    expect(bodies(first.chunk)).to.deep.equal(['after']);
    expect(first.chunk[0]?.room_id).to.equal(roomId);
    expect(bodies((await stream(bob, `from=${first.end}&timeout=0`)).chunk)).to.deep.equal([]);
  });

  it('waits for what is new', async () => {
    const { end } = await stream(bob, 'timeout=0');
    const waiting = stream(bob, `from=${end}&timeout=20000`);
    await alice.say(roomId, 'at last');
    expect(bodies((await waiting).chunk)).to.deep.equal(['at last']);
  });

  it('shows a room at once, and one event of any room', async () => {
    const said = await alice.say(roomId, 'hello');
    const room = (await bob.get(roomPath(roomId, 'initialSync'))) as unknown as RoomPart;
    expect([room.membership, room.messages.chunk.at(-1)?.event_id]).to.deep.equal(['join', said]);
    expect(await bob.get(`/v3/events/${said}`)).to.have.property('event_id', said);
    const stranger = await server.user('stranger');
    expect(await stranger.refusal('GET', roomPath(roomId, 'initialSync'))).to.equal('403 M_FORBIDDEN');
    expect(await stranger.refusal('GET', `/v3/events/${said}`)).to.equal('404 M_NOT_FOUND');
    expect(await stranger.refusal('GET', '/v3/events/$none')).to.equal('404 M_NOT_FOUND');
  });

  it('lets people look into a room that everybody may read, and into no other', async () => {
    await alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'world_readable' });
    await alice.say(roomId, 'for everybody');
    const stranger = await server.user('stranger');
    const query = `room_id=${encodeURIComponent(roomId)}`;
    expect(bodies((await stream(stranger, query)).chunk)).to.deep.equal(['for everybody']);
    const closed = await alice.createRoom({ preset: 'private_chat' });
    const path = `/v3/events?room_id=${encodeURIComponent(closed)}`;
    expect(await stranger.refusal('GET', path)).to.equal('403 M_FORBIDDEN');
    expect(await alice.refusal('GET', '/v3/events?from=nowhere')).to.equal('400 M_INVALID_PARAM');
  });
});
