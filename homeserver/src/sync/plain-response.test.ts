import { expect } from 'chai';
import fc from 'fast-check';
import { type Syncs, startSyncs } from '../../test-kit/client-view.ts';
import type { Filter } from '../accounts/index.ts';
import { NO_ROOM } from '../accounts/index.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import {
  createRoom,
  joinRoom,
  leaveRoom,
  type RoomsContext,
  redactEvent,
  sendEvent,
  setState,
  type Viewer,
} from '../rooms/index.ts';
import { parseStreamToken } from '../stream/index.ts';
import type { Frame, Place, StateKey, SyncContext } from './frame.ts';
import { findPlainNews, plainResponse } from './plain-response.ts';
import { SentMembersLog } from './sent-members.ts';
import { SyncFilter } from './sync-filter.ts';
import { buildResponse } from './sync-response.ts';
import { acknowledgeMessages } from './to-device.ts';

const ALICE = '@alice:test';
const BOB = '@bob:test';
const CAROL = '@carol:test';

/** The one who syncs is Bob. */
const NEWS = {
  say: ({ say }: Stage) => say(ALICE, {}),
  carolSays: ({ say }: Stage) => say(CAROL, {}),
  bobSays: ({ say }: Stage) => say(BOB, {}),
  callBob: ({ say }: Stage) => say(ALICE, { 'm.mentions': { user_ids: [BOB] } }),
  edit: ({ say, last }: Stage) =>
    say(ALICE, {
      'm.new_content': { body: 'new' },
      'm.relates_to': { rel_type: 'm.replace', event_id: last() },
    }),
  answerInThread: ({ say, root }: Stage) =>
    say(CAROL, { 'm.relates_to': { rel_type: 'm.thread', event_id: root } }),
  redact: async ({ rooms, room, last, key }: Stage) => {
    const target = { roomId: room, sender: ALICE };
    await redactEvent(rooms, target, last(), {}, key()).catch(() => undefined);
  },
  somethingElse: ({ send }: Stage) => send(ALICE, 'org.example.thing', { value: 1 }),
  sayElsewhere: ({ say, otherRoom }: Stage) => say(ALICE, {}, otherRoom),
  sayWhereBobIsNot: ({ say, strangeRoom }: Stage) => say(ALICE, {}, strangeRoom),
  topic: ({ rooms, room, last }: Stage) =>
    setState(rooms, { roomId: room, sender: ALICE }, 'm.room.topic', '', { topic: last() }),
  carolRenames: ({ rooms, room, last }: Stage) =>
    setState(rooms, { roomId: room, sender: CAROL }, 'm.room.member', CAROL, {
      membership: 'join',
      displayname: last(),
    }),
  carolLeaves: async ({ rooms, room }: Stage) => {
    await leaveRoom(rooms, { roomId: room, sender: CAROL });
    await joinRoom(rooms, CAROL, room);
  },
  bobLeaves: async ({ rooms, room }: Stage) => {
    await leaveRoom(rooms, { roomId: room, sender: BOB });
    await joinRoom(rooms, BOB, room);
  },
  carolReads: ({ syncs, room, last }: Stage) =>
    syncs.realtime.receipts.post({ userId: CAROL, userNid: 3 }, room, 'm.read', last()),
  bobReads: ({ syncs, bob, room, last }: Stage) => syncs.realtime.receipts.post(bob, room, 'm.read', last()),
  carolTypes: ({ syncs, room }: Stage) => syncs.realtime.typing.start(room, CAROL, 120_000),
  carolStops: async ({ syncs, room }: Stage) => syncs.realtime.typing.remove(room, CAROL),
  carolIsThere: async ({ syncs }: Stage) => syncs.realtime.presence.set(CAROL, 'online', 'here'),
  bobIgnoresAlice: ({ set }: Stage) => set('m.ignored_user_list', { ignored_users: { [ALICE]: {} } }),
  bobIgnoresNobody: ({ set }: Stage) => set('m.ignored_user_list', { ignored_users: {} }),
  bobNotes: ({ set }: Stage) => set('org.example.note', { text: 'x' }),
  carolHasNewKeys: ({ syncs }: Stage) => syncs.encryption.deviceLists.remoteUserChanged(CAROL),
  writeToBob: ({ syncs, bob }: Stage) =>
    syncs.encryption.toDevice.send({
      sender: ALICE,
      type: 'org.example.hello',
      messages: { [BOB]: { [bob.deviceId]: { hello: true } } },
    }),
} satisfies Record<string, (stage: Stage) => Promise<unknown>>;
type Piece = keyof typeof NEWS;

const FILTERS: readonly Filter[] = [
  {},
  { room: { state: { lazy_load_members: true } } },
  { room: { state: { lazy_load_members: true, include_redundant_members: true } } },
  { room: { timeline: { limit: 1, unread_thread_notifications: true } } },
  { room: { timeline: { not_senders: [CAROL] } } },
  { event_fields: ['type', 'content.body'] },
  { event_format: 'federation' },
];

interface Stage {
  readonly syncs: Syncs;
  readonly rooms: RoomsContext;
  readonly bob: Viewer;
  readonly room: string;
  readonly otherRoom: string;
  readonly strangeRoom: string;
  /** The first message of the room. */
  readonly root: string;
  /** The newest one. */
  readonly last: () => string;
  readonly key: () => { userNid: number; deviceId: string; scope: string; txnId: string };
  readonly send: (sender: string, type: string, content: JsonObject, room?: string) => Promise<void>;
  readonly say: (sender: string, content: JsonObject, room?: string) => Promise<void>;
  readonly set: (type: string, content: JsonObject) => Promise<void>;
}

/** The same client twice: once it gets messages by the short way, once never. */
class Twins {
  readonly #viewer: Viewer;
  readonly #filter: SyncFilter;
  readonly #stateKey: StateKey;
  readonly #quick: { context: SyncContext; log: SentMembersLog };
  readonly #thorough: { context: SyncContext; log: SentMembersLog };
  #since: string | undefined;
  /** How many answers came by the short way. */
  short = 0;

  constructor(
    [quick, thorough]: readonly [SyncContext, SyncContext],
    viewer: Viewer,
    filter: SyncFilter,
    stateKey: StateKey,
  ) {
    this.#viewer = viewer;
    this.#filter = filter;
    this.#stateKey = stateKey;
    this.#quick = { context: quick, log: new SentMembersLog() };
    this.#thorough = { context: thorough, log: new SentMembersLog() };
  }

  /** Lets both ask for what is new. @returns their answers, which must be the same. */
  async sync(): Promise<readonly [unknown, unknown]> {
    const since = this.#since === undefined ? undefined : parseStreamToken(this.#since);
    for (const { context } of [this.#quick, this.#thorough]) {
      await acknowledgeMessages(context, this.#viewer, since?.position ?? context.notifier.position);
    }
    const { context, log } = this.#thorough;
    const { notifier, realtime } = context;
    const until = { position: notifier.position, ephemeral: realtime.log.position };
    const memberships = await context.rooms.userRooms.of(this.#viewer.userNid);
    const { body } = await buildResponse(context, this.#frame(log, until), memberships);
    const answer = (await this.#syncQuickly(until)) ?? body;
    this.#since = body.next_batch;
    return [comparable(answer), comparable(body)];
  }

  async #syncQuickly(until: Place): Promise<object> {
    const { context, log } = this.#quick;
    const memberships = await context.rooms.userRooms.of(this.#viewer.userNid);
    const frame = this.#frame(log, until);
    const news = findPlainNews(context, frame, memberships);
    const body = news && (await plainResponse(context, frame, news));
    if (body !== undefined) {
      this.short += 1;
      return body;
    }
    return (await buildResponse(context, this.#frame(log, until), memberships)).body;
  }

  #frame(log: SentMembersLog, until: Place): Frame {
    return {
      viewer: this.#viewer,
      filter: this.#filter,
      since: this.#since === undefined ? undefined : parseStreamToken(this.#since),
      beginsAgain: false,
      until,
      fullState: false,
      stateKey: this.#stateKey,
      sentMembers: log.open(this.#viewer, this.#since),
    };
  }
}

/** A response without what grows from one moment to the next. */
function comparable(body: object): unknown {
  return JSON.parse(JSON.stringify(body, (key, value) => (GROWING.includes(key) ? undefined : value)));
}
const GROWING = ['age', 'last_active_ago'];

describe('the short way to tell of messages', function () {
  this.timeout(120_000);
  let syncs: Syncs;
  let alice: Viewer;
  let bob: Viewer;
  let contexts: readonly [SyncContext, SyncContext];
  before(async () => {
    syncs = await startSyncs();
    alice = await syncs.house.user('alice');
    bob = await syncs.house.user('bob');
    await syncs.house.user('carol');
    contexts = [await syncs.context(), await syncs.context()];
  });
  // What types, and who is there, changes by itself after a time.
  afterEach(() => syncs.realtime.stop());
  after(() => syncs.house.close());

  /** Rooms in which Alice, Bob and Carol are, but for one that Alice has for herself. */
  async function setStage(): Promise<Stage> {
    const { rooms, accounts } = syncs.house;
    const [room, otherRoom] = [await open(), await open()];
    const strangeRoom = await createRoom(rooms, ALICE, { preset: 'public_chat' });
    let messages = 0;
    let last = '';
    const key = () => {
      messages += 1;
      return { userNid: 1, deviceId: 'D', scope: room, txnId: String(messages) };
    };
    const send: Stage['send'] = async (sender, type, content, roomId = room) => {
      const { userNid, deviceId } = sender === BOB ? bob : alice;
      const transaction = { ...key(), userNid, deviceId };
      const eventId = await sendEvent(rooms, { roomId, sender }, type, content, transaction);
      if (roomId === room) last = eventId;
    };
    const say: Stage['say'] = (sender, content, roomId) =>
      send(sender, 'm.room.message', { msgtype: 'm.text', body: 'hello', ...content }, roomId);
    const set = (type: string, content: JsonObject) =>
      accounts.accountData.set(bob.userNid, NO_ROOM, type, content);
    await say(ALICE, {});
    return {
      syncs,
      rooms,
      bob,
      room,
      otherRoom,
      strangeRoom,
      root: last,
      last: () => last,
      key,
      send,
      say,
      set,
    };
  }

  async function open(): Promise<string> {
    const { rooms } = syncs.house;
    const roomId = await createRoom(rooms, ALICE, { preset: 'public_chat' });
    await joinRoom(rooms, BOB, roomId);
    await joinRoom(rooms, CAROL, roomId);
    return roomId;
  }

  it('gives the same answers as the long one, whatever happens', async () => {
    const pieces = fc.constantFrom(...(Object.keys(NEWS) as Piece[]), 'say' as const, 'carolSays' as const);
    const stories = fc.array(fc.array(pieces, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 8,
    });
    const stateKeys = fc.constantFrom<StateKey>('state', 'state_after');
    let short = 0;
    await fc.assert(
      fc.asyncProperty(stories, fc.constantFrom(...FILTERS), stateKeys, async (story, filter, stateKey) => {
        const stage = await setStage();
        const shared = new SyncFilter(filter);
        const clients = [alice, bob].map((viewer) => new Twins(contexts, viewer, shared, stateKey));
        for (const twins of clients) await twins.sync();
        for (const happening of story) {
          for (const piece of happening) await NEWS[piece](stage);
          for (const twins of clients) {
            const [quick, thorough] = await twins.sync();
            expect(quick, happening.join()).to.deep.equal(thorough);
          }
        }
        for (const twins of clients) short += twins.short;
        syncs.realtime.stop();
        for (const roomId of [stage.room, stage.otherRoom]) {
          await leaveRoom(stage.rooms, { roomId, sender: BOB });
        }
        await NEWS.bobIgnoresNobody(stage);
      }),
      { numRuns: 25 },
    );
    expect(short, 'answers by the short way').to.be.greaterThan(0);
  });

  const PLAIN: readonly Piece[] = [
    'say',
    'carolSays',
    'callBob',
    'edit',
    'redact',
    'answerInThread',
    'somethingElse',
    'sayElsewhere',
  ];
  for (const piece of Object.keys(NEWS) as Piece[]) {
    const isPlain = PLAIN.includes(piece);
    it(`is ${isPlain ? '' : 'not '}taken for "${piece}"`, async () => {
      const stage = await setStage();
      const twins = new Twins(contexts, bob, new SyncFilter({}), 'state');
      await twins.sync();
      await NEWS[piece](stage);
      const [quick, thorough] = await twins.sync();
      expect(quick).to.deep.equal(thorough);
      expect(twins.short).to.equal(isPlain ? 1 : 0);
      await NEWS.bobIgnoresNobody(stage);
    });
  }
});
