import { area } from '../harness/area.ts';
import type { Client } from '../harness/client.ts';

/** A PNG of one red dot. */
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

/** Uploads bytes. @returns `/server/id`. */
async function upload(who: Client, body: string | Buffer, type: string, name?: string): Promise<string> {
  const query = name === undefined ? '' : `?filename=${encodeURIComponent(name)}`;
  const answer = await who.request('POST', `/_matrix/media/v3/upload${query}`, body, {
    headers: { 'Content-Type': type },
  });
  return String(answer.body.content_uri).replace('mxc:/', '');
}

area(
  'media',
  async (world) => {
    const alice = await world.user('alice');
    const bob = await world.user('bob');
    const text = await upload(alice, 'Hello', 'text/plain', 'hello.txt');
    const image = await upload(alice, DOT, 'image/png', 'dot.png');
    return { alice, bob, text, image };
  },
  (same) => {
    const download = (id: string, name = ''): string => `/v1/media/download${id}${name && `/${name}`}`;
    const thumbnail = (id: string, query: string): string => `/v1/media/thumbnail${id}?${query}`;
    same('is uploaded', ({ alice }) => alice.request('POST', '/_matrix/media/v3/upload', 'x'));
    same('is uploaded by people with a token', (_people, world) =>
      world.anonymous.request('POST', '/_matrix/media/v3/upload', 'x'),
    );
    same(
      'that is empty is uploaded',
      async ({ alice }) => (await alice.request('POST', '/_matrix/media/v3/upload', '')).status,
    );
    same('that is too large is not uploaded', ({ alice }) =>
      alice.request('POST', '/_matrix/media/v3/upload', Buffer.alloc(1_048_577)),
    );
    same('is downloaded', ({ bob, text }) => bob.get(download(text)));
    same('is downloaded under a name', ({ bob, text }) => bob.get(download(text, 'other.txt')));
    same('is downloaded by people with a token', ({ text }, world) => world.anonymous.get(download(text)));
    same('is not downloaded in the old way', ({ bob, text }) => bob.get(`/_matrix/media/v3/download${text}`));
    same('is no thumbnail in the old way', ({ bob, image }) =>
      bob.get(`/_matrix/media/v3/thumbnail${image}?width=1&height=1`),
    );
    same('that is not there is not downloaded', ({ bob }) => bob.get(download('/compat.test/nothing')));
    same('has limits', ({ bob }) => bob.get('/v1/media/config'));
    same('has limits in the old way', ({ bob }) => bob.get('/_matrix/media/v3/config'));
    same('has limits for people with a token', (_people, world) => world.anonymous.get('/v1/media/config'));
    for (const [query, what] of [
      ['width=32&height=32', 'a size'],
      ['width=32&height=32&method=crop', 'a cropped size'],
      ['width=32&height=32&method=scale', 'a scaled size'],
      ['width=32&height=32&method=other', 'an unknown method'],
      ['width=32', 'no height'],
      ['height=32', 'no width'],
      ['width=x&height=32', 'a width that is none'],
      ['width=-1&height=32', 'a width below nothing'],
    ] as const) {
      same(`is a thumbnail of ${what}`, async ({ bob, image }) => {
        const { status, body } = await bob.get(thumbnail(image, query));
        return [status, body.errcode];
      });
    }
    same('that is not there is no thumbnail', ({ bob }) =>
      bob.get(thumbnail('/compat.test/nothing', 'width=32&height=32')),
    );
    same('that is no image is no thumbnail', async ({ bob, text }) => {
      const { status, body } = await bob.get(thumbnail(text, 'width=32&height=32'));
      return [status, body.errcode];
    });
    same('is named before it is uploaded', async ({ alice, bob }) => {
      const made = await alice.post('/_matrix/media/v1/create');
      const id = String(made.body.content_uri).replace('mxc:/', '');
      const put = await alice.request('PUT', `/_matrix/media/v3/upload${id}`, 'later', {
        headers: { 'Content-Type': 'text/plain' },
      });
      return [made, put, await bob.get(download(id))];
    });
    same('that is named is uploaded once', async ({ alice }) => {
      const made = await alice.post('/_matrix/media/v1/create');
      const path = `/_matrix/media/v3/upload${String(made.body.content_uri).replace('mxc:/', '')}`;
      await alice.request('PUT', path, 'first');
      return alice.request('PUT', path, 'second');
    });
    same('that is named is uploaded by whoever named it', async ({ alice, bob }) => {
      const made = await alice.post('/_matrix/media/v1/create');
      const path = `/_matrix/media/v3/upload${String(made.body.content_uri).replace('mxc:/', '')}`;
      return bob.request('PUT', path, 'stolen');
    });
    same('that was never named is not uploaded', ({ alice }) =>
      alice.request('PUT', '/_matrix/media/v3/upload/compat.test/nothing', 'x'),
    );
    same('of another server is not uploaded', ({ alice }) =>
      alice.request('PUT', '/_matrix/media/v3/upload/elsewhere.test/nothing', 'x'),
    );
    same('that is only named is awaited', async ({ alice, bob }) => {
      const made = await alice.post('/_matrix/media/v1/create');
      const id = String(made.body.content_uri).replace('mxc:/', '');
      return bob.get(`${download(id)}?timeout_ms=1`);
    });
    for (const [what, type, name, body] of [
      ['a page', 'text/html', 'page.html', '<b>'],
      ['a drawing', 'image/svg+xml', 'drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
      ['an image', 'image/png', 'dot.png', DOT],
      ['text', 'text/plain', 'hello.txt', 'Hello'],
      ['a program', 'application/octet-stream', 'program.exe', 'MZ'],
      ['a name in other letters', 'text/plain', 'Grüße.txt', 'Hello'],
    ] as const) {
      same(`is kept from running in browsers: ${what}`, async ({ alice }, world) => {
        const id = await upload(alice, body, type, name);
        const response = await fetch(`${world.url}/_matrix/client${download(id)}`, {
          headers: { Authorization: `Bearer ${alice.token}` },
        });
        await response.arrayBuffer();
        const kind = response.headers.get('content-disposition')?.split(';')[0];
        return [
          response.status,
          kind,
          response.headers.get('content-security-policy')?.includes('sandbox'),
          response.headers.get('cross-origin-resource-policy'),
        ];
      });
    }
  },
);
