import { expect } from 'chai';
import {
  domainOf,
  isEventId,
  isMxcUri,
  isRoomAlias,
  isRoomId,
  isServerName,
  isUserId,
  isValidLocalpart,
  makeUserId,
  parseMxcUri,
  parseRoomAlias,
  parseUserId,
} from './identifiers.ts';

describe('identifiers', () => {
  it('splits a user ID at its first colon, so that the port stays with the domain', () => {
    expect(parseUserId('@alice:example.org:8448')).to.deep.equal({
      localpart: 'alice',
      domain: 'example.org:8448',
    });
    expect(domainOf('@alice:example.org:8448')).to.equal('example.org:8448');
  });

  it('gives no domain for identifiers that have none', () => {
    expect(domainOf('!hash-of-the-create-event')).to.equal('');
  });

  it('accepts historical user IDs', () => {
    for (const id of ['@Alice Smith:a.test', '@:a.test', '@日本:a.test', '@a/b!:a.test']) {
      expect(isUserId(id), id).to.equal(true);
    }
  });

  it('refuses what is no user ID', () => {
    const wrong = [
      'alice:a.test',
      '@alice',
      '@alice:',
      '@alice:a b',
      '@al\0ice:a.test',
      '@\ud800:a.test',
      '',
      5,
      null,
    ];
    for (const id of wrong) expect(isUserId(id), JSON.stringify(id)).to.equal(false);
  });

  it('counts the length of identifiers in bytes', () => {
    expect(isUserId(`@${'a'.repeat(247)}:a.test`)).to.equal(true);
    expect(isUserId(`@${'a'.repeat(248)}:a.test`)).to.equal(false);
    expect(isUserId(`@${'é'.repeat(123)}:a.test`)).to.equal(true);
    expect(isUserId(`@${'é'.repeat(124)}:a.test`)).to.equal(false);
  });

  it('knows server names, with IP literals and ports', () => {
    for (const name of [
      'matrix.org',
      'matrix.org:8888',
      '1.2.3.4:1234',
      '[1234:5678::abcd]',
      '[::1]:5678',
      'localhost',
    ]) {
      expect(isServerName(name), name).to.equal(true);
    }
    for (const name of ['', 'a b', 'a_b', 'a:port', 'a:123456', '::1', '[::1', 'a:', '[::1]x', 'http://a']) {
      expect(isServerName(name), name).to.equal(false);
    }
  });

  it('knows room IDs with and without a domain, and event IDs of all room versions', () => {
    expect(isRoomId('!abc:a.test')).to.equal(true);
    expect(isRoomId('!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM')).to.equal(true);
    expect(isRoomId('!')).to.equal(false);
    expect(isRoomId('#abc:a.test')).to.equal(false);
    expect(isEventId('$abc:a.test')).to.equal(true);
    expect(isEventId('$Rqnc+F/dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg')).to.equal(true);
    expect(isEventId(`$${'a'.repeat(255)}`)).to.equal(false);
  });

  it('splits room aliases', () => {
    expect(parseRoomAlias('#general:a.test')).to.deep.equal({ localpart: 'general', domain: 'a.test' });
    expect(isRoomAlias('#general')).to.equal(false);
    expect(isRoomAlias('!general:a.test')).to.equal(false);
  });

  it('lets new local users have lower-case letters, digits and . _ = / + - only', () => {
    expect(isValidLocalpart('a-z0.9_=/+')).to.equal(true);
    for (const localpart of ['', 'Alice', 'a b', 'a:b', 'é'])
      expect(isValidLocalpart(localpart)).to.equal(false);
  });

  it('makes the IDs of local users and says why it cannot', () => {
    expect(makeUserId('alice', 'a.test')).to.equal('@alice:a.test');
    expect(() => makeUserId('Alice', 'a.test'))
      .to.throw()
      .with.property('errcode', 'M_INVALID_USERNAME');
    expect(() => makeUserId('a'.repeat(248), 'a.test'))
      .to.throw()
      .with.property('errcode', 'M_INVALID_USERNAME');
  });

  it('splits mxc URIs and refuses those that could leave their folder', () => {
    expect(parseMxcUri('mxc://a.test:8448/AbC_-9')).to.deep.equal({
      serverName: 'a.test:8448',
      mediaId: 'AbC_-9',
    });
    for (const uri of [
      'mxc://a.test',
      'mxc://a.test/',
      'mxc://a.test/..',
      'mxc://a.test/a/b',
      'https://a.test/b',
      7,
    ]) {
      expect(isMxcUri(uri), String(uri)).to.equal(false);
    }
  });
});
