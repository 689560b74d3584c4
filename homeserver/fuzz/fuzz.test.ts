import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { ROUTES } from '../src/http/routes.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { createSampleWorld, type SampleWorld } from '../tests/malformed-input/sample-world.ts';
import { anyRequest, type FuzzRequest, fillIn } from './request-arbitraries.ts';

const SECRET = 'secret';
/** The short form is a part of `npm test`; `npm run soak -- fuzz` sets the long one. */
const SECONDS = Number(process.env.GUILDHALL_TEST_FUZZ_SECONDS ?? 60);
const SEED = fc.readConfigureGlobal().seed ?? 0;
const AT_ONCE = 8;
const BATCH = 400;
/** Longer than anything may take; a request that waits for news is told to wait for 20 ms. */
const PATIENCE_MS = 30_000;
/** What caches and compiled schemas may still take when most of them are warm. */
const MAY_GROW_BYTES = 100 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('requests of all kinds', function () {
  this.timeout((SECONDS + 120) * 1_000);
  let server: TestServer;
  before(async () => {
    server = await TestServer.start(
      { REGISTRATION_SHARED_SECRET: SECRET, MAX_UPLOAD: '100K' },
      // So that what grows is not the thousands of rooms that memory has place for.
      { roomMemoryBytes: 8_000_000 },
    );
  });
  after(() => server.stop());

  it('are never a fault of the server, are answered, and leave no memory behind', async () => {
    const statuses = new Map<number, number>();
    const faults: string[] = [];
    const started = performance.now();
    const elapsed = (): number => (performance.now() - started) / 1_000;
    const requestsOfAllKinds = anyRequest(ROUTES);
    let worlds = await newWorlds();
    const begin = heapUsed();
    let warm: number | undefined;
    for (let batch = 0; elapsed() < SECONDS && faults.length < 20; batch += 1) {
      const requests = fc.sample(requestsOfAllKinds, { seed: SEED + batch, numRuns: BATCH });
      await inParallel(requests, async (request, lane) => {
        const world = worlds[lane] ?? (await newWorld());
        const { status, text } = await send(request, world);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status >= 500 && !isExpected(status, request))
          faults.push(describeFault(request, world, status, text));
        if (text.includes('M_UNKNOWN_TOKEN') && request.withToken) worlds[lane] = await newWorld();
      });
      // Nobody stays for long: what people did to their account and rooms shall not end the variety.
      if (batch % 10 === 9) worlds = await newWorlds();
      if (warm === undefined && elapsed() > SECONDS / 3) warm = heapUsed();
    }
    const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
    const counts = [...statuses]
      .sort(([one], [other]) => one - other)
      .map(([status, count]) => `${count} x ${status}`);
    console.log(`      ${total} requests to ${ROUTES.length} endpoints, seed ${SEED}: ${counts.join(', ')}`);
    expect(faults, faults.join('\n')).to.have.length(0);
    const end = heapUsed();
    const [atBegin, atThird, atEnd] = [begin, warm ?? end, end].map((bytes) => (bytes / 2 ** 20).toFixed(1));
    console.log(
      `      the heap after collecting garbage, in MB: ${atBegin}, after a third ${atThird}, at the end ${atEnd}`,
    );
    expect(end - (warm ?? end)).to.be.below(MAY_GROW_BYTES);
  });

  function newWorld(): Promise<SampleWorld> {
    return createSampleWorld(server.url, SECRET);
  }

  function newWorlds(): Promise<SampleWorld[]> {
    return Promise.all(Array.from({ length: AT_ONCE }, newWorld));
  }

  async function send(request: FuzzRequest, world: SampleWorld): Promise<{ status: number; text: string }> {
    const { url, init } = written(request, world);
    try {
      const response = await fetch(server.url + url, {
        ...init,
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      return { status: 599, text: `no answer: ${String(error)}` };
    }
  }
});

function written({ method, path, body, withToken }: FuzzRequest, { samples, token }: SampleWorld) {
  const init = {
    method,
    headers: withToken ? { Authorization: `Bearer ${token}` } : {},
    ...(method !== 'GET' && body !== undefined && { body: fillIn(body, samples, (value) => value) }),
  };
  return { url: fillIn(path, samples, encodeURIComponent), init };
}

/** Media of other servers cannot be had, media that is not uploaded yet neither. */
function isExpected(status: number, { endpoint }: FuzzRequest): boolean {
  return (status === 502 || status === 504) && /Content/.test(endpoint.name);
}

function describeFault(request: FuzzRequest, world: SampleWorld, status: number, text: string): string {
  const { url, init } = written(request, world);
  return `${request.endpoint.name}: ${init.method} ${url} ${init.body ?? ''}\n  ${status} ${text.slice(0, 300)}`;
}

async function inParallel<T>(
  items: readonly T[],
  work: (item: T, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lanes = Array.from({ length: AT_ONCE }, async (_unused, lane) => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item, lane);
  });
  await Promise.all(lanes);
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
