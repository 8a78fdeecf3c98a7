import { describe, expect, test } from 'vitest';
import { AllowList, plainAddress } from '../../../src/transport/allow-list.js';

describe('AllowList', () => {
  test('knows addresses and ranges of both families', () => {
    const list = new AllowList(['127.0.0.1', '192.168.0.0/16', '::1', '2001:db8::/32']);
    for (const address of ['127.0.0.1', '192.168.3.4', '::1', '2001:db8::5']) {
      expect(list.allows(address)).toBe(true);
    }
    for (const address of ['127.0.0.2', '192.169.0.1', '::2', '2001:db9::', '', 'localhost']) {
      expect(list.allows(address)).toBe(false);
    }
  });

  test('judges IPv4 on an IPv6 socket as IPv4', () => {
    expect(new AllowList(['10.0.0.0/8']).allows('::ffff:10.1.2.3')).toBe(true);
    expect(new AllowList(['10.0.0.0/8']).allows('::ffff:11.1.2.3')).toBe(false);
    expect(plainAddress('::FFFF:10.1.2.3')).toBe('10.1.2.3');
    expect(plainAddress('fe80::1')).toBe('fe80::1');
  });

  test('allows everybody by the whole range, and nobody when empty', () => {
    expect(new AllowList(['0.0.0.0/0']).allows('203.0.113.9')).toBe(true);
    expect(new AllowList([]).allows('127.0.0.1')).toBe(false);
  });

  test.each(['localhost', '1.2.3', '1.2.3.4/33', '::/129', '1.2.3.4/', '1.2.3.4/x', '1.2.3.4/8/8', ''])(
    'refuses %j',
    (entry) => {
      expect(() => new AllowList([entry])).toThrow(
        expect.objectContaining({ code: 'BRIDGE_ERR_CONFIG_LINK' }),
      );
    },
  );
});
