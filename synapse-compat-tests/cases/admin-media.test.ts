import { randomUUID } from 'node:crypto';
import { area } from '../harness/area.ts';
import type { Client } from '../harness/client.ts';

const V1 = '/_synapse/admin/v1';
const LONG_AGO = 40_000_000_000;

/** Uploads something that nobody else has uploaded. @returns `server/id`. */
async function upload(who: Client, body: string = randomUUID()): Promise<string> {
  const answer = await who.request('POST', '/_matrix/media/v3/upload?filename=a.txt', body, {
    headers: { 'Content-Type': 'text/plain' },
  });
  return String(answer.body.content_uri).replace('mxc://', '');
}

const mediaIdOf = (id: string): string => id.split('/').at(-1) ?? '';

area(
  'administration of media',
  async (world) => ({
    admin: await world.admin('admin'),
    alice: await world.user('alice'),
    bob: await world.user('bob'),
  }),
  (same) => {
    const user = ({ userId }: Client): string => encodeURIComponent(userId);
    const statusOf = async (who: Client, id: string): Promise<number> =>
      (await who.get(`/v1/media/download/${id}`)).status;
    const outcome = async (answer: ReturnType<Client['get']>) => {
      const { status, body } = await answer;
      return [status, body.errcode];
    };

    same('is for admins', ({ alice }) => outcome(alice.get(`${V1}/users/${user(alice)}/media`)));
    same('needs an access token', ({ alice }, world) =>
      outcome(world.anonymous.get(`${V1}/users/${user(alice)}/media`)),
    );
    same('looks at media', async ({ admin, alice }) => {
      const { status, body } = await admin.get(`${V1}/media/${await upload(alice, 'Hello')}`);
      const { created_ts: _created, last_access_ts: _used, media_id: _id, ...rest } = body.media_info ?? {};
      // On SQLite Synapse gives 0 and 1.
      const { authenticated, safe_from_quarantine: isSafe } = rest;
      return [
        status,
        { ...rest, authenticated: Boolean(authenticated), safe_from_quarantine: Boolean(isSafe) },
      ];
    });
    same('looks at media that is not there', ({ admin }) =>
      outcome(admin.get(`${V1}/media/compat.test/unknown`)),
    );
    same("lists somebody's media", async ({ admin, alice }) => {
      await upload(alice);
      const { status, body } = await admin.get(`${V1}/users/${user(alice)}/media?limit=1`);
      const [media = {}] = body.media ?? [];
      return [status, Object.keys(media).sort(), typeof body.total, typeof body.next_token];
    });
    for (const order of [
      'media_length',
      'media_type',
      'upload_name',
      'quarantined_by',
      'safe_from_quarantine',
    ]) {
      same(`lists media by ${order}`, ({ admin, alice }) =>
        outcome(admin.get(`${V1}/users/${user(alice)}/media?order_by=${order}&dir=b`)),
      );
    }
    same('lists media in an order that there is not', ({ admin, alice }) =>
      outcome(admin.get(`${V1}/users/${user(alice)}/media?order_by=nothing`)),
    );
    same('lists the media of nobody', ({ admin }) =>
      outcome(admin.get(`${V1}/users/%40nobody%3Acompat.test/media`)),
    );
    same('lists the media of somebody elsewhere', ({ admin }) =>
      outcome(admin.get(`${V1}/users/%40a%3Aelsewhere.test/media`)),
    );
    same('counts what users have uploaded', async ({ admin, bob }, world) => {
      await upload(bob, '12345');
      const path = `${V1}/statistics/users/media?search_term=${world.localpart('bob')}`;
      const { status, body } = await admin.get(path);
      const [{ media_count: count, media_length: length, displayname } = {}] = body.users ?? [];
      return [status, body.total, count, length, displayname === world.localpart('bob')];
    });
    same('counts from a time after its end', ({ admin }) =>
      outcome(admin.get(`${V1}/statistics/users/media?from_ts=5&until_ts=5`)),
    );
    same('lists what a room shows', async ({ admin, alice }) => {
      const [file, thumbnail] = [await upload(alice), await upload(alice)];
      const roomId = await alice.createRoom();
      const content = { msgtype: 'm.image', body: 'a', url: `mxc://${file}` };
      await alice.send(roomId, 'm.room.message', {
        ...content,
        info: { thumbnail_url: `mxc://${thumbnail}` },
      });
      await alice.send(roomId, 'm.room.message', { ...content, url: 'mxc://elsewhere.test/abc' });
      const { status, body } = await admin.get(`${V1}/room/${encodeURIComponent(roomId)}/media`);
      return [
        status,
        [file, thumbnail].map((id) => body.local?.includes(`mxc://${id}`)),
        body.local?.length,
        body.remote,
      ];
    });

    same('puts media in quarantine, and takes them out', async ({ admin, alice }) => {
      const id = await upload(alice);
      return [
        await admin.post(`${V1}/media/quarantine/${id}`),
        await statusOf(alice, id),
        (await admin.get(`${V1}/media/${id}`)).body.media_info?.quarantined_by === admin.userId,
        await admin.post(`${V1}/media/unquarantine/${id}`),
        await statusOf(alice, id),
      ];
    });
    same('puts equal media in quarantine', async ({ admin, alice, bob }) => {
      const content = randomUUID();
      const [one, other] = [await upload(alice, content), await upload(bob, content)];
      return [await admin.post(`${V1}/media/quarantine/${one}`), await statusOf(bob, other)];
    });
    same('puts unknown media in quarantine', ({ admin }) =>
      admin.post(`${V1}/media/quarantine/elsewhere.test/unknown`),
    );
    same('puts the media of somebody in quarantine, but what is protected', async ({ admin }, world) => {
      const carol = await world.user('carol');
      const [one, kept] = [await upload(carol), await upload(carol)];
      return [
        await admin.post(`${V1}/media/protect/${mediaIdOf(kept)}`),
        await admin.post(`${V1}/user/${user(carol)}/media/quarantine`),
        [await statusOf(carol, one), await statusOf(carol, kept)],
        await admin.post(`${V1}/media/unprotect/${mediaIdOf(kept)}`),
        await admin.post(`${V1}/user/${user(carol)}/media/quarantine`),
        await statusOf(carol, kept),
      ];
    });
    for (const path of [
      (room: string) => `/room/${room}/media/quarantine`,
      (room: string) => `/quarantine_media/${room}`,
    ]) {
      same(`puts the media of a room in quarantine: ${path('ROOM')}`, async ({ admin, alice }) => {
        const shown = await upload(alice);
        const roomId = await alice.createRoom();
        await alice.send(roomId, 'm.room.message', { msgtype: 'm.file', body: 'a', url: `mxc://${shown}` });
        return [await admin.post(V1 + path(encodeURIComponent(roomId))), await statusOf(alice, shown)];
      });
    }
    same('tells of changes of the quarantine', async ({ admin, alice }) => {
      const id = await upload(alice);
      const from = (await admin.get(`${V1}/media/quarantine_changes`)).body.next_batch;
      await admin.post(`${V1}/media/quarantine/${id}`);
      const { status, body } = await admin.get(`${V1}/media/quarantine_changes?from=${from}`);
      const changes = body.changes?.filter(
        ({ media_id: one }: { media_id: string }) => one === mediaIdOf(id),
      );
      const told = changes?.map(({ origin, quarantined }: { origin: string; quarantined: unknown }) => [
        origin,
        Boolean(quarantined),
      ]);
      return [status, told, body.next_batch > from];
    });
    same('tells of changes that are to come', ({ admin }) =>
      outcome(admin.get(`${V1}/media/quarantine_changes?from=999999999`)),
    );

    same('deletes media', async ({ admin, alice }) => {
      const id = await upload(alice);
      const { status, body } = await admin.delete(`${V1}/media/${id}`);
      return [status, body.deleted_media?.[0] === mediaIdOf(id), body.total, await statusOf(alice, id)];
    });
    same('deletes media that are not there', ({ admin }) =>
      outcome(admin.delete(`${V1}/media/compat.test/unknown`)),
    );
    same('deletes media of elsewhere', ({ admin }) => outcome(admin.delete(`${V1}/media/elsewhere.test/a`)));
    same("deletes somebody's media", async ({ admin }, world) => {
      const dave = await world.user('dave');
      const ids = [await upload(dave), await upload(dave)];
      const first = await admin.delete(`${V1}/users/${user(dave)}/media?limit=1`);
      const second = await admin.delete(`${V1}/users/${user(dave)}/media`);
      return [
        first.status,
        first.body.total,
        second.body.total,
        await Promise.all(ids.map((id) => statusOf(dave, id))),
      ];
    });
    same('deletes old media', ({ admin }) => admin.post(`${V1}/media/delete?before_ts=${LONG_AGO}`));
    same('deletes old media under the old path', ({ admin }) =>
      admin.post(`${V1}/media/compat.test/delete?before_ts=${LONG_AGO}`),
    );
    same('deletes old media of elsewhere', ({ admin }) =>
      outcome(admin.post(`${V1}/media/elsewhere.test/delete?before_ts=${LONG_AGO}`)),
    );
    for (const path of ['/media/delete', '/purge_media_cache']) {
      same(`wants a time: ${path}`, ({ admin }) => outcome(admin.post(V1 + path)));
      same(`wants milliseconds: ${path}`, ({ admin }) =>
        outcome(admin.post(`${V1}${path}?before_ts=1700000000`)),
      );
      same(`wants a number: ${path}`, ({ admin }) => outcome(admin.post(`${V1}${path}?before_ts=x`)));
    }
    same('deletes old copies', ({ admin }) => admin.post(`${V1}/purge_media_cache?before_ts=${LONG_AGO}`));
  },
);
