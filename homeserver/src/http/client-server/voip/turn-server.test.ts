import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { TestServer } from '../../../../test-kit/test-server.ts';

describe('TURN servers', () => {
  const path = '/_matrix/client/v3/voip/turnServer';

  it('are told with credentials that end, which the servers can check', async () => {
    const [uri, secret] = ['turn:turn.example.org?transport=udp', 'a secret'];
    const server = await TestServer.start({ SERVER_NAME: 'test', TURN_URIS: uri, TURN_SECRET: secret });
    try {
      const user = await server.register('alice');
      const { body } = await user.request('GET', path);
      expect(body)
        .to.include({ ttl: 86_400 })
        .and.deep.include({ uris: [uri] });
      expect(String(body.username)).to.match(/^\d+:@alice:test$/);
      const hmac = createHmac('sha1', secret).update(String(body.username)).digest('base64');
      expect(body.password).to.equal(hmac);
      expect((await server.request('GET', path)).status).to.equal(401);
    } finally {
      await server.stop();
    }
  });
});
