import { expect } from 'chai';
import { findFate } from './ended-session.ts';
import type { Session } from './session.ts';

const session: Session = {
  userId: '@ada:hall',
  deviceId: 'LANTERN',
  accessToken: 'old',
  baseUrl: 'https://hall.example',
  oauth: { clientId: 'client', refreshToken: 'refresh' },
};

describe('findFate', () => {
  const platform = { fetch: globalThis.fetch, localStorage: globalThis.localStorage };
  let kept: readonly Session[];
  let answers: (number | Error)[];
  let asked: string[];

  beforeEach(() => {
    kept = [session];
    answers = [];
    asked = [];
    const fetchAnswer = async (_url: string, { headers }: { headers: Record<string, string> }) => {
      asked.push(String(headers.Authorization));
      const answer = answers.shift() ?? 500;
      if (answer instanceof Error) throw answer;
      return new Response('{}', { status: answer });
    };
    const localStorage = { getItem: () => JSON.stringify(kept) };
    Object.defineProperty(globalThis, 'fetch', { value: fetchAnswer, configurable: true, writable: true });
    Object.defineProperty(globalThis, 'localStorage', {
      value: localStorage,
      configurable: true,
      writable: true,
    });
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(platform))
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  });

  it('goes on with the tokens that another tab has got meanwhile', async () => {
    answers = [200];
    const fate = await findFate(session, async () => {
      kept = [{ ...session, accessToken: 'new' }];
    });
    expect([fate, asked]).to.deep.equal(['goes-on', ['Bearer new']]);
  });

  it('is over when the server knows none of what is kept, once it can be reached', async () => {
    answers = [new TypeError('offline'), 502, 401];
    expect(await findFate(session, async () => undefined)).to.equal('over');
    expect(asked).to.have.length(3);
  });

  it('is over at once without OAuth', async () => {
    const { oauth: _oauth, ...plain } = session;
    kept = [plain];
    expect(await findFate(plain)).to.equal('over');
    expect(asked).to.deep.equal([]);
  });

  it('asks nobody after somebody has logged out', async () => {
    const fate = await findFate(session, async () => {
      kept = [];
    });
    expect([fate, asked]).to.deep.equal(['logged-out', []]);
  });
});
