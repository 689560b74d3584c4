import { expect } from 'chai';
import {
  databaseUrl,
  duration,
  keyServers,
  listenAddress,
  listOf,
  mediaUrl,
  network,
  oidcProvider,
  oneOf,
  onOrOff,
  policy,
  port,
  serverGlob,
  serverName,
  size,
  smtpUrl,
  type ValueType,
  webAddress,
} from './value-types.ts';

function expectRefused(type: ValueType<unknown>, texts: readonly string[]): void {
  for (const text of texts) expect(type.parse(text, '/base'), text).to.equal(undefined);
}

describe('value types of the configuration', () => {
  it('read server names of the Matrix grammar', () => {
    for (const name of [
      'localhost',
      'example.org',
      'a-b.example:8448',
      '1.2.3.4',
      '[::1]',
      '[1234:5678::abcd]:80',
    ]) {
      expect(serverName.parse(name, '/base')).to.equal(name);
    }
    expectRefused(serverName, [
      '',
      'Example.org',
      'a b',
      'https://a',
      'a:',
      'a:123456',
      '[zz]',
      '[::1',
      'a/b',
      'x'.repeat(231),
    ]);
  });

  it('read ports', () => {
    expect(port.parse('0', '/base')).to.equal(0);
    expect(port.parse('65535', '/base')).to.equal(65_535);
    expectRefused(port, ['65536', '-1', '80.5', '0x50', 'http', ' 80']);
  });

  it('read addresses of mail servers', () => {
    for (const url of ['smtp://mail.example.org', 'smtps://user:p%40ss@mail:465']) {
      expect(smtpUrl.parse(url, '/base')).to.equal(url);
    }
    expectRefused(smtpUrl, ['', 'mail.example.org', 'http://mail.example.org', 'smtp:']);
  });

  it('read policies', () => {
    const list =
      'privacy@1.0:en https://a.example/p Privacy policy, privacy@1.0:de https://a.example/de Datenschutz';
    expect(listOf(policy).parse(list, '/base')).to.deep.equal([
      { id: 'privacy', version: '1.0', language: 'en', url: 'https://a.example/p', name: 'Privacy policy' },
      { id: 'privacy', version: '1.0', language: 'de', url: 'https://a.example/de', name: 'Datenschutz' },
    ]);
    expectRefused(policy, [
      '',
      'privacy https://a.example x',
      'privacy@1:en ftp://a x',
      'privacy@1:en https://a',
    ]);
  });

  it('read providers for single sign-on', () => {
    expect(
      oidcProvider.parse('school https://id.example client_id=us name="The School"', '/base'),
    ).to.deep.equal({
      id: 'school',
      issuer: 'https://id.example',
      clientId: 'us',
      clientSecret: undefined,
      name: 'The School',
      scopes: 'openid profile email',
      localpart: '{preferred_username}',
      displayName: '{name}',
      linksExisting: false,
    });
    expectRefused(oidcProvider, [
      '',
      'school https://id.example',
      'school client_id=us https://id.example',
      'school ftp://id.example client_id=us',
      'school https://id.example client_id=us name=The School',
      'school https://id.example client_id=us colour=red',
      'school https://id.example client_id=us link_existing=maybe',
    ]);
  });

  it('read time spans', () => {
    const spans = { '90s': 90_000, '5m': 300_000, '12 h': 43_200_000, '30d': 2_592_000_000 };
    for (const [written, milliseconds] of Object.entries(spans)) {
      expect(duration.parse(written, '/base')).to.equal(milliseconds);
    }
    expectRefused(duration, ['', '5', '0m', '-5m', '5 minutes', '1.5h', '9999999d']);
  });

  it('read addresses to listen on', () => {
    for (const address of ['127.0.0.1', '::', 'localhost']) {
      expect(listenAddress.parse(address, '/base')).to.equal(address);
    }
    expectRefused(listenAddress, ['example.org', '1.2.3', '127.0.0.1:80', '*']);
  });

  it('read database addresses', () => {
    const addresses = {
      'sqlite:a/b.db': 'sqlite:/base/a/b.db',
      'sqlite:///a/b.db': 'sqlite:/a/b.db',
      'sqlite:b.db?synchronous=normal': 'sqlite:/base/b.db?synchronous=normal',
      'postgresql://u@h/d?host=/run/pg': 'postgresql://u@h/d?host=/run/pg',
    };
    for (const [written, address] of Object.entries(addresses)) {
      expect(databaseUrl.parse(written, '/base')).to.equal(address);
    }
    expectRefused(databaseUrl, [
      'sqlite:',
      'sqlite::memory:',
      'sqlite://host/a',
      'mysql://a/b',
      'a.db',
      'postgres:a',
    ]);
  });

  it('read places for media', () => {
    expect(mediaUrl.parse('file:m', '/base')).to.deep.equal({ store: 'folder', path: '/base/m' });
    expect(mediaUrl.parse('file:///srv/m', '/base')).to.deep.equal({ store: 'folder', path: '/srv/m' });
    expect(mediaUrl.parse('s3://bucket', '/base')).to.deep.equal({
      store: 's3',
      bucket: 'bucket',
      prefix: '',
    });
    expect(mediaUrl.parse('s3://a.bucket/some/media/', '/base')).to.deep.equal({
      store: 's3',
      bucket: 'a.bucket',
      prefix: 'some/media',
    });
    expectRefused(mediaUrl, [
      's3:bucket',
      's3://',
      's3://B',
      's3://bucket/ä',
      'file:',
      'file://host/m',
      'media',
    ]);
  });

  it('read sizes in powers of 1024', () => {
    const sizes = { '1': 1, '10K': 10_240, '50M': 52_428_800, '1.5 GiB': 1_610_612_736, '2mb': 2_097_152 };
    for (const [text, bytes] of Object.entries(sizes))
      expect(size.parse(text, '/base'), text).to.equal(bytes);
    expectRefused(size, ['0', '-5M', '5T', 'M', '', '99999999999999G', '0.1']);
  });

  it('read web addresses and take the slash off their end', () => {
    expect(webAddress.parse('https://a.example/chat/', '/base')).to.equal('https://a.example/chat');
    expect(webAddress.parse('http://localhost:8008', '/base')).to.equal('http://localhost:8008');
    expectRefused(webAddress, [
      'a.example',
      'ftp://a.example',
      'https://a/?q',
      'https://a/#f',
      'https://u:p@a',
    ]);
  });

  it('read servers of a federation, with stars for any characters', () => {
    for (const written of ['example.org', '*.example.org', '*', '10.0.0.*', '[::1]:8448', 'a.test:1']) {
      expect(serverGlob.parse(written, '/base')).to.equal(written);
    }
    expectRefused(serverGlob, ['Example.org', 'a b', 'https://a', '', 'x'.repeat(256)]);
  });

  it('read servers that are believed about others, or that there are none', () => {
    expect(keyServers.parse('one.test, two.test:1', '/base')).to.deep.equal(['one.test', 'two.test:1']);
    expect(keyServers.parse('none', '/base')).to.deep.equal([]);
    expectRefused(keyServers, ['one.test, *', 'https://one.test']);
  });

  it('read networks', () => {
    for (const written of ['127.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1']) {
      expect(network.parse(written, '/base')).to.equal(written);
    }
    expectRefused(network, ['10.0.0.0/33', 'fd00::/129', '10/8', 'localhost', '10.0.0.0/8/8', '10.0.0.0/']);
  });

  it('read yes and no', () => {
    for (const text of ['on', 'true', 'Yes', '1']) expect(onOrOff.parse(text, '/base')).to.equal(true);
    for (const text of ['off', 'FALSE', 'no', '0']) expect(onOrOff.parse(text, '/base')).to.equal(false);
    expectRefused(onOrOff, ['', 'maybe', '2']);
  });

  it('read one of a few words, in capitals too', () => {
    expect(oneOf(['open', 'closed']).parse('OPEN', '/base')).to.equal('open');
    expectRefused(oneOf(['open', 'closed']), ['', 'ope']);
  });

  it('read lists, and refuse a list for one wrong entry', () => {
    expect(listOf(port).parse('1, 2,,3', '/base')).to.deep.equal([1, 2, 3]);
    expect(listOf(port).parse('', '/base')).to.deep.equal([]);
    expectRefused(listOf(port), ['1,x']);
  });
});
