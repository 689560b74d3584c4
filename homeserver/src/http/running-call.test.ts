import { Agent, request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { type EndpointServer, serveEndpoints } from '../../test-kit/http-endpoints.ts';
import { endpoint } from './endpoint.ts';

describe('a running call', () => {
  function hangingServer(): Promise<EndpointServer> & { aborts: string[]; entered: Promise<void> } {
    const entered = Promise.withResolvers<void>();
    const aborts: string[] = [];
    const hang = endpoint('sync', {}, async ({ signal }) => {
      const aborted = new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => {
          aborts.push(signal.reason.message);
          resolve();
        }),
      );
      entered.resolve();
      await aborted;
      return { next_batch: 'same' };
    });
    const busy = endpoint('getPushers', {}, async () => {
      entered.resolve();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { done: true };
    });
    const stuck = endpoint('getDevices', {}, async () => {
      entered.resolve();
      await new Promise(() => {});
      return {};
    });
    const throws = endpoint('getNotifications', {}, async ({ signal }) => {
      entered.resolve();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      throw signal.reason;
    });
    return Object.assign(serveEndpoints([hang, busy, stuck, throws]), { aborts, entered: entered.promise });
  }

  it('is aborted when the client goes away', async () => {
    const starting = hangingServer();
    const server = await starting;
    const client = new AbortController();
    const polling = server.fetch('/_matrix/client/v3/sync?access_token=alice', { signal: client.signal });
    await starting.entered;
    client.abort();
    await polling.catch(() => {});
    while (starting.aborts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(starting.aborts).to.deep.equal(['The client hung up']);
    expect(server.logged).to.deep.equal([]);
    await server.close();
  });

  it('ends at once when the server closes, with the answer of its handler', async () => {
    const starting = hangingServer();
    const server = await starting;
    const polling = server.request('GET', '/_matrix/client/v3/sync');
    await starting.entered;
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).to.be.below(300);
    expect((await polling).body).to.deep.equal({ next_batch: 'same' });
    expect((await polling).headers.get('connection')).to.equal('close');
  });

  it('finishes when the server closes, if it does not take long', async () => {
    const starting = hangingServer();
    const server = await starting;
    const running = server.request('GET', '/_matrix/client/v3/pushers');
    await starting.entered;
    await server.close();
    expect((await running).body).to.deep.equal({ done: true });
  });

  it('is cut off when it takes too long', async () => {
    const starting = hangingServer();
    const server = await starting;
    const outcome = server.request('GET', '/_matrix/client/v3/devices').catch((error: unknown) => error);
    await starting.entered;
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).to.be.within(500, 1_000);
    expect(await outcome).to.be.instanceOf(Error);
  });

  it('answers 503 when the abortion is what it fails with', async () => {
    const starting = hangingServer();
    const server = await starting;
    const running = server.request('GET', '/_matrix/client/v3/notifications');
    await starting.entered;
    await server.close();
    expect((await running).status).to.equal(503);
    expect(server.logged).to.deep.equal([]);
  });

  it('does not hold up the close with an idle connection', async () => {
    const server = await hangingServer();
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve) => {
      httpRequest(`${server.url}/_matrix/nothing`, { agent }, (response) =>
        response.resume().on('end', resolve),
      ).end();
    });
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).to.be.below(300);
    agent.destroy();
  });
});
