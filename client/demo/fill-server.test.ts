import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestServer } from '../../homeserver/test-kit/test-server.ts';
import { request, roomPath } from '../../homeserver/test-kit/test-user.ts';
import { writeAppServiceFile } from './app-service-file.ts';
import { names, password } from './cast.ts';
import type { DemoServerAccess } from './demo-server.ts';
import { type Demo, fillServer } from './fill-server.ts';

const DAY = 24 * 60 * 60_000;
const now = Date.UTC(2026, 10, 20, 20, 47);

describe('The demo', function () {
  this.timeout(60_000);

  let folder: string;
  let server: TestServer;
  let access: DemoServerAccess;
  let demo: Demo;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guildhall-demo-'));
    await writeAppServiceFile(folder, 'token-of-the-demo', 'token-of-the-server');
    server = await TestServer.start({ APPSERVICE_DIR: folder, REGISTRATION_SHARED_SECRET: 'demo' });
    access = { url: server.url, sharedSecret: 'demo', appServiceToken: 'token-of-the-demo' };
    demo = await fillServer(access, { smallTalkDays: 2, now });
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  async function ask(method: string, path: string, body?: object): Promise<any> {
    const { status, body: answer } = await request(server.url, method, path, {
      token: demo.people.kenji.accessToken,
      body,
    });
    expect(status, JSON.stringify(answer)).to.equal(200);
    return answer;
  }

  // biome-ignore lint/suspicious/noExplicitAny: events of every kind
  async function readHistory(channel: string): Promise<any[]> {
    const roomId = demo.channelIds.get(channel) ?? '';
    return (await ask('GET', `${roomPath(roomId)}/messages?dir=b&limit=100`)).chunk;
  }

  it('lets everybody log in, and has them all in every channel', async () => {
    await ask('POST', '/_matrix/client/v3/login', {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: 'greta' },
      password,
    });
    for (const roomId of demo.channelIds.values()) {
      const { joined } = await ask('GET', `${roomPath(roomId)}/joined_members`);
      for (const name of names) expect(joined).to.have.property(demo.people[name].userId);
    }
  });

  it('has a history of months, none of it in the future', async () => {
    const events = (await Promise.all([...demo.channelIds.keys()].map(readHistory)))
      .flat()
      .filter(({ type }) => type === 'm.room.message');
    const times = events.map(({ origin_server_ts: time }) => time);
    expect(Math.min(...times)).to.be.below(now - 90 * DAY);
    expect(Math.max(...times)).to.be.within(now - DAY, now);
  });

  it('has images, threads, polls, reactions, edits, stickers, code and pins', async () => {
    const lamps = await readHistory('sets-and-lamps');
    expect(lamps.some(({ content }) => content.msgtype === 'm.image')).to.equal(true);
    const relations = new Set(lamps.map(({ content }) => content['m.relates_to']?.rel_type));
    expect([...relations]).to.include.members(['m.thread', 'm.annotation', 'm.replace']);
    const plans = (await readHistory('evening-plans')).map(({ type }) => type);
    expect(plans).to.include.members(['org.matrix.msc3381.poll.start', 'org.matrix.msc3381.poll.response']);
    expect((await readHistory('rehearsals')).map(({ type }) => type)).to.include('m.sticker');
    const rules = await readHistory('rules-and-maps');
    const code = rules.find(({ content }) =>
      content.formatted_body?.includes('<pre><code class="language-js">'),
    );
    const pins = await ask(
      'GET',
      `${roomPath(demo.channelIds.get('rules-and-maps') ?? '')}/state/m.room.pinned_events`,
    );
    expect(pins.pinned).to.deep.equal([code?.event_id]);
  });

  it('refuses a server that it has filled before', async () => {
    const refusal = await fillServer(access).then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(refusal).to.include('fresh server');
  });
});
