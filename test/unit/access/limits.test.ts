import { describe, expect, it } from 'vitest';
import { type Admission, DEFAULT_LIMITS, type LimitTable } from '../../../src/access/index.js';
import { LimitBook, networkOf } from '../../../src/access/limits.js';
import { RecentTable } from '../../../src/access/recent-table.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { bearer, KEYS, openGateRig, request } from './gate-rig.js';

const SMALL = {
  requests: { perS: 2, burst: 4 },
  turns: { perS: 0.5, burst: 2 },
  bytes: { perS: 1000, burst: 5000 },
  connections: 2,
} as const;
const LARGE = {
  requests: { perS: 100, burst: 1000 },
  turns: { perS: 100, burst: 1000 },
  bytes: { perS: 1e6, burst: 1e6 },
  connections: 100,
} as const;
const TABLE: LimitTable = { visitor: SMALL, address: LARGE, client: SMALL, operator: LARGE };

function visitor(name: string, address = '203.0.113.5'): Pick<Admission, 'caller' | 'address'> {
  return { caller: { id: `visitor:${name}`, role: 'visitor', label: name }, address };
}

function client(name: string): Pick<Admission, 'caller' | 'address'> {
  return { caller: { id: `key:${name}`, role: 'client', label: name }, address: '203.0.113.5' };
}

function refusal(
  run: () => void,
): { status: number; retryAfterS: number; code: string; headers: object } | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error as { status: number; retryAfterS: number; code: string; headers: object };
  }
}

describe('Limits', () => {
  it('let a burst through, then as much as the rate gives', () => {
    const clock = new FakeClock();
    const book = new LimitBook(TABLE, clock);
    for (let turn = 0; turn < 4; turn++) book.spend(client('a'), 'requests');
    const refused = refusal(() => book.spend(client('a'), 'requests'));
    expect(refused).toMatchObject({
      status: 429,
      retryAfterS: 1,
      code: 'BRIDGE_ERR_RATE',
      headers: { 'Retry-After': '1' },
    });
    clock.advance(500);
    book.spend(client('a'), 'requests');
    expect(refusal(() => book.spend(client('a'), 'requests'))).toBeDefined();
    clock.advance(60_000);
    for (let turn = 0; turn < 4; turn++) book.spend(client('a'), 'requests');
    expect(refusal(() => book.spend(client('a'), 'requests'))).toBeDefined();
  });

  it('say when again, rightly', () => {
    const clock = new FakeClock();
    const book = new LimitBook(TABLE, clock);
    book.spend(client('a'), 'turns', 2);
    const { retryAfterS } = refusal(() => book.spend(client('a'), 'turns', 2)) ?? { retryAfterS: 0 };
    expect(retryAfterS).toBe(4);
    clock.advance(retryAfterS * 1000 - 1);
    expect(refusal(() => book.spend(client('a'), 'turns', 2))).toBeDefined();
    clock.advance(1);
    expect(refusal(() => book.spend(client('a'), 'turns', 2))).toBeUndefined();
  });

  it('count every kind and every caller by itself', () => {
    const book = new LimitBook(TABLE, new FakeClock());
    book.spend(client('a'), 'requests', 4);
    book.spend(client('b'), 'requests', 4);
    book.spend(client('a'), 'turns', 2);
    book.spend(client('a'), 'bytes', 5000);
  });

  it('take nothing for what was refused', () => {
    const book = new LimitBook(TABLE, new FakeClock());
    book.spend(client('a'), 'requests', 3);
    expect(refusal(() => book.spend(client('a'), 'requests', 2))).toBeDefined();
    expect(refusal(() => book.spend(client('a'), 'requests', 1))).toBeUndefined();
  });

  it('let what is larger than a burst through when nothing was used, and have it worked off', () => {
    const clock = new FakeClock();
    const book = new LimitBook(TABLE, clock);
    book.spend(client('a'), 'bytes', 20_000);
    expect(refusal(() => book.spend(client('a'), 'bytes', 1))).toMatchObject({ retryAfterS: 16 });
    clock.advance(15_000);
    expect(refusal(() => book.spend(client('a'), 'bytes', 1))).toBeDefined();
    clock.advance(1001);
    expect(refusal(() => book.spend(client('a'), 'bytes', 1))).toBeUndefined();
  });

  it('hold for all visitors of an address together: a visitor without a cookie is a new one each time', () => {
    const book = new LimitBook(
      { ...TABLE, address: { ...LARGE, requests: { perS: 1, burst: 10 } } },
      new FakeClock(),
    );
    for (let turn = 0; turn < 10; turn++) book.spend(visitor(`v${turn}`), 'requests');
    expect(refusal(() => book.spend(visitor('another'), 'requests'))).toBeDefined();
    expect(refusal(() => book.spend(visitor('another', '203.0.113.6'), 'requests'))).toBeUndefined();
    expect(refusal(() => book.spend(client('a'), 'requests'))).toBeUndefined();
  });

  it('take nothing from an address for a visitor who may not', () => {
    const book = new LimitBook(
      { ...TABLE, address: { ...LARGE, requests: { perS: 1, burst: 5 } } },
      new FakeClock(),
    );
    for (let turn = 0; turn < 4; turn++) book.spend(visitor('a'), 'requests');
    for (let turn = 0; turn < 9; turn++) refusal(() => book.spend(visitor('a'), 'requests'));
    expect(refusal(() => book.spend(visitor('b'), 'requests'))).toBeUndefined();
  });

  it('count open connections until they are let go, once each', () => {
    const book = new LimitBook(TABLE, new FakeClock());
    const release = book.connect(client('a'));
    book.connect(client('a'));
    expect(refusal(() => book.connect(client('a')))).toMatchObject({ status: 429 });
    book.connect(client('b'));
    release();
    release();
    book.connect(client('a'));
    expect(refusal(() => book.connect(client('a')))).toBeDefined();
  });

  it('count connections of visitors by address too', () => {
    const book = new LimitBook({ ...TABLE, address: { ...LARGE, connections: 3 } }, new FakeClock());
    const releases = ['a', 'b', 'c'].map((name) => book.connect(visitor(name)));
    expect(refusal(() => book.connect(visitor('d')))).toMatchObject({ status: 429 });
    for (const release of releases) release();
    book.connect(visitor('d'));
  });

  it('are sensible by default: a hundred microphones of one key, and a person who talks', () => {
    const clock = new FakeClock();
    const book = new LimitBook(DEFAULT_LIMITS, clock);
    const frameBytes = 700;
    for (let turn = 0; turn < 60 * 62; turn++) {
      // A second of 62 frames, of 100 microphones.
      book.spend(client('load'), 'bytes', 100 * frameBytes);
      book.spend(visitor('person'), 'bytes', frameBytes);
      if (turn % (62 * 4) === 0) book.spend(visitor('person'), 'turns');
      clock.advance(1000 / 62);
    }
  });

  it.each([
    { ...TABLE, visitor: { ...SMALL, requests: { perS: 0, burst: 1 } } },
    { ...TABLE, address: { ...SMALL, turns: { perS: 1, burst: 0.5 } } },
    { ...TABLE, client: { ...SMALL, connections: 0 } },
    { ...TABLE, operator: { ...SMALL, bytes: { perS: Number.NaN, burst: 1 } } },
  ])('are refused when nobody could ever do anything', (table) => {
    expect(() => new LimitBook(table, new FakeClock())).toThrow(/above 0/);
  });

  it.each([
    ['203.0.113.5', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0001::', '2001:db8:1:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('take %j for of the network %j', (address, network) => expect(networkOf(address)).toBe(network));
});

describe('Limits at the gate', () => {
  it('hold for requests, and what they cost is what the role may', async () => {
    await using rig = await openGateRig({ limits: TABLE }, ['client', 'operator']);
    for (let turn = 0; turn < 4; turn++) await rig.gate.admit(request(bearer(KEYS.client)), 'visitor');
    await expect(rig.gate.admit(request(bearer(KEYS.client)), 'visitor')).rejects.toMatchObject({
      status: 429,
      retryAfterS: 1,
    });
    for (let turn = 0; turn < 50; turn++) await rig.gate.admit(request(bearer(KEYS.operator)), 'visitor');
  });

  it('hold for those who are refused, by address', async () => {
    const limits = { ...TABLE, address: { ...LARGE, requests: { perS: 1, burst: 3 } } };
    await using rig = await openGateRig({ limits }, ['client']);
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn++)
      await rig.gate
        .admit(request(), 'visitor')
        .catch(({ status }: { status: number }) => statuses.push(status));
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  });

  it('are used by what goes on after the request', async () => {
    await using rig = await openGateRig({ limits: TABLE }, ['client']);
    const admission = await rig.gate.admit(request(bearer(KEYS.client)), 'client');
    rig.gate.spend(admission, 'turns', 2);
    expect(refusal(() => rig.gate.spend(admission, 'turns'))).toMatchObject({ status: 429 });
    const release = rig.gate.connect(admission);
    rig.gate.connect(admission);
    expect(refusal(() => rig.gate.connect(admission))).toMatchObject({ status: 429 });
    release();
    rig.gate.connect(admission);
  });

  it('end with the gate, which leaves no timer', async () => {
    await using rig = await openGateRig({}, ['client']);
    const admission = await rig.gate.admit(request(bearer(KEYS.client)), 'client');
    rig.gate.close();
    rig.gate.close();
    expect(rig.clock.pendingCount).toBe(0);
    await expect(rig.gate.admit(request(), 'client')).rejects.toThrow('The gate is closed');
    expect(() => rig.gate.spend(admission, 'turns')).toThrow('The gate is closed');
  });
});

describe('RecentTable', () => {
  it('forgets what was used longest ago', () => {
    const table = new RecentTable<number>(2);
    table.set('a', 1);
    table.set('b', 2);
    table.get('a');
    table.set('c', 3);
    expect([table.get('a'), table.get('b'), table.get('c'), table.size]).toEqual([1, undefined, 3, 2]);
  });
});
