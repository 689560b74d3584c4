import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './address-guard.ts';
import { OutboundError } from './outbound-error.ts';

/** Every address of a name, as `dns.promises.lookup` with `all` gives them. */
export type ResolveName = (name: string) => Promise<readonly dns.LookupAddress[]>;

/** Asks the machine's resolver. */
export const resolveBySystem: ResolveName = (name) =>
  dns.promises.lookup(name, { all: true, order: 'verbatim' });

/**
 * A look-up for sockets that gives only addresses of the public internet. The socket connects to the very address that
 * was looked at, so that a name cannot mean something else a moment later.
 */
export function guardedLookup(resolveName: ResolveName): LookupFunction {
  return (name, options, callback) => {
    resolveName(name).then(
      (addresses) => {
        const wanted = addresses.filter(({ address, family }) => {
          const isWanted = !options.family || options.family === family || options.family === `IPv${family}`;
          return isWanted && isPublicAddress(address);
        });
        const [first] = wanted;
        if (first === undefined) callback(refusedAddress(name), '');
        else if (options.all) callback(null, wanted.slice());
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, ''),
    );
  };
}

/** @param host a name, or an address. */
export function refusedAddress(host: string): OutboundError {
  return new OutboundError('refused', `${host} is not on the public internet`);
}
