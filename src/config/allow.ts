import { BlockList, isIP, isIPv4 } from 'node:net';

/** True for an IPv4 or IPv6 address, or such an address with `/PREFIX`. */
export function isAddressRange(text: string): boolean {
  const match = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text);
  const family = isIP(match?.[1] ?? '');
  return family !== 0 && Number(match?.[2] ?? 0) <= (family === 4 ? 32 : 128);
}

/**
 * Makes the test that decides who may connect to a listening link.
 *
 * @param ranges - addresses and CIDR ranges, as the setting `allow` holds them.
 * @returns True for a remote address inside a range. IPv4 seen through an IPv6 socket (`::ffff:…`) counts as IPv4;
 *   anything that is no address is refused.
 */
export function addressMatcher(ranges: readonly string[]): (remoteAddress: string | undefined) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [written = '', prefix] = range.split('/');
    const address = prefix === undefined ? unmapped(written) : written;
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (remoteAddress) => {
    const address = unmapped(remoteAddress ?? '').replace(/%.*$/, '');
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** IPv4 as an IPv6 socket shows it, turned back into IPv4. */
function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
