import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../homeserver/src/protocol/canonical-json.ts';
import { area } from '../harness/area.ts';
import type { Client } from '../harness/client.ts';
import type { World } from '../harness/world.ts';

interface KeyPair {
  readonly publicKey: string;
  readonly secret: KeyObject;
}

function keyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const bytes = Buffer.from(x, 'base64url');
  return { publicKey: bytes.toString('base64').replaceAll('=', ''), secret: privateKey };
}

/** An object signed by a key of somebody. */
function signed(object: JsonObject, userId: string, keyId: string, { secret }: KeyPair): JsonObject {
  const signature = sign(null, Buffer.from(canonicalJson(object)), secret)
    .toString('base64')
    .replaceAll('=', '');
  return { ...object, signatures: { [userId]: { [keyId]: signature } } };
}

/** What a device has to upload; the same on both servers, so that answers are. */
const DEVICE_KEY = keyPair();
const MASTER = keyPair();
const SELF_SIGNING = keyPair();
const USER_SIGNING = keyPair();

const ALGORITHMS = ['m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'];

function deviceKeys({ userId, deviceId }: Client, algorithms = ALGORITHMS): JsonObject {
  const keys: JsonObject = {
    user_id: userId,
    device_id: deviceId,
    algorithms,
    keys: { [`curve25519:${deviceId}`]: 'A'.repeat(43), [`ed25519:${deviceId}`]: DEVICE_KEY.publicKey },
  };
  return signed(keys, userId, `ed25519:${deviceId}`, DEVICE_KEY);
}

const oneTimeKeys = ({ userId, deviceId }: Client, ...names: string[]): JsonObject =>
  Object.fromEntries(
    names.map((name) => [
      `signed_curve25519:${name}`,
      signed({ key: 'B'.repeat(43) }, userId, `ed25519:${deviceId}`, DEVICE_KEY),
    ]),
  );

async function people(world: World) {
  const alice = await world.user('alice');
  const bob = await world.user('bob');
  const roomId = await alice.createHall();
  await bob.join(roomId);
  return { alice, bob, roomId };
}

area('keys of devices', people, (same) => {
  same('are uploaded', ({ alice }) => alice.post('/v3/keys/upload', { device_keys: deviceKeys(alice) }));
  same('are uploaded again', ({ alice }) =>
    alice.post('/v3/keys/upload', { device_keys: deviceKeys(alice) }),
  );
  same('are found by others', ({ alice, bob }) =>
    bob.post('/v3/keys/query', { device_keys: { [alice.userId]: [] } }),
  );
  same('are found by device', ({ alice, bob }) =>
    bob.post('/v3/keys/query', { device_keys: { [alice.userId]: [alice.deviceId] } }),
  );
  same('are not found of an unknown device', ({ alice, bob }) =>
    bob.post('/v3/keys/query', { device_keys: { [alice.userId]: ['NOTHING'] } }),
  );
  same('are not found of somebody unknown', ({ bob }) =>
    bob.post('/v3/keys/query', { device_keys: { '@nobody:compat.test': [] } }),
  );
  same('are not found of nobody', ({ bob }) => bob.post('/v3/keys/query', { device_keys: {} }));
  same('are looked for by an object', ({ bob }) => bob.post('/v3/keys/query', { device_keys: [] }));
  same('are looked for', ({ bob }) => bob.post('/v3/keys/query', {}));
  same('of another device are not uploaded', ({ alice }) =>
    alice.post('/v3/keys/upload', { device_keys: { ...deviceKeys(alice), device_id: 'OTHER' } }),
  );
  same('are uploaded with a token', (_people, world) => world.anonymous.post('/v3/keys/upload', {}));
  same('are counted', ({ alice }) =>
    alice.post('/v3/keys/upload', { one_time_keys: oneTimeKeys(alice, 'AAA', 'BBB') }),
  );
  same('are counted without being uploaded', ({ alice }) => alice.post('/v3/keys/upload', {}));
  same('are the same when they are uploaded again', ({ alice }) =>
    alice.post('/v3/keys/upload', { one_time_keys: oneTimeKeys(alice, 'AAA') }),
  );
  same('are no others under the same name', ({ alice }) =>
    alice.post('/v3/keys/upload', { one_time_keys: { 'signed_curve25519:AAA': { key: 'C'.repeat(43) } } }),
  );
  const claim = (who: Client, { userId, deviceId }: Client, algorithm = 'signed_curve25519') =>
    who.post('/v3/keys/claim', { one_time_keys: { [userId]: { [deviceId]: algorithm } } });
  same('are claimed, one after another', async ({ alice, bob }) => {
    const names = [];
    for (let index = 0; index < 3; index += 1) {
      const { body } = await claim(bob, alice);
      names.push(Object.keys(body.one_time_keys[alice.userId]?.[alice.deviceId] ?? {}));
    }
    return names.sort();
  });
  same('are counted after they were claimed', ({ alice }) => alice.post('/v3/keys/upload', {}));
  same('of last resort are claimed again and again', async ({ alice, bob }) => {
    await alice.post('/v3/keys/upload', { fallback_keys: oneTimeKeys(alice, 'FALL') });
    const names = [];
    for (let index = 0; index < 2; index += 1) {
      const { body } = await claim(bob, alice);
      names.push(Object.keys(body.one_time_keys[alice.userId]?.[alice.deviceId] ?? {}));
    }
    return names;
  });
  same(
    'of last resort are told when they are used',
    async ({ alice }) => (await alice.sync()).device_unused_fallback_key_types,
  );
  same('of last resort are told when they are new', async ({ alice }) => {
    await alice.post('/v3/keys/upload', { fallback_keys: oneTimeKeys(alice, 'FALL2') });
    return (await alice.sync()).device_unused_fallback_key_types;
  });
  same('of an unknown algorithm are not claimed', ({ alice, bob }) => claim(bob, alice, 'org.example.none'));
  same('of somebody unknown are not claimed', ({ bob }) =>
    bob.post('/v3/keys/claim', { one_time_keys: { '@nobody:compat.test': { X: 'signed_curve25519' } } }),
  );
  same('are counted in sync', async ({ alice }) => {
    await alice.post('/v3/keys/upload', { one_time_keys: oneTimeKeys(alice, 'CCC') });
    return (await alice.sync()).device_one_time_keys_count;
  });
  same('that change are told to those who share a room', async ({ alice, bob }) => {
    const { next_batch: since } = await bob.sync();
    await alice.post('/v3/keys/upload', { device_keys: deviceKeys(alice, ['m.olm.v1']) });
    const { device_lists: lists } = await bob.sync({ since, timeout: '5000' });
    return lists;
  });
  same('that changed are told between two moments', async ({ alice, bob }) => {
    const { next_batch: from } = await bob.sync();
    await alice.post('/v3/keys/upload', { device_keys: deviceKeys(alice, ['m.megolm.v1.aes-sha2']) });
    const { next_batch: to } = await bob.sync({ since: from, timeout: '5000' });
    return bob.get(`/v3/keys/changes?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
  });
  same('that changed are told from some moment', ({ bob }) => bob.get('/v3/keys/changes'));
});

area('keys of people', people, (same) => {
  const keys = ({ userId }: Client): Record<string, JsonObject> => {
    const key = (usage: string, { publicKey }: KeyPair): JsonObject => ({
      user_id: userId,
      usage: [usage],
      keys: { [`ed25519:${publicKey}`]: publicKey },
    });
    const masterId = `ed25519:${MASTER.publicKey}`;
    return {
      master_key: key('master', MASTER),
      self_signing_key: signed(key('self_signing', SELF_SIGNING), userId, masterId, MASTER),
      user_signing_key: signed(key('user_signing', USER_SIGNING), userId, masterId, MASTER),
    };
  };
  same('are uploaded without a question the first time', ({ alice }) =>
    alice.post('/v3/keys/device_signing/upload', keys(alice)),
  );
  same('are found by oneself', ({ alice }) =>
    alice.post('/v3/keys/query', { device_keys: { [alice.userId]: [] } }),
  );
  same('are found by others, but for one', ({ alice, bob }) =>
    bob.post('/v3/keys/query', { device_keys: { [alice.userId]: [] } }),
  );
  same('are the same when they are uploaded again', ({ alice }) =>
    alice.post('/v3/keys/device_signing/upload', keys(alice)),
  );
  same('are replaced by those who show who they are', async ({ alice }) => {
    const other = keyPair();
    const { status, body } = await alice.post('/v3/keys/device_signing/upload', {
      master_key: {
        user_id: alice.userId,
        usage: ['master'],
        keys: { [`ed25519:${other.publicKey}`]: other.publicKey },
      },
    });
    return [status, body.errcode, 'flows' in body];
  });
  same('are not uploaded without the first', ({ bob }) =>
    bob.post('/v3/keys/device_signing/upload', { self_signing_key: keys(bob).self_signing_key }),
  );
  same('are signed', async ({ alice }) => {
    await alice.post('/v3/keys/upload', { device_keys: deviceKeys(alice) });
    const { signatures: _own, ...device } = deviceKeys(alice);
    return alice.post('/v3/keys/signatures/upload', {
      [alice.userId]: {
        [alice.deviceId]: signed(device, alice.userId, `ed25519:${SELF_SIGNING.publicKey}`, SELF_SIGNING),
      },
    });
  });
  same('are not signed falsely', ({ alice }) => {
    const { signatures: _own, ...device } = deviceKeys(alice);
    const wrong = signed(device, alice.userId, `ed25519:${SELF_SIGNING.publicKey}`, USER_SIGNING);
    return alice
      .post('/v3/keys/signatures/upload', { [alice.userId]: { [alice.deviceId]: wrong } })
      .then(({ status, body }) => [status, body.failures?.[alice.userId]?.[alice.deviceId]?.errcode]);
  });
  same('that are not there are not signed', ({ alice }) =>
    alice
      .post('/v3/keys/signatures/upload', { [alice.userId]: { NOTHING: { device_id: 'NOTHING' } } })
      .then(({ status, body }) => [status, typeof body.failures?.[alice.userId]?.NOTHING?.errcode]),
  );
});

area('messages from device to device', people, (same) => {
  const send = (who: Client, txnId: string, messages: unknown) =>
    who.put(`/v3/sendToDevice/org.example.type/${txnId}`, { messages });
  const received = async (who: Client, since?: string) =>
    (await who.sync(since ? { since } : {})).to_device?.events ?? [];
  same('are sent', ({ alice, bob }) => send(alice, 'one', { [bob.userId]: { [bob.deviceId]: { a: 1 } } }));
  same('arrive', ({ bob }) => received(bob));
  same('arrive again until they are acknowledged', ({ bob }) => received(bob));
  same('arrive once after they are acknowledged', async ({ bob }) => {
    const { next_batch: since } = await bob.sync();
    await received(bob, since);
    return received(bob);
  });
  same('are sent once with the same transaction', async ({ alice, bob }) => {
    const { next_batch: since } = await bob.sync();
    await send(alice, 'twice', { [bob.userId]: { [bob.deviceId]: { b: 1 } } });
    await send(alice, 'twice', { [bob.userId]: { [bob.deviceId]: { b: 2 } } });
    return received(bob, since);
  });
  same('are sent to all devices', async ({ alice, bob }, world) => {
    const other = await world.login('bob');
    const { next_batch: since } = await other.sync();
    await send(alice, 'all', { [bob.userId]: { '*': { c: 1 } } });
    return received(other, since);
  });
  same('to an unknown device are lost', ({ alice, bob }) =>
    send(alice, 'unknown', { [bob.userId]: { NOTHING: { a: 1 } } }),
  );
  same('to somebody unknown are lost', ({ alice }) =>
    send(alice, 'nobody', { '@nobody:compat.test': { X: { a: 1 } } }),
  );
  same('wake those who wait', async ({ alice, bob }) => {
    const { next_batch: since } = await bob.sync();
    const waiting = bob.sync({ since, timeout: '10000' });
    await send(alice, 'wake', { [bob.userId]: { [bob.deviceId]: { d: 1 } } });
    return (await waiting).to_device.events;
  });
  same('need messages', ({ alice }) => alice.put('/v3/sendToDevice/org.example.type/none', {}));
  same('need an access token', (_people, world) => send(world.anonymous, 'x', {}));
});

area('key backups', people, (same) => {
  const version = { algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2', auth_data: { public_key: 'key' } };
  const session = (index: number) => ({
    first_message_index: index,
    forwarded_count: 0,
    is_verified: false,
    session_data: { ciphertext: `c${index}` },
  });
  const keys = (rest = '', query = '?version=1') => `/v3/room_keys/keys${rest}${query}`;
  same('are not there at first', ({ alice }) => alice.get('/v3/room_keys/version'));
  same('are made', ({ alice }) => alice.post('/v3/room_keys/version', version));
  same('are found', ({ alice }) => alice.get('/v3/room_keys/version'));
  same('are found by version', ({ alice }) => alice.get('/v3/room_keys/version/1'));
  same('of another version are not found', ({ alice }) => alice.get('/v3/room_keys/version/99'));
  same('are nobody else’s', ({ bob }) => bob.get('/v3/room_keys/version/1'));
  same('change what they are authorised by', async ({ alice }) => [
    await alice.put('/v3/room_keys/version/1', {
      ...version,
      auth_data: { public_key: 'other' },
      version: '1',
    }),
    (await alice.get('/v3/room_keys/version')).body.auth_data,
  ]);
  same('do not change their algorithm', ({ alice }) =>
    alice.put('/v3/room_keys/version/1', { ...version, algorithm: 'other', version: '1' }),
  );
  same('take a key', ({ alice }) => alice.put(keys('/!a/s1'), session(5)));
  same('give a key', ({ alice }) => alice.get(keys('/!a/s1')));
  same('keep the better key', async ({ alice }) => [
    (await alice.put(keys('/!a/s1'), session(9))).status,
    (await alice.get(keys('/!a/s1'))).body.first_message_index,
    (await alice.put(keys('/!a/s1'), session(2))).status,
    (await alice.get(keys('/!a/s1'))).body.first_message_index,
  ]);
  same('take keys of a room', ({ alice }) =>
    alice.put(keys('/!b'), { sessions: { s2: session(1), s3: session(2) } }),
  );
  same('take keys of rooms', ({ alice }) =>
    alice.put(keys(), { rooms: { '!c': { sessions: { s4: session(1) } } } }),
  );
  same('give all keys', ({ alice }) => alice.get(keys()));
  same('give keys of a room', ({ alice }) => alice.get(keys('/!b')));
  same('give no key that is not there', ({ alice }) => alice.get(keys('/!b/nothing')));
  same('give no keys of a room that is not there', ({ alice }) => alice.get(keys('/!nothing')));
  same('give no keys of another version', ({ alice }) => alice.get(keys('', '?version=99')));
  same('take no keys of another version', ({ alice }) =>
    alice.put(keys('/!a/s9', '?version=99'), session(1)),
  );
  same('need a version', ({ alice }) => alice.put(keys('/!a/s9', ''), session(1)));
  same('delete a key', async ({ alice }) => [
    (await alice.delete(keys('/!b/s2'))).body.count,
    (await alice.get(keys('/!b/s2'))).status,
  ]);
  same('delete keys of a room', async ({ alice }) => [
    (await alice.delete(keys('/!b'))).body.count,
    (await alice.get(keys('/!b'))).body,
  ]);
  same('delete all keys', async ({ alice }) => [
    (await alice.delete(keys())).body.count,
    (await alice.get(keys())).body,
  ]);
  same('give way to newer ones', async ({ alice }) => [
    await alice.post('/v3/room_keys/version', version),
    (await alice.get('/v3/room_keys/version')).body.version,
    (await alice.put(keys('/!a/s1'), session(1))).body.errcode,
  ]);
  same('are deleted', async ({ alice }) => [
    await alice.delete('/v3/room_keys/version/2'),
    (await alice.get('/v3/room_keys/version')).body.version,
    await alice.get('/v3/room_keys/version/2'),
  ]);
});
