import type { Agent } from 'node:http';
import { expect } from 'chai';
import type { Endpoint } from '../src/http/endpoint.ts';
import { ROUTES } from '../src/http/routes.ts';
import { recordAnswer } from '../test-kit/spec-coverage/recorder.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { objectionTo } from './malformed-input/objection.ts';
import { type Probe, probesOf } from './malformed-input/probes.ts';
import { createSampleWorld, type SampleWorld } from './malformed-input/sample-world.ts';
import { createAgent, type ProbeAnswer, sendProbe } from './malformed-input/send-probe.ts';

const SECRET = 'secret';

describe('malformed input', function () {
  this.timeout(120_000);
  let server: TestServer;
  let agent: Agent;
  const statuses = new Map<string, number>();

  before(async () => {
    agent = createAgent();
    server = await TestServer.start({ REGISTRATION_SHARED_SECRET: SECRET });
  });

  after(async () => {
    agent.destroy();
    await server.stop();
    const requests = [...statuses.values()].reduce((sum, count) => sum + count, 0);
    const counts = [...statuses].sort().map(([status, count]) => `${count} x ${status}`);
    console.log(`      ${requests} requests to ${ROUTES.length} endpoints: ${counts.join(', ')}`);
  });

  /** Sends a probe. Somebody whose token ended, by a logout say, is replaced. */
  async function send(probe: Probe, world: SampleWorld): Promise<ProbeAnswer | 'long poll'> {
    const authorization = { valid: `Bearer ${world.token}`, unknown: 'Bearer unknown', none: undefined }[
      probe.token
    ];
    const answer = await sendProbe(probe, { url: server.url, authorization, agent });
    const status = answer === 'long poll' ? answer : String(answer.status);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (answer !== 'long poll')
      recordAnswer({ method: probe.method, path: probe.path, status: answer.status });
    return answer;
  }

  async function failuresOf(endpoint: Endpoint): Promise<string[]> {
    const failures: string[] = [];
    let world = await createSampleWorld(server.url, SECRET);
    for (const probe of probesOf(endpoint, world.samples)) {
      let answer = await send(probe, world);
      if (probe.token === 'valid' && answer !== 'long poll' && answer.text.includes('M_UNKNOWN_TOKEN')) {
        world = await createSampleWorld(server.url, SECRET);
        answer = await send(probe, world);
      }
      const objection = answer === 'long poll' ? undefined : objectionTo(answer, probe);
      if (objection !== undefined) failures.push(`${probe.method} ${probe.fault}: ${objection}`);
    }
    return failures;
  }

  it('is refused by name where nothing is', async () => {
    const world = await createSampleWorld(server.url, SECRET);
    const prefixes = [
      '/_matrix',
      '/_matrix/client/v3',
      '/_matrix/media/v3',
      '/_guildhall/client/v1',
      '/_synapse/admin',
    ];
    for (const method of ['GET', 'PUT', 'POST', 'DELETE', 'PATCH']) {
      for (const path of [...prefixes, ...prefixes.map((prefix) => `${prefix}/nothing`)]) {
        const expected = { status: 404, errcode: 'M_UNRECOGNIZED' };
        const probe: Probe = { fault: 'unknown path', method, path, token: 'valid', expected };
        const answer = await send(probe, world);
        expect(answer === 'long poll' ? answer : objectionTo(answer, probe), `${method} ${path}`).to.equal(
          undefined,
        );
      }
    }
  });

  for (const endpoint of ROUTES) {
    it(`is refused as specified by ${endpoint.name}`, async () => {
      const failures = await failuresOf(endpoint);
      expect(failures, failures.join('\n')).to.have.length(0);
    });
  }
});
