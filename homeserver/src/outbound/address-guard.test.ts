import { expect } from 'chai';
import fc from 'fast-check';
import { isPublicAddress } from './address-guard.ts';

const ipv4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
const hex = (high: number, low: number): string => ((high << 8) | low).toString(16);

describe('isPublicAddress', () => {
  it('refuses what is not the public internet', () => {
    const refused = [
      '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1',
      '192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255',
      ':: ::1 fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 ff02::1 fec0::1 2001:db8::1 2001::1 2002:7f00:1:: 100::1',
      '::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:0:0 64:ff9b::10.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 ::10.0.0.1',
      'localhost example.org 1 0x7f.1 0177.0.0.1 2130706433 [::1]',
    ].flatMap((line) => line.split(' '));
    for (const address of refused) expect(isPublicAddress(address), address).to.equal(false);
    expect(isPublicAddress('')).to.equal(false);
  });

  it('takes the public internet', () => {
    const taken =
      '1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 223.255.255.255 ' +
      '2606:4700:4700::1111 2a00:1450:4001:81b::200e 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::8.8.8.8';
    for (const address of taken.split(' ')) expect(isPublicAddress(address), address).to.equal(true);
  });

  it('judges an IPv4 address the same in whichever way IPv6 carries it', () => {
    fc.assert(
      fc.property(ipv4, ([a, b, c, d]) => {
        const plain = [a, b, c, d].join('.');
        const groups = `${hex(a, b)}:${hex(c, d)}`;
        for (const carried of [
          `::ffff:${plain}`,
          `::FFFF:${groups}`,
          `64:ff9b::${plain}`,
          `64:ff9b::${groups}`,
        ]) {
          expect(isPublicAddress(carried), carried).to.equal(isPublicAddress(plain));
        }
        expect(isPublicAddress(`2002:${groups}::1`)).to.equal(false);
        expect(isPublicAddress(`::${groups}`)).to.equal(false);
      }),
    );
  });
});
