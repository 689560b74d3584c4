import type { Agent } from 'node:http';
import { expect } from 'chai';
import type { Endpoint } from '../../src/http/endpoint.ts';
import { FEDERATION_ROUTES } from '../../src/http/server-server/routes.ts';
import type { FakeHomeserver } from '../../test-kit/fake-homeserver.ts';
import { signRequest } from '../../test-kit/signed-request.ts';
import { recordAnswer } from '../../test-kit/spec-coverage/recorder.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import { objectionTo } from '../malformed-input/objection.ts';
import { type Probe, probesOf } from '../malformed-input/probes.ts';
import { createSampleWorld, type SampleWorld } from '../malformed-input/sample-world.ts';
import { createAgent, sendProbe } from '../malformed-input/send-probe.ts';

const SECRET = 'secret';
/** What servers may know of rooms that they are not in. */
const FOR_ALL = ['federation.getSpaceHierarchy'];

describe('requests of servers that are not as they should be', function () {
  this.timeout(120_000);
  let network: TestNetwork;
  let server: TestServer;
  let remote: FakeHomeserver;
  let unwanted: FakeHomeserver;
  let world: SampleWorld;
  let agent: Agent;

  before(async () => {
    network = await TestNetwork.create();
    const configuration = { REGISTRATION_SHARED_SECRET: SECRET, FEDERATION_ALLOW: 'remote.test' };
    server = await network.startServer('hs.test', configuration);
    remote = await network.startFake();
    unwanted = await network.startFake('unwanted.test');
    world = await createSampleWorld(server.url, SECRET);
    agent = createAgent();
  });
  after(async () => {
    agent.destroy();
    await network.stop();
  });

  function sign(probe: Probe, { from = remote, to = 'hs.test' } = {}): string {
    const parties = { origin: from.name, destination: to, key: from.key };
    const { method, path, body } = probe;
    try {
      return signRequest({ method, path, body: body?.toString() }, parties);
    } catch {
      // No JSON cannot be signed, and is refused whatever the signature.
      return signRequest({ method, path }, parties);
    }
  }

  /** @returns what is wrong with the answer, if anything is. */
  async function send(probe: Probe, authorization: string | undefined): Promise<string | undefined> {
    const answer = await sendProbe(probe, { url: server.url, authorization, agent });
    if (answer === 'long poll') return `${probe.fault}: no answer`;
    recordAnswer({ method: probe.method, path: probe.path, status: answer.status });
    const objection = objectionTo(answer, probe);
    return objection && `${probe.method} ${probe.fault}: ${objection}`;
  }

  /** What an endpoint is asked for when nothing is wrong but that none of it is this server's business. */
  function wholeProbe(endpoint: Endpoint): Probe {
    const probe = [...probesOf(endpoint, world.samples)].at(-1);
    if (probe === undefined) throw new Error(`${endpoint.name} has no probes`);
    return probe;
  }

  for (const endpoint of FEDERATION_ROUTES) {
    it(`get an error, and never a 500, when they are malformed: ${endpoint.name}`, async () => {
      const failures: string[] = [];
      for (const probe of probesOf(endpoint, world.samples)) {
        const failure = await send(probe, endpoint.auth === 'server' ? sign(probe) : undefined);
        if (failure !== undefined) failures.push(failure);
      }
      expect(failures, failures.join('\n')).to.have.length(0);
    });

    if (endpoint.auth !== 'server') continue;

    it(`are refused unsigned, for another server, and from a server that is not wanted: ${endpoint.name}`, async () => {
      const whole = wholeProbe(endpoint);
      const other = sign({ ...whole, path: `${whole.path}/other` });
      const unauthorized = { ...whole, expected: { status: 401, errcode: 'M_UNAUTHORIZED' } };
      const forbidden = { ...whole, expected: { status: 403, errcode: 'M_FORBIDDEN' } };
      const objections = [
        await send({ ...unauthorized, fault: 'unsigned' }, undefined),
        await send({ ...unauthorized, fault: 'token' }, `Bearer ${world.token}`),
        await send({ ...unauthorized, fault: 'signature of another path' }, other),
        await send({ ...unauthorized, fault: 'other destination' }, sign(whole, { to: 'other.test' })),
        await send({ ...forbidden, fault: 'unwanted' }, sign(whole, { from: unwanted })),
      ];
      expect(objections).to.deep.equal(objections.map(() => undefined));
    });

    if (!endpoint.paths[0]?.includes('{roomId}') || FOR_ALL.includes(endpoint.name)) continue;

    it(`are refused for a room that the server is not in: ${endpoint.name}`, async () => {
      const whole = wholeProbe(endpoint);
      const answer = await sendProbe(whole, { url: server.url, authorization: sign(whole), agent });
      expect(answer === 'long poll' ? answer : answer.status).to.be.oneOf([400, 403, 404]);
    });
  }
});
