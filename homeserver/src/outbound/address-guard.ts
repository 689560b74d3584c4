import { BlockList, isIP, isIPv4 } from 'node:net';

/** Networks that are not the public internet (IANA's special-purpose registries, RFC 6890 and its updates). */
const SPECIAL_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Only 2000::/3 is handed out; these parts of it are special, or lead to IPv4 addresses that cannot be judged. */
const SPECIAL_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const specialIpv4 = new BlockList();
for (const [network, prefix] of SPECIAL_IPV4) specialIpv4.addSubnet(network, prefix);
const specialIpv6 = new BlockList();
for (const [network, prefix] of SPECIAL_IPV6) specialIpv6.addSubnet(network, prefix, 'ipv6');
const unicastIpv6 = new BlockList();
unicastIpv6.addSubnet('2000::', 3, 'ipv6');
/** Where IPv4 stands in an IPv6 address: mapped, and translated by NAT64 (RFC 6052). */
const EMBEDDED = ['::ffff:', '64:ff9b::'];

/**
 * Whether an address belongs to the public internet. Loopback, private, link-local, shared, multicast and reserved
 * addresses do not, nor does an IPv6 address that carries one of them.
 *
 * @param address an IP address, without brackets. Anything else is not public.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !specialIpv4.check(address);
  if (isIP(address) === 0 || address.includes('%')) return false;
  const normal = normalizeIpv6(address);
  const prefix = EMBEDDED.find((known) => normal.startsWith(known));
  const embedded = prefix === undefined ? undefined : embeddedIpv4(normal.slice(prefix.length));
  if (embedded !== undefined) return !specialIpv4.check(embedded);
  return unicastIpv6.check(normal, 'ipv6') && !specialIpv6.check(normal, 'ipv6');
}

/** The shortest form, in lower case, without dots. */
function normalizeIpv6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

/** The IPv4 address in the last 32 bits, written as at most two groups. */
function embeddedIpv4(groups: string): string | undefined {
  const parts = groups.split(':');
  if (parts.length > 2 || groups.includes('::')) return undefined;
  const [high = 0, low = 0] = (parts.length === 2 ? parts : ['0', ...parts]).map((part) =>
    Number.parseInt(part || '0', 16),
  );
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
