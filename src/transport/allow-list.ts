import { BlockList, isIP } from 'node:net';
import { ConfigError } from '../runtime/index.js';

/**
 * Which addresses may connect. Literal: an empty list allows nobody.
 *
 * IPv4 peers that arrive on an IPv6 socket (`::ffff:192.0.2.1`) are judged as the IPv4 address they are.
 */
export class AllowList {
  readonly #list = new BlockList();

  /**
   * @param entries - IP addresses and CIDR ranges (`192.168.0.0/16`, `::1`); names are not resolved.
   * @throws {ConfigError} BRIDGE_ERR_CONFIG_LINK for anything else.
   */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry);
  }

  allows(address: string): boolean {
    const plain = plainAddress(address);
    const version = isIP(plain);
    if (version === 0) return false;
    return this.#list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  }

  #add(entry: string): void {
    const [address = '', prefix, ...rest] = entry.trim().split('/');
    const version = isIP(address);
    const bits = prefix === undefined ? undefined : Number(prefix);
    const widest = version === 4 ? 32 : 128;
    const isGood =
      version !== 0 &&
      rest.length === 0 &&
      (bits === undefined || (/^\d+$/.test(prefix ?? '') && bits <= widest));
    if (!isGood) {
      throw new ConfigError(
        'BRIDGE_ERR_CONFIG_LINK',
        `"${entry}" is not an address or range that can be allowed; expected for example 127.0.0.1 or 192.168.0.0/16`,
      );
    }
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) this.#list.addAddress(address, family);
    else this.#list.addSubnet(address, bits, family);
  }
}

/** `::ffff:127.0.0.1` → `127.0.0.1`; everything else as it is. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}
