import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ChatClient, type ClientEvent, roomPath } from '../test-kit/chat-client.ts';
import { eventually } from '../test-kit/eventually.ts';
import { TestServer } from '../test-kit/test-server.ts';

interface Notification {
  readonly event_id?: string;
  readonly room_id?: string;
  readonly type?: string;
  readonly prio?: string;
  readonly content?: { readonly body?: string };
  readonly sender_display_name?: string;
  readonly room_name?: string;
  readonly user_is_target?: boolean;
  readonly counts: { readonly unread: number };
  readonly devices: { readonly pushkey: string; readonly tweaks?: object; readonly data: object }[];
}

interface Listed {
  readonly notifications: {
    readonly event: ClientEvent;
    readonly read: boolean;
    readonly room_id: string;
  }[];
  readonly next_token?: string;
}

/** A push gateway of somebody else's, which can be made to fail. */
class FakeGateway {
  readonly got: Notification[] = [];
  rejected: string[] = [];
  status = 200;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { notification } = JSON.parse(Buffer.concat(parts).toString()) as {
          notification: Notification;
        };
        if (this.status === 200) this.got.push(notification);
        response.writeHead(this.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ rejected: this.rejected }));
      });
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/_matrix/push/v1/notify`;
  }

  /** The texts that were told, in order. */
  get bodies(): unknown[] {
    return this.got.flatMap(({ event_id: eventId, content }) => (eventId === undefined ? [] : content?.body));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('pushing', function () {
  this.timeout(30_000);
  let server: TestServer;
  let gateway: FakeGateway;
  let users = 0;
  let alice: ChatClient;
  let bob: ChatClient;
  let roomId: string;
  before(async () => {
    server = await TestServer.start({ SERVER_NAME: 'test', ALLOW_PRIVATE_ADDRESSES: 'on' });
  });
  beforeEach(async () => {
    gateway = new FakeGateway();
    await gateway.open();
    [alice, bob] = [await register('alice'), await register('bob')];
    roomId = await alice.createRoom({ preset: 'public_chat', name: 'The hall' });
    await bob.join(roomId);
  });
  afterEach(() => gateway.close());
  after(() => server.stop());

  async function register(name: string): Promise<ChatClient> {
    users += 1;
    const user = await server.register(`${name}-${users}`);
    return new ChatClient(user.userId, (method, path, body) =>
      user.request(method, path.startsWith('/_') ? path : `/_matrix/client${path}`, body),
    );
  }
  const pusher = (more: object = {}, data: object = {}) => ({
    app_id: 'org.example.app',
    pushkey: `key of ${bob.userId}`,
    kind: 'http',
    app_display_name: 'Example',
    device_display_name: 'Phone',
    lang: 'en',
    data: { url: gateway.url, ...data },
    ...more,
  });
  const setPusher = (more: object = {}, data: object = {}) => bob.post('/v3/pushers/set', pusher(more, data));
  const told = (...bodies: string[]) =>
    eventually(async () => JSON.stringify(gateway.bodies) === JSON.stringify(bodies));

  it('tells a gateway of what notifies, with all that it may show', async () => {
    // In a room of two every message is loud.
    await (await register('carol')).join(roomId);
    await setPusher();
    const eventId = await alice.say(roomId, 'hello');
    await told('hello');
    const [notification] = gateway.got;
    expect(notification).to.deep.include({
      event_id: eventId,
      room_id: roomId,
      type: 'm.room.message',
      sender: alice.userId,
      room_name: 'The hall',
      prio: 'low',
      counts: { unread: 1 },
    });
    expect(notification?.devices[0]).to.deep.include({ app_id: 'org.example.app', data: {} });
  });

  it('tells nothing of what does not notify: own messages, edits, muted rooms, ignored people', async () => {
    await setPusher();
    await bob.say(roomId, 'mine');
    const first = await alice.say(roomId, 'first');
    await alice.sendEvent(roomId, 'm.room.message', {
      body: '* edited',
      msgtype: 'm.text',
      'm.new_content': { body: 'edited', msgtype: 'm.text' },
      'm.relates_to': { rel_type: 'm.replace', event_id: first },
    });
    const muted = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(muted);
    await bob.put(`/v3/pushrules/global/room/${encodeURIComponent(muted)}`, { actions: [] });
    await alice.say(muted, 'muted');
    await alice.say(roomId, 'last');
    await told('first', 'last');
  });

  it('says what is urgent, and how loud', async () => {
    await setPusher();
    await alice.sendEvent(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: 'you there?',
      'm.mentions': { user_ids: [bob.userId] },
    });
    await told('you there?');
    expect(gateway.got[0]?.prio).to.equal('high');
    expect(gateway.got[0]?.devices[0]?.tweaks).to.deep.equal({ highlight: true, sound: 'default' });
  });

  it('tells of invites', async () => {
    await setPusher();
    const closed = await alice.createRoom({ preset: 'private_chat' });
    await alice.invite(closed, bob);
    await eventually(async () => gateway.got.length === 1);
    expect(gateway.got[0]).to.include({ type: 'm.room.member', room_id: closed, user_is_target: true });
  });

  it('tells no more than the ID to a gateway that is to know no more', async () => {
    await setPusher({}, { format: 'event_id_only' });
    const eventId = await alice.say(roomId, 'secret');
    await eventually(async () => gateway.got.length === 1);
    expect(gateway.got[0]).to.have.all.keys('event_id', 'room_id', 'counts', 'devices').and.include({
      event_id: eventId,
    });
  });

  it('tells that the number has gone down when something is read elsewhere', async () => {
    await setPusher();
    const eventId = await alice.say(roomId, 'hello');
    await told('hello');
    await bob.post(roomPath(roomId, 'receipt', 'm.read', eventId));
    await eventually(async () => gateway.got.length === 2);
    expect(gateway.got[1])
      .to.deep.include({ counts: { unread: 0 } })
      .and.not.have.property('event_id');
  });

  it('tries again what a gateway did not take, in order, each once', async () => {
    await setPusher();
    gateway.status = 500;
    await alice.say(roomId, 'one');
    await alice.say(roomId, 'two');
    await eventually(async () => (await bob.messages(roomId)).chunk.length > 2);
    gateway.status = 200;
    await told('one', 'two');
  });

  it('loses nothing over a restart', async () => {
    await setPusher();
    gateway.status = 500;
    await alice.say(roomId, 'before');
    await server.restart();
    gateway.status = 200;
    await alice.say(roomId, 'after');
    await told('before', 'after');
  });

  it('removes a pusher that its gateway does not know, that is disabled, removed, or whose device has gone', async () => {
    const list = async (): Promise<unknown[]> => (await bob.get('/v3/pushers')).pushers as unknown[];
    await setPusher();
    expect((await list())[0]).to.deep.include({ kind: 'http', lang: 'en', data: { url: gateway.url } });
    gateway.rejected = [`key of ${bob.userId}`];
    await alice.say(roomId, 'anybody?');
    await eventually(async () => (await list()).length === 0);
    gateway.rejected = [];
    await setPusher({ enabled: false });
    await alice.say(roomId, 'not told');
    await setPusher({ enabled: true });
    await alice.say(roomId, 'told');
    await told('anybody?', 'told');
    await bob.post('/v3/pushers/set', {
      app_id: 'org.example.app',
      pushkey: `key of ${bob.userId}`,
      kind: null,
    });
    expect(await list()).to.deep.equal([]);
  });

  it('gives a phone to whoever set it last, unless they share it', async () => {
    await setPusher({ pushkey: 'phone' });
    const carol = await register('carol');
    await carol.post('/v3/pushers/set', pusher({ pushkey: 'phone', append: true }));
    expect((await bob.get('/v3/pushers')).pushers).to.have.length(1);
    await carol.post('/v3/pushers/set', pusher({ pushkey: 'phone' }));
    expect((await bob.get('/v3/pushers')).pushers).to.have.length(0);
  });

  it('refuses pushers that lead nowhere', async () => {
    const refusal = (more: object) => bob.refusal('POST', '/v3/pushers/set', pusher(more));
    expect(await refusal({ data: {} })).to.equal('400 M_MISSING_PARAM');
    expect(await refusal({ lang: undefined })).to.equal('400 M_MISSING_PARAM');
    expect(await refusal({ data: { url: 'https://example.org/elsewhere' } })).to.equal('400 M_INVALID_PARAM');
    expect(await refusal({ data: { url: 'mailto:x@example.org' } })).to.equal('400 M_INVALID_PARAM');
    expect(await refusal({ kind: 'pigeon' })).to.equal('400 M_INVALID_PARAM');
    expect(await refusal({ app_id: 'x'.repeat(65) })).to.equal('400 M_INVALID_PARAM');
    expect(await refusal({ pushkey: 'x'.repeat(513) })).to.equal('400 M_INVALID_PARAM');
    expect((await server.request('GET', '/_matrix/client/v3/pushers')).status).to.equal(401);
  });

  it('lists what has notified somebody, and what stands out', async () => {
    await alice.say(roomId, 'one');
    const loud = await alice.sendEvent(roomId, 'm.room.message', {
      msgtype: 'm.text',
      body: 'two',
      'm.mentions': { user_ids: [bob.userId] },
    });
    await bob.say(roomId, 'mine');
    const list = async (query = '') => (await bob.get(`/v3/notifications${query}`)) as unknown as Listed;
    const { notifications } = await list();
    expect(notifications.map(({ event }) => event.content.body)).to.deep.equal(['two', 'one']);
    expect(notifications[0]).to.deep.include({ room_id: roomId, read: false });
    expect((await list('?only=highlight')).notifications.map(({ event }) => event.event_id)).to.deep.equal([
      loud,
    ]);
    const first = await list('?limit=1');
    const second = await list(`?limit=1&from=${first.next_token}`);
    expect(second.notifications[0]?.event.content.body).to.equal('one');
    await bob.post(roomPath(roomId, 'receipt', 'm.read', loud));
    expect((await list()).notifications.map(({ read }) => read)).to.deep.equal([true, true]);
    expect(await bob.refusal('GET', '/v3/notifications?from=x')).to.equal('400 M_INVALID_PARAM');
  });

  it('passes on what is for distributors of UnifiedPush, and says that it is a gateway', async () => {
    const { body } = await server.request('GET', '/_matrix/push/v1/notify');
    expect(body).to.deep.equal({ unifiedpush: { gateway: 'matrix' } });
    const notification = {
      event_id: '$event',
      counts: { unread: 3 },
      devices: [
        { app_id: 'app', pushkey: gateway.url },
        { app_id: 'app', pushkey: 'nowhere' },
      ],
    };
    const answer = await server.request('POST', '/_matrix/push/v1/notify', { notification });
    expect(answer.body).to.deep.equal({ rejected: ['nowhere'] });
    expect(gateway.got[0]).to.deep.equal({ event_id: '$event', counts: { unread: 3 } });
  });
});
