import { expect } from 'chai';
import { buildMediaPath, createMediaLoader, MediaCache } from './media.ts';

const image = { mxc: 'mxc://hall/abc' };

function mxc(id: string): { mxc: string } {
  return { mxc: `mxc://hall/${id}` };
}

describe('buildMediaPath', () => {
  it('asks for the original or for a thumbnail', () => {
    expect(buildMediaPath(image)).to.equal('/_matrix/client/v1/media/download/hall/abc');
    expect(buildMediaPath({ ...image, size: { width: 80, height: 40.2, method: 'crop' } })).to.equal(
      '/_matrix/client/v1/media/thumbnail/hall/abc?width=80&height=41&method=crop',
    );
  });

  it('refuses everything that is not a media address', () => {
    for (const bad of ['https://hall/abc', 'mxc://hall/../abc', 'mxc://hall', 'mxc://hall/a?b', '']) {
      expect(buildMediaPath({ mxc: bad }), bad).to.equal(undefined);
    }
  });
});

describe('MediaCache', () => {
  const load = async (): Promise<Blob> => new Blob(['x']);

  it('loads the same media once for everybody who shows it', async () => {
    let loads = 0;
    const cache = new MediaCache(() => {
      loads += 1;
      return load();
    });
    const [first, second] = await Promise.all([cache.acquire(image), cache.acquire(image)]);
    expect(first).to.equal(second);
    expect(loads).to.equal(1);
  });

  it('forgets the media that was let go first, never what is shown', async () => {
    let loads = 0;
    const cache = new MediaCache(() => {
      loads += 1;
      return load();
    }, 1);
    for (const id of ['shown', 'old', 'new']) await cache.acquire(mxc(id));
    cache.release(mxc('old'));
    cache.release(mxc('new'));
    for (const id of ['shown', 'new']) await cache.acquire(mxc(id));
    expect(loads).to.equal(3);
    await cache.acquire(mxc('old'));
    expect(loads).to.equal(4);
  });

  it('tries again after a failure', async () => {
    let loads = 0;
    const cache = new MediaCache(() => {
      loads += 1;
      return loads === 1 ? Promise.reject(new Error('offline')) : load();
    });
    const failure = await cache.acquire(image).catch((error: Error) => error.message);
    expect(failure).to.equal('offline');
    expect(await cache.acquire(image)).to.match(/^blob:/);
  });
});

describe('createMediaLoader', () => {
  const platformFetch = globalThis.fetch;
  let accessToken: string;
  let renewals: number;

  beforeEach(() => {
    accessToken = 'old';
    renewals = 0;
    globalThis.fetch = async (_url, init) => {
      const isNew = new Headers(init?.headers).get('Authorization') === 'Bearer new';
      return new Response('picture', { status: isNew ? 200 : 401 });
    };
  });
  afterEach(() => {
    globalThis.fetch = platformFetch;
  });

  const readAccess = () => ({ baseUrl: 'https://hall.example', accessToken });
  const renewTo = (token: string) => async (): Promise<void> => {
    renewals += 1;
    await Promise.resolve();
    accessToken = token;
  };

  it('has a token that has run out renewed, once for all that were refused', async () => {
    const load = createMediaLoader(readAccess, renewTo('new'));
    const [first] = await Promise.all([load('/a'), load('/b')]);
    expect(await first?.text()).to.equal('picture');
    expect(renewals).to.equal(1);
  });

  it('asks once more, no oftener, and not at all where tokens do not run out', async () => {
    for (const renew of [renewTo('refused as well'), undefined]) {
      const failure = await createMediaLoader(readAccess, renew)('/a').catch((error: Error) => error.message);
      expect(failure).to.equal('The server answered 401');
    }
    expect(renewals).to.equal(1);
  });
});
