import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/**
 * Tells the address of the client behind trusted reverse proxies.
 * @param trustedProxies addresses, or networks in CIDR form, whose `X-Forwarded-For` is believed.
 */
export function createAddressReader(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = '', prefix] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return (request) => {
    let address = plainAddress(request.socket.remoteAddress ?? '');
    if (trustedProxies.length === 0) return address;
    const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',');
    // From the nearest proxy outwards, as long as the one that said so is trusted.
    while (isTrusted(address)) {
      const next = plainAddress(forwarded.pop()?.trim() ?? '');
      if (isIP(next) === 0) break;
      address = next;
    }
    return address;
  };
}

/** An IPv4 address as a dual-stack socket writes it loses its prefix. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/**
 * Under what a rate limit counts an address: whoever has one IPv6 address usually has the 2^64 of its network.
 */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const tailLength = tail === undefined || tail === '' ? 0 : tail.split(':').length;
  if (tail !== undefined) {
    groups.push(...Array.from({ length: 8 - groups.length - tailLength }, () => '0'), ...tail.split(':'));
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
