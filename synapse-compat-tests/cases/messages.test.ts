import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';
import { inShort, type SeenEvent } from '../harness/events.ts';
import type { World } from '../harness/world.ts';

async function roomOfTwo(world: World) {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  const carol = await world.user('carol');
  const roomId = await alice.createHall({ name: 'Hall' });
  await bob.join(roomId);
  return { alice, bob, carol, roomId };
}

area('sending', roomOfTwo, (same) => {
  const text = (body: string) => ({ msgtype: 'm.text', body });
  const send = (who: Client, roomId: string, txnId: string, content: unknown, type = 'm.room.message') =>
    who.put(inRoom(roomId, 'send', type, txnId), content);
  same('a message', async ({ alice, bob, roomId }) => {
    const { status, body } = await send(alice, roomId, 'one', text('Hello'));
    return [status, Object.keys(body), await bob.get(inRoom(roomId, 'event', body.event_id))];
  });
  same('again with the same transaction gives the same event', async ({ alice, roomId }) => {
    const first = await send(alice, roomId, 'two', text('Once'));
    const second = await send(alice, roomId, 'two', text('Once'));
    return first.body.event_id === second.body.event_id;
  });
  same('something else with the same transaction gives the same event', async ({ alice, roomId }) => {
    const first = await send(alice, roomId, 'three', text('Once'));
    const second = await send(alice, roomId, 'three', text('Other'));
    return first.body.event_id === second.body.event_id;
  });
  same('with the same transaction in another room gives another event', async ({ alice, roomId }) => {
    const other = await alice.createRoom();
    const first = await send(alice, roomId, 'four', text('Here'));
    const second = await send(alice, other, 'four', text('There'));
    return first.body.event_id === second.body.event_id;
  });
  same('with the same transaction of another type gives another event', async ({ alice, roomId }) => {
    const first = await send(alice, roomId, 'five', text('Message'));
    const second = await send(alice, roomId, 'five', text('Other'), 'org.example.other');
    return first.body.event_id === second.body.event_id;
  });
  same(
    'with the same transaction of another device gives another event',
    async ({ alice, roomId }, world) => {
      const first = await send(alice, roomId, 'six', text('Device'));
      const second = await send(await world.login('alice'), roomId, 'six', text('Device'));
      return first.body.event_id === second.body.event_id;
    },
  );
  same('is no business of strangers', ({ carol, roomId }) => send(carol, roomId, 'x', text('x')));
  same('needs an access token', ({ roomId }, world) => send(world.anonymous, roomId, 'x', text('x')));
  same('to a room that is not there', ({ alice }) => send(alice, '!nothing:compat.test', 'x', text('x')));
  same('to what is no room', ({ alice }) => send(alice, 'nothing', 'x', text('x')));
  same('without content', ({ alice, roomId }) =>
    alice.request('PUT', inRoom(roomId, 'send', 'm.room.message', 'empty')),
  );
  same('an empty object', async ({ alice, roomId }) => (await send(alice, roomId, 'object', {})).status);
  same('a list', ({ alice, roomId }) => send(alice, roomId, 'list', []));
  same('a text', ({ alice, roomId }) =>
    alice.request('PUT', inRoom(roomId, 'send', 'm.room.message', 't'), '"x"'),
  );
  same('what is no JSON', ({ alice, roomId }) =>
    alice.request('PUT', inRoom(roomId, 'send', 'm.room.message', 'j'), '{'),
  );
  same('what is too large', ({ alice, roomId }) => send(alice, roomId, 'large', text('x'.repeat(65_536))));
  same('a fraction', ({ alice, roomId }) => send(alice, roomId, 'fraction', { a: 0.5 }));
  same('an integer that is too large', ({ alice, roomId }) =>
    alice.request('PUT', inRoom(roomId, 'send', 'org.example.n', 'int'), '{"a":9007199254740993}'),
  );
  same('a type that is too long', ({ alice, roomId }) => send(alice, roomId, 'type', {}, 'x'.repeat(256)));
  same(
    'a body that is no text',
    async ({ alice, roomId }) => (await send(alice, roomId, 'body', { msgtype: 'm.text', body: 1 })).status,
  );
  same('a message of a type that nobody knows', async ({ alice, bob, roomId }) => {
    const { body } = await send(
      alice,
      roomId,
      'unknown',
      { a: { b: [1, null, true, 'x'] } },
      'org.example.x',
    );
    return bob.get(inRoom(roomId, 'event', body.event_id));
  });
  same('an emoji and other letters', async ({ alice, bob, roomId }) => {
    const { body } = await send(alice, roomId, 'emoji', text('Grüße 😀 日本語 \u0007'));
    return (await bob.get(inRoom(roomId, 'event', body.event_id))).body.content;
  });
  same('tells the device that sent it its transaction', async ({ alice, roomId }) => {
    const { body } = await send(alice, roomId, 'mine', text('Mine'));
    const { unsigned } = (await alice.get(inRoom(roomId, 'event', body.event_id))).body;
    return { unsigned };
  });
  same('tells other devices no transaction', async ({ alice, roomId }, world) => {
    const { body } = await send(alice, roomId, 'yours', text('Mine'));
    const other = await world.login('alice', 'OTHER');
    const { unsigned } = (await other.get(inRoom(roomId, 'event', body.event_id))).body;
    return { unsigned };
  });
  same(
    'a transaction ID with a slash and a space',
    async ({ alice, roomId }) => (await send(alice, roomId, 'a/b c', text('Slash'))).status,
  );
});

area(
  'pages of messages',
  async (world) => {
    const room = await roomOfTwo(world);
    for (let index = 1; index <= 12; index += 1) await room.alice.say(room.roomId, `message ${index}`);
    return room;
  },
  (same) => {
    const page = async (who: Client, roomId: string, query: string) => {
      const { status, body } = await who.get(`${inRoom(roomId, 'messages')}?${query}`);
      return status === 200
        ? {
            chunk: inShort(body.chunk),
            state: body.state && inShort(body.state).sort(),
            end: body.end as string | undefined,
          }
        : { status, errcode: body.errcode };
    };
    // Whether there is more is told at another time: see the case of the last page.
    const withoutEnd = async (answer: ReturnType<typeof page>) => ({ ...(await answer), end: undefined });
    for (const query of [
      'dir=b',
      'dir=f',
      'dir=b&limit=3',
      'dir=f&limit=3',
      'dir=b&limit=0',
      'dir=b&limit=-1',
      'dir=b&limit=x',
      'dir=x',
      'limit=3',
      'dir=b&from=nothing',
      'dir=b&filter={"types":["m.room.name"]}',
      'dir=b&filter={"not_types":["m.room.message"]}',
      'dir=b&filter={"types":["m.room.*"],"limit":3}',
      'dir=b&filter={"types":[]}',
      'dir=b&filter={"senders":["@nobody:compat.test"]}',
      'dir=b&filter={"lazy_load_members":true}&limit=2',
      'dir=b&filter={"contains_url":true}',
    ]) {
      same(`of ${query}`, ({ bob, roomId }) => withoutEnd(page(bob, roomId, query)));
    }
    for (const dir of ['b', 'f']) {
      same(`to the end in direction ${dir}`, async ({ bob, roomId }) => {
        const seen: string[][] = [];
        let from: string | undefined;
        for (let count = 0; count < 10; count += 1) {
          const at = from === undefined ? '' : `&from=${encodeURIComponent(from)}`;
          const answer = await page(bob, roomId, `dir=${dir}&limit=5${at}`);
          if (!('chunk' in answer)) return answer;
          seen.push(answer.chunk);
          if (answer.end === undefined) break;
          from = answer.end;
        }
        return seen.filter((chunk) => chunk.length > 0);
      });
    }
    same('from where a sync began', async ({ bob, roomId }) => {
      const body = await bob.sync({ filter: { room: { timeline: { limit: 4 } } } });
      const { timeline } = body.rooms.join[roomId];
      const from = encodeURIComponent(timeline.prev_batch);
      return [inShort(timeline.events), await page(bob, roomId, `dir=b&limit=3&from=${from}`)];
    });
    same('from where a sync ended', async ({ alice, bob, roomId }) => {
      const { next_batch: next } = await bob.sync();
      await alice.say(roomId, 'after the sync');
      return withoutEnd(page(bob, roomId, `dir=f&from=${encodeURIComponent(next)}`));
    });
    same('up to a point', async ({ bob, roomId }) => {
      const first = await page(bob, roomId, 'dir=b&limit=2');
      const second = await page(bob, roomId, `dir=b&limit=3&from=${encodeURIComponent(first.end ?? '')}`);
      return withoutEnd(page(bob, roomId, `dir=b&to=${encodeURIComponent(second.end ?? '')}`));
    });
    same('of no room of mine', ({ carol, roomId }) => page(carol, roomId, 'dir=b'));
    same('of a room that is not there', ({ bob }) => page(bob, '!nothing:compat.test', 'dir=b'));
    same('without an access token', ({ roomId }, world) => page(world.anonymous, roomId, 'dir=b'));
    same('of files only', async ({ alice, bob, roomId }) => {
      await alice.send(roomId, 'm.room.message', {
        msgtype: 'm.image',
        body: 'image',
        url: 'mxc://compat.test/a',
      });
      return withoutEnd(page(bob, roomId, 'dir=b&filter={"contains_url":true}'));
    });
    same('to the very beginning have no further page', async ({ bob, roomId }) => {
      const { end } = await page(bob, roomId, 'dir=b&limit=1000');
      return end === undefined;
    });
    same('of those who left go no further', async ({ alice, bob, roomId }) => {
      await bob.leave(roomId);
      await alice.say(roomId, 'Bob is away');
      return page(bob, roomId, 'dir=b&limit=3');
    });
  },
);

area(
  'single events and what is around them',
  async (world) => {
    const room = await roomOfTwo(world);
    const events: string[] = [];
    for (let index = 1; index <= 8; index += 1) events.push(await room.alice.say(room.roomId, `m${index}`));
    return { ...room, events };
  },
  (same) => {
    const context = async (who: Client, roomId: string, eventId: string, query = '') => {
      const { status, body } = await who.get(`${inRoom(roomId, 'context', eventId)}${query}`);
      if (status !== 200) return { status, errcode: body.errcode };
      return {
        event: inShort([body.event]),
        before: inShort(body.events_before),
        after: inShort(body.events_after),
        state: body.state.map(({ type, state_key: key }: SeenEvent) => `${type} ${key}`).sort(),
        keys: Object.keys(body).sort(),
      };
    };
    same('one event', ({ bob, roomId, events }) => bob.get(inRoom(roomId, 'event', events[3] ?? '')));
    same('one event that is not there', ({ bob, roomId }) => bob.get(inRoom(roomId, 'event', '$nothing')));
    same('one event, for strangers', ({ carol, roomId, events }) =>
      carol.get(inRoom(roomId, 'event', events[3] ?? '')),
    );
    same('one event in the wrong room', async ({ alice, events }) =>
      alice.get(inRoom(await alice.createRoom(), 'event', events[3] ?? '')),
    );
    same('what is around', ({ bob, roomId, events }) => context(bob, roomId, events[3] ?? ''));
    for (const limit of ['0', '1', '2', '3', '4', '100']) {
      same(`what is around, ${limit} events`, ({ bob, roomId, events }) =>
        context(bob, roomId, events[3] ?? '', `?limit=${limit}`),
      );
    }
    same('what is around the newest', ({ bob, roomId, events }) => context(bob, roomId, events[7] ?? ''));
    same('what is around nothing', ({ bob, roomId }) => context(bob, roomId, '$nothing'));
    same('what is around, for strangers', ({ carol, roomId, events }) =>
      context(carol, roomId, events[3] ?? ''),
    );
    same('what is around, by a filter', ({ bob, roomId, events }) =>
      context(bob, roomId, events[3] ?? '', '?filter={"types":["m.room.name"]}'),
    );
    same('what is around, with members as they are needed', ({ bob, roomId, events }) =>
      context(bob, roomId, events[3] ?? '', '?limit=2&filter={"lazy_load_members":true}'),
    );
    same('what is around, by a limit that is none', ({ bob, roomId, events }) =>
      context(bob, roomId, events[3] ?? '', '?limit=x'),
    );
    const byTime = async (who: Client, roomId: string, query: string) => {
      const { status, body } = await who.get(
        `/v1/rooms/${encodeURIComponent(roomId)}/timestamp_to_event?${query}`,
      );
      return status === 200 ? body.event_id : { status, errcode: body.errcode };
    };
    same('the first of all time', ({ bob, roomId }) => byTime(bob, roomId, 'ts=0&dir=f'));
    same('the last of all time', ({ bob, roomId }) => byTime(bob, roomId, 'ts=99999999999999&dir=b'));
    same('nothing before all time', ({ bob, roomId }) => byTime(bob, roomId, 'ts=0&dir=b'));
    same('nothing after all time', ({ bob, roomId }) => byTime(bob, roomId, 'ts=99999999999999&dir=f'));
    same('a time in an unknown direction', ({ bob, roomId }) => byTime(bob, roomId, 'ts=0&dir=x'));
    same('a time that is none', ({ bob, roomId }) => byTime(bob, roomId, 'ts=x&dir=f'));
    same('no time', ({ bob, roomId }) => byTime(bob, roomId, 'dir=f'));
    same('a time, for strangers', ({ carol, roomId }) => byTime(carol, roomId, 'ts=0&dir=f'));
    same('all at once, as of old', async ({ bob, roomId }) => {
      const { status, body } = await bob.get(inRoom(roomId, 'initialSync'));
      return [status, Object.keys(body).sort(), body.membership, body.visibility];
    });
  },
);
