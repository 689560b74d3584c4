import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { addressGroup, createAddressReader } from './client-address.ts';

function addressOf(trusted: string[], remoteAddress: string, forwarded?: string): string {
  const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
  return createAddressReader(trusted)(request as unknown as IncomingMessage);
}

describe('createAddressReader', () => {
  it('tells the address of the connection', () => {
    expect(addressOf([], '192.0.2.1', '203.0.113.9')).to.equal('192.0.2.1');
    expect(addressOf([], '::ffff:192.0.2.1')).to.equal('192.0.2.1');
  });

  it('believes a trusted proxy only', () => {
    expect(addressOf(['10.0.0.0/8'], '10.1.2.3', '203.0.113.9')).to.equal('203.0.113.9');
    expect(addressOf(['10.0.0.0/8'], '192.0.2.1', '203.0.113.9')).to.equal('192.0.2.1');
    expect(addressOf(['fd00::/8'], 'fd00::1', '2001:db8::1')).to.equal('2001:db8::1');
  });

  it('does not believe what the client put before the proxy', () => {
    expect(addressOf(['10.0.0.1'], '10.0.0.1', '1.2.3.4, 203.0.113.9')).to.equal('203.0.113.9');
    expect(addressOf(['10.0.0.1', '10.0.0.2'], '10.0.0.1', '1.2.3.4, 203.0.113.9, 10.0.0.2')).to.equal(
      '203.0.113.9',
    );
  });

  it('falls back to the proxy when the header is nonsense', () => {
    expect(addressOf(['10.0.0.1'], '10.0.0.1', 'unknown')).to.equal('10.0.0.1');
    expect(addressOf(['10.0.0.1'], '10.0.0.1')).to.equal('10.0.0.1');
  });
});

describe('addressGroup', () => {
  it('is the address in IPv4 and the network in IPv6', () => {
    expect(addressGroup('192.0.2.1')).to.equal('192.0.2.1');
    expect(addressGroup('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2::/64');
    expect(addressGroup('2001:db8::6')).to.equal('2001:db8:0:0::/64');
    expect(addressGroup('::1')).to.equal('0:0:0:0::/64');
    expect(addressGroup('2001:db8:1:2::')).to.equal('2001:db8:1:2::/64');
  });
});
