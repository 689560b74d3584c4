import { area } from '../harness/area.ts';
import { type Client, inRoom } from '../harness/client.ts';
import type { World } from '../harness/world.ts';

async function people(world: World) {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  const carol = await world.user('carol');
  const roomId = await alice.createHall();
  await bob.join(roomId);
  return { alice, bob, carol, roomId };
}

area('redaction', people, (same) => {
  const redact = (who: Client, roomId: string, eventId: string, txnId: string, body: object = {}) =>
    who.put(inRoom(roomId, 'redact', eventId, txnId), body);
  const read = (who: Client, roomId: string, eventId: string) => who.get(inRoom(roomId, 'event', eventId));
  same('of one’s own message', async ({ alice, bob, roomId }) => {
    const event = await bob.say(roomId, 'Sorry');
    const { status } = await redact(bob, roomId, event, 'own', { reason: 'Typo' });
    const { body } = await read(alice, roomId, event);
    return [status, body.content, body.unsigned.redacted_because?.content?.reason];
  });
  same('of a message of somebody else', async ({ alice, bob, roomId }) => {
    const event = await alice.say(roomId, 'Mine');
    const { status, body } = await redact(bob, roomId, event, 'other');
    return [status, body.errcode, (await read(bob, roomId, event)).body.content];
  });
  same('by those with power', async ({ alice, bob, roomId }) => {
    const event = await bob.say(roomId, 'Spam');
    const { status } = await redact(alice, roomId, event, 'power');
    return [status, (await read(bob, roomId, event)).body.content];
  });
  same('of what is not there', ({ alice, roomId }) => redact(alice, roomId, '$nothing', 'nothing'));
  same('of what is in another room', async ({ alice, roomId }) => {
    const event = await alice.say(await alice.createHall(), 'elsewhere');
    return redact(alice, roomId, event, 'elsewhere');
  });
  same('of what is redacted already', async ({ alice, roomId }) => {
    const event = await alice.say(roomId, 'twice');
    await redact(alice, roomId, event, 'first');
    return (await redact(alice, roomId, event, 'second')).status;
  });
  same('with the same transaction', async ({ alice, roomId }) => {
    const event = await alice.say(roomId, 'once');
    const first = await redact(alice, roomId, event, 'same');
    const second = await redact(alice, roomId, event, 'same');
    return first.body.event_id === second.body.event_id;
  });
  same('of strangers', async ({ alice, carol, roomId }) =>
    redact(carol, roomId, await alice.say(roomId, 'x'), 'stranger'),
  );
  same('without a token', async ({ alice, roomId }, world) =>
    redact(world.anonymous, roomId, await alice.say(roomId, 'x'), 'anonymous'),
  );
  same('by sending it like any event', async ({ alice, roomId }) => {
    const event = await alice.say(roomId, 'sent');
    const { status } = await alice.put(inRoom(roomId, 'send', 'm.room.redaction', 'sent'), {
      redacts: event,
      reason: 'Sent',
    });
    return [status, (await read(alice, roomId, event)).body.content];
  });
  same('itself can be read', async ({ alice, bob, roomId }) => {
    const event = await bob.say(roomId, 'gone');
    const { body } = await redact(bob, roomId, event, 'readable', { reason: 'R' });
    const seen = (await read(alice, roomId, body.event_id)).body;
    return [seen.type, seen.content.reason, (seen.redacts ?? seen.content.redacts) === event];
  });
  for (const [type, content, kept] of [
    ['m.room.name', { name: 'Redacted', more: 1 }, 'nothing'],
    ['m.room.join_rules', { join_rule: 'public', allow: [], more: 1 }, 'the rule'],
    ['m.room.history_visibility', { history_visibility: 'shared', more: 1 }, 'the visibility'],
    ['m.room.server_acl', { allow: ['*'], deny: [], more: 1 }, 'nothing'],
    ['m.room.canonical_alias', { more: 1 }, 'nothing'],
  ] as const) {
    same(`of ${type} keeps ${kept}`, async ({ alice }) => {
      const roomId = await alice.createHall();
      const event = await alice.setState(roomId, type, content);
      await redact(alice, roomId, event, `redact-${type}`);
      return [
        (await read(alice, roomId, event)).body.content,
        await alice.get(inRoom(roomId, 'state', type, '')),
      ];
    });
  }
  same('of a member keeps the membership', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    const { body } = await alice.get(`${inRoom(roomId, 'state', 'm.room.member', bob.userId)}?format=event`);
    await redact(alice, roomId, body.event_id, 'member');
    return alice.get(inRoom(roomId, 'state', 'm.room.member', bob.userId));
  });
  same('of the creation', async ({ alice }) => {
    const roomId = await alice.createHall();
    const { body } = await alice.get(`${inRoom(roomId, 'state', 'm.room.create', '')}?format=event`);
    const { status } = await redact(alice, roomId, body.event_id, 'create');
    return status;
  });
  same('takes a message out of what is unread', async ({ alice, bob }) => {
    const roomId = await alice.createHall();
    await bob.join(roomId);
    const event = await alice.say(roomId, 'count me');
    const before = (await bob.sync()).rooms.join[roomId].unread_notifications;
    await redact(alice, roomId, event, 'unread');
    return [before, (await bob.sync()).rooms.join[roomId].unread_notifications];
  });
});

area('reports', people, (same) => {
  const reportEvent = (who: Client, roomId: string, eventId: string, body: object = {}) =>
    who.post(inRoom(roomId, 'report', eventId), body);
  same('of an event', async ({ alice, bob, roomId }) =>
    reportEvent(bob, roomId, await alice.say(roomId, 'rude'), { reason: 'Rude', score: -50 }),
  );
  same('of an event without a reason', async ({ alice, bob, roomId }) =>
    reportEvent(bob, roomId, await alice.say(roomId, 'rude')),
  );
  same('of an event that is not there', ({ bob, roomId }) => reportEvent(bob, roomId, '$nothing'));
  same('of an event by a stranger', async ({ alice, carol, roomId }) =>
    reportEvent(carol, roomId, await alice.say(roomId, 'rude')),
  );
  same('of an event for a reason that is no text', async ({ alice, bob, roomId }) =>
    reportEvent(bob, roomId, await alice.say(roomId, 'rude'), { reason: 1 }),
  );
  same('of a room', ({ bob, roomId }) => bob.post(inRoom(roomId, 'report'), { reason: 'Rude' }));
  same('of a room without a reason', ({ bob, roomId }) => bob.post(inRoom(roomId, 'report'), {}));
  same('of a room that is not there', ({ bob }) =>
    bob.post(inRoom('!nothing:compat.test', 'report'), { reason: 'Rude' }),
  );
  same('of somebody', ({ alice, bob }) =>
    bob.post(`/v3/users/${encodeURIComponent(alice.userId)}/report`, { reason: 'Rude' }),
  );
  same('of somebody unknown', ({ bob }) =>
    bob.post(`/v3/users/${encodeURIComponent('@nobody:compat.test')}/report`, { reason: 'Rude' }),
  );
  same('of somebody without a reason', ({ alice, bob }) =>
    bob.post(`/v3/users/${encodeURIComponent(alice.userId)}/report`, {}),
  );
  same('need an access token', ({ roomId }, world) =>
    world.anonymous.post(inRoom(roomId, 'report'), { reason: 'Rude' }),
  );
});
