import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { withStorage } from '../../../test-kit/storage-for-tests.ts';
import { OutboundClient } from '../../outbound/index.ts';
import { PushGateway } from './push-gateway.ts';
import { WebPush } from './web-push.ts';

/** A browser's side: its keys, and the reading of what a push service brings (RFC 8291, RFC 8188). */
function createBrowser() {
  const ecdh = createECDH('prime256v1');
  const publicKey = ecdh.generateKeys();
  const auth = randomBytes(16);
  return {
    p256dh: publicKey.toString('base64url'),
    auth: auth.toString('base64url'),
    decrypt(body: Buffer): string {
      const salt = body.subarray(0, 16);
      const senderKey = body.subarray(21, 21 + (body[20] ?? 0));
      const sealed = body.subarray(21 + (body[20] ?? 0));
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, senderKey]);
      const secret = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(senderKey), auth, info, 32));
      const derive = (label: string, length: number): Buffer =>
        Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${label}\0`, length));
      const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
      decipher.setAuthTag(sealed.subarray(-16));
      const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
      return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
    },
  };
}

describe('web push', () => {
  it('reaches a browser through its push service, which can read nothing', async () =>
    withStorage(async (storage) => {
      const seen: { body: Buffer; authorization: string; encoding: string }[] = [];
      const service = createServer((request, response) => {
        const parts: Buffer[] = [];
        request.on('data', (part: Buffer) => parts.push(part));
        request.on('end', () => {
          const { authorization = '', 'content-encoding': encoding = '' } = request.headers;
          seen.push({ body: Buffer.concat(parts), authorization, encoding: String(encoding) });
          response.writeHead(request.url === '/gone' ? 410 : 201).end();
        });
      });
      await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
      const base = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
      const outbound = new OutboundClient({ allowPrivateAddresses: true });
      try {
        const webPush = await WebPush.open(storage, () => 'https://chat.example');
        expect((await WebPush.open(storage, () => '')).publicKey).to.equal(webPush.publicKey);
        const gateway = new PushGateway({ outbound, webPush, publicUrl: () => 'https://chat.example' });
        const browser = createBrowser();
        const device = (path: string) => ({
          app_id: 'web',
          pushkey: browser.p256dh,
          data: { endpoint: `${base}${path}`, auth: browser.auth },
        });
        const told = { event_id: '$event', content: { body: 'secret' }, counts: { unread: 1 } };
        expect(await gateway.notify({ ...told, devices: [device('/box')] })).to.deep.equal({ rejected: [] });
        const [first] = seen;
        expect(first?.encoding).to.equal('aes128gcm');
        expect(first?.authorization)
          .to.match(/^vapid t=.+, k=/)
          .and.include(webPush.publicKey);
        expect(first?.body.toString('latin1')).not.to.include('secret');
        expect(JSON.parse(browser.decrypt(first?.body ?? Buffer.alloc(0)))).to.deep.equal(told);

        const large = { ...told, content: { body: 'x'.repeat(10_000) } };
        await gateway.notify({ ...large, devices: [device('/box')] });
        expect(JSON.parse(browser.decrypt(seen[1]?.body ?? Buffer.alloc(0)))).not.to.have.property('content');

        const gone = await gateway.notify({ ...told, devices: [device('/gone')] });
        expect(gone).to.deep.equal({ rejected: [browser.p256dh] });
        const broken = { app_id: 'web', pushkey: 'no key', data: { endpoint: `${base}/box`, auth: 'x' } };
        expect(await gateway.notify({ ...told, devices: [broken] })).to.deep.equal({ rejected: ['no key'] });
      } finally {
        await outbound.close();
        await new Promise((resolve) => service.close(resolve));
      }
    })).timeout(10_000);
});
