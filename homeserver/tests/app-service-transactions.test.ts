import { expect } from 'chai';
import { eventually } from '../test-kit/eventually.ts';
import { AppServiceClient, FakeAppService, HS_TOKEN } from '../test-kit/fake-app-service.ts';
import { startServerProcess } from '../test-kit/server-process.ts';
import { createTestDatabase, testDialect } from '../test-kit/test-database.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { registerUser, roomPath, TestUser } from '../test-kit/test-user.ts';

const GHOST = '@_ghost_ann:hs.test';
const AS_GHOST = { user_id: GHOST };

describe('what application services are told', () => {
  let service: FakeAppService;
  let server: TestServer;
  let client: AppServiceClient;
  let alice: TestUser;

  beforeEach(async () => {
    service = await FakeAppService.start({ receive_ephemeral: true, 'org.matrix.msc3202': true });
    server = await TestServer.start({ APPSERVICE_DIR: service.folder });
    client = new AppServiceClient(() => server.url);
    alice = await server.register('alice');
    await client.register('_ghost_ann', { inhibit_login: true });
  });

  afterEach(async () => {
    await server.stop();
    await service.stop();
  });

  /** A room of Alice's with the ghost in it. */
  async function portal(): Promise<string> {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const path = `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`;
    expect((await client.request('POST', path, {}, AS_GHOST)).status).to.equal(200);
    return roomId;
  }

  it('are the events of rooms with their users, once and in order', async () => {
    const roomId = await portal();
    const elsewhere = await alice.createRoom();
    await alice.say(elsewhere, 'not for bridges');
    const said: string[] = [];
    for (let count = 0; count < 12; count += 1) said.push(await alice.say(roomId, `message ${count}`));
    const last = await service.eventTold(said.at(-1) ?? '');
    expect(last).to.include({ room_id: roomId, sender: alice.userId, type: 'm.room.message' });
    expect(last.content).to.deep.equal({ msgtype: 'm.text', body: 'message 11' });
    expect(last.unsigned).to.have.property('age');
    const told = service.events.map((event) => event.event_id);
    expect(told.filter((eventId) => said.includes(eventId))).to.deep.equal(said);
    expect(service.events.filter((event) => event.room_id === elsewhere)).to.deep.equal([]);
    expect(service.transactions[0]?.authorization).to.equal(`Bearer ${HS_TOKEN}`);
    const ids = service.transactions.map(({ path }) => path);
    const prefix = ids[0]?.slice(0, -1);
    expect(prefix).to.match(/^\/_matrix\/app\/v1\/transactions\/[^./]+\.$/);
    expect(ids).to.deep.equal(ids.map((_path, index) => `${prefix}${index + 1}`));
  });

  it('are invites of their users, with what the room is', async () => {
    const roomId = await alice.createRoom({ name: 'The hall' });
    await alice.ok('POST', `${roomPath(roomId)}/invite`, { user_id: GHOST });
    const invite = () =>
      service.events.find(({ state_key: key, content }) => key === GHOST && content.membership === 'invite');
    await eventually(async () => invite() !== undefined);
    expect(invite().unsigned.invite_room_state).to.deep.include({
      type: 'm.room.name',
      sender: alice.userId,
      state_key: '',
      content: { name: 'The hall' },
    });
  });

  it('are the events of rooms with an alias of theirs', async () => {
    const created = await client.request('POST', '/_matrix/client/v3/createRoom', {
      room_alias_name: '_portal_1',
      preset: 'public_chat',
    });
    const { room_id: roomId } = created.body;
    await alice.join(roomId);
    const path = `${roomPath(roomId)}/leave`;
    expect((await client.request('POST', path, {})).status).to.equal(200);
    await service.eventTold(await alice.say(roomId, 'nobody of theirs is here'));
  });

  it('is repeated word for word until they take it, also over a restart, and nothing overtakes it', async () => {
    const roomId = await portal();
    await service.eventTold(await alice.say(roomId, 'before'));
    let isDown = true;
    service.answer = ({ path }) => (isDown && path.includes('/transactions/') ? { status: 500 } : undefined);
    const before = service.transactions.length;
    const first = await alice.say(roomId, 'first');
    await eventually(async () => service.transactions.length > before);
    const second = await alice.say(roomId, 'second');
    await server.restart();
    await eventually(async () => service.transactions.length > before + 1);
    isDown = false;
    await service.eventTold(second);
    const since = service.transactions.slice(before);
    const failed = since.filter(({ path }) => path === since[0]?.path);
    expect(failed.length).to.be.greaterThan(1);
    expect(new Set(failed.map(({ text }) => text)).size).to.equal(1);
    expect(failed[0]?.body.events.map((event: { event_id: string }) => event.event_id)).to.deep.equal([
      first,
    ]);
    const others = since.slice(failed.length);
    const rest = others.flatMap(({ body }) =>
      body.events.map((event: { event_id: string }) => event.event_id),
    );
    expect(rest.filter((eventId) => eventId === first)).to.deep.equal([]);
    expect(rest.filter((eventId) => eventId === second)).to.deep.equal([second]);
  });

  it('goes to the old path of those who do not know the new one', async () => {
    service.answer = ({ path }) =>
      path.startsWith('/_matrix/') ? { status: 404, body: { errcode: 'M_UNRECOGNIZED' } } : undefined;
    const roomId = await portal();
    const eventId = await alice.say(roomId, 'old');
    await eventually(async () => {
      const told = service.received.find(
        ({ path, text }) => path.startsWith('/transactions/') && text.includes(eventId),
      );
      return told?.path.endsWith(`?access_token=${HS_TOKEN}`) === true;
    });
  });

  it('is who types, who has read what and who is there', async () => {
    const roomId = await portal();
    const eventId = await alice.say(roomId, 'read this');
    const typing = `${roomPath(roomId)}/typing/${encodeURIComponent(alice.userId)}`;
    await alice.ok('PUT', typing, { typing: true, timeout: 20_000 });
    await alice.ok('POST', `${roomPath(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    await alice.ok('POST', `${roomPath(roomId)}/receipt/m.read.private/${encodeURIComponent(eventId)}`, {});
    await alice.ok('PUT', `/_matrix/client/v3/presence/${encodeURIComponent(alice.userId)}/status`, {
      presence: 'online',
      status_msg: 'here',
    });
    const told = () => service.transactions.flatMap(({ body }) => body.ephemeral);
    await eventually(async () => new Set(told().map(({ type }) => type)).size === 3);
    expect(told()).to.deep.include({
      type: 'm.typing',
      room_id: roomId,
      content: { user_ids: [alice.userId] },
    });
    const receipt = told().find(({ type }) => type === 'm.receipt');
    expect(receipt.room_id).to.equal(roomId);
    expect(Object.keys(receipt.content[eventId])).to.deep.equal(['m.read']);
    const presence = told().find(({ type }) => type === 'm.presence');
    expect(presence.sender).to.equal(alice.userId);
    const old = service.transactions.flatMap(({ body }) => body['de.sorunome.msc2409.ephemeral']);
    expect(old).to.deep.equal(told());
  });

  it('is what devices of their users are sent, and how their keys are', async () => {
    const device = { user_id: GHOST, device_id: 'BRIDGE' };
    await client.request('PUT', '/_matrix/client/v3/devices/BRIDGE', { display_name: 'x' }, AS_GHOST);
    const upload = { one_time_keys: { 'signed_curve25519:A': { key: 'abc', signatures: {} } } };
    const uploaded = await client.request('POST', '/_matrix/client/v3/keys/upload', upload, device);
    expect(uploaded.status, JSON.stringify(uploaded.body)).to.equal(200);
    await alice.ok('PUT', '/_matrix/client/v3/sendToDevice/m.dummy/1', {
      messages: { [GHOST]: { BRIDGE: { hello: 'ghost' } } },
    });
    const messages = () =>
      service.transactions.flatMap(({ body }) => body['de.sorunome.msc2409.to_device'] ?? []);
    await eventually(async () => messages().length > 0);
    expect(messages()).to.deep.equal([
      {
        type: 'm.dummy',
        sender: alice.userId,
        content: { hello: 'ghost' },
        to_user_id: GHOST,
        to_device_id: 'BRIDGE',
      },
    ]);
    const counts = () =>
      service.transactions.flatMap(
        ({ body }) => body['org.matrix.msc3202.device_one_time_keys_count']?.[GHOST] ?? [],
      );
    expect(counts()).to.deep.include({ BRIDGE: { signed_curve25519: 1 } });
  });

  it('is whose devices have changed', async () => {
    await portal();
    await alice.ok('PUT', `/_matrix/client/v3/devices/${alice.deviceId}`, { display_name: 'another name' });
    await eventually(async () =>
      service.transactions.some(({ body }) =>
        body['org.matrix.msc3202.device_lists']?.changed.includes(alice.userId),
      ),
    );
  });
});

if (testDialect === 'postgres') {
  describe('what application services are told by two processes on one PostgreSQL', function () {
    this.timeout(60_000);

    it('is told once, in one order, and by the other one when one has died', async () => {
      const service = await FakeAppService.start();
      const database = await createTestDatabase();
      const configuration = {
        DATA_DIR: service.folder,
        DATABASE_URL: database.url,
        APPSERVICE_DIR: service.folder,
      };
      const [one, other] = await Promise.all([
        startServerProcess({ configuration }),
        startServerProcess({ configuration }),
      ]);
      try {
        const client = new AppServiceClient(() => other.url);
        await client.register('_ghost_ann', { inhibit_login: true });
        const alice = await registerUser(() => one.url, 'alice');
        const elsewhere = new TestUser(() => other.url, alice.userId, alice.deviceId, alice.accessToken);
        const roomId = await alice.createRoom({ preset: 'public_chat' });
        const path = `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`;
        expect((await client.request('POST', path, {}, AS_GHOST)).status).to.equal(200);
        const said = await Promise.all(
          Array.from({ length: 30 }, (_unused, count) =>
            (count % 2 === 0 ? alice : elsewhere).say(roomId, `message ${count}`),
          ),
        );
        await one.kill('SIGKILL');
        said.push(await elsewhere.say(roomId, 'and one of them has died'));
        await Promise.all(said.map((eventId) => service.eventTold(eventId)));
        // Whoever was killed may not have learnt that a transaction had arrived: then it comes again, word for word.
        const byPath = new Map(service.transactions.map(({ path: sent, text }) => [sent, text]));
        for (const { path: sent, text } of service.transactions) expect(text).to.equal(byPath.get(sent));
        const told = [...byPath.values()]
          .flatMap((text) => JSON.parse(text).events.map((event: { event_id: string }) => event.event_id))
          .filter((eventId) => said.includes(eventId));
        const page = await elsewhere.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=100`);
        const inRoom = page.chunk
          .map((event: { event_id: string }) => event.event_id)
          .filter((eventId: string) => said.includes(eventId))
          .reverse();
        expect(told).to.deep.equal(inRoom);
      } finally {
        await Promise.all([one.kill('SIGTERM'), other.kill('SIGTERM')]);
        await database.drop();
        await service.stop();
      }
    });
  });
}
