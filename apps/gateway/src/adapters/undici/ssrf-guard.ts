import { lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ADDRESS_REFUSED } from './failure-of.ts';

type Lookup = typeof systemLookup;

/** Reachable from a cloud's machines only, though its range is public. */
const METADATA = new Set(['168.63.129.16']);

/** The part of IPv6 that is given out for use on the internet (RFC 4291, 2.4). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Public by range, and not by what lives there: documentation (RFC 9637), 6to4 relays (RFC 7526). */
const NOT_FOR_USE_6 = ipaddr.IPv6.parseCIDR('3fff::/20');
const NOT_FOR_USE_4 = ipaddr.IPv4.parseCIDR('192.88.99.0/24');

/**
 * Whether an address belongs to the public internet. Everything else is refused, an address that
 * carries another (mapped, 6to4, NAT64, Teredo) included: where it leads is another's choice.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || METADATA.has(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) {
    return parsed.range() === 'unicast' && !parsed.match(NOT_FOR_USE_4);
  }
  if (parsed.zoneId !== undefined || !parsed.match(GLOBAL_UNICAST)) return false;
  return parsed.range() === 'unicast' && !parsed.match(NOT_FOR_USE_6);
}

/** An IP as a URL writes it, without the brackets of version 6; undefined for a name. */
const literalOf = (url: URL): string | undefined => {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? undefined : host;
};

/** What can be said of a URL before any name is resolved. */
export function isGuardedUrl(url: URL): boolean {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
  if (url.username !== '' || url.password !== '') return false;
  const literal = literalOf(url);
  return literal === undefined || isPublicAddress(literal);
}

class AddressRefused extends Error {
  readonly code = ADDRESS_REFUSED;
}

/**
 * A lookup that fails when any address of the name is not public. It runs at connect and its answer is
 * the one connected to, so a name that resolves differently a moment later is no way round.
 */
export function createGuardedLookup(resolve: Lookup = systemLookup): Lookup {
  const guarded = (
    hostname: string,
    options: import('node:dns').LookupOptions,
    callback: (
      error: NodeJS.ErrnoException | null,
      address: string | import('node:dns').LookupAddress[],
      family?: number,
    ) => void,
  ): void => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const first = addresses[0];
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(new AddressRefused('not a public address'), []);
      }
      if (options.all === true) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
  // The overloads of `dns.lookup` can't be written as one function's type.
  return guarded as Lookup;
}
