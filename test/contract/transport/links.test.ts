import { afterEach, describe, expect, test } from 'vitest';
import { encodeMessage } from '../../../src/protocol/index.js';
import { asWireFrame } from '../../../src/protocol/wire-frame.js';
import { seededRandom } from '../../../src/runtime/index.js';
import type { CloseReason, PeerConnection } from '../../../src/transport/index.js';
import { RIG_KINDS, type Rig, type TestPeer } from './support/rigs.js';

const UNIT_BYTES = 647;

interface Meeting {
  readonly peer: TestPeer;
  readonly connection: PeerConnection;
  readonly received: () => Buffer;
  readonly reasons: CloseReason[];
}

/** Brings a peer and its connection together. */
async function meet(rig: Rig): Promise<Meeting> {
  const parts: Buffer[] = [];
  const reasons: CloseReason[] = [];
  const arrived = new Promise<PeerConnection>((resolve) => {
    rig.link.events.once('connection', (connection) => {
      connection.events.on('bytes', (bytes) => parts.push(Buffer.from(bytes)));
      connection.events.on('closed', (reason) => reasons.push(reason));
      resolve(connection);
    });
  });
  const [peer, connection] = await Promise.all([rig.peer(), arrived]);
  return { peer, connection, received: () => Buffer.concat(parts), reasons };
}

async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise<void>((resolve) => setImmediate(resolve));
}

const drained = (connection: PeerConnection): Promise<void> =>
  new Promise((resolve) => {
    connection.events.once('drained', resolve);
  });

describe.each(RIG_KINDS)('$name keeps the contract of links', (kind) => {
  const rigs: Rig[] = [];
  const make = async (): Promise<Rig> => {
    const rig = await kind.make();
    rigs.push(rig);
    return rig;
  };
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.dispose();
  });

  test('delivers what the peer says in order however it is split', async () => {
    const { peer, received } = await meet(await make());
    const random = seededRandom(7);
    const lines = Array.from({ length: 300 }, (_, i) =>
      Buffer.from(`LINE|${i}|${'x'.repeat(random() * 400)}\n`),
    );
    const raw = Buffer.concat(lines.map((line) => peer.encode(line)));
    for (let at = 0; at < raw.length; ) {
      const size = 1 + Math.floor(random() ** 3 * 900);
      peer.say(raw.subarray(at, at + size));
      at += size;
      if (random() < 0.3) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    const wanted = Buffer.concat(lines);
    await eventually(() => received().length >= wanted.length);
    expect(received().equals(wanted)).toBe(true);
  });

  test('delivers units whole and in order', async () => {
    const { peer, connection } = await meet(await make());
    const lines = Array.from({ length: 200 }, (_, i) =>
      encodeMessage('UNIT', `${i}`, 'y'.repeat(1 + ((i * 13) % 1800))),
    );
    for (const line of lines) {
      if (!connection.trySend(line)) {
        await drained(connection);
        expect(connection.trySend(line)).toBe(true);
      }
    }
    const wanted = Buffer.concat(lines);
    await peer.until(() => peer.heard().length >= wanted.length);
    expect(peer.heard().equals(wanted)).toBe(true);
  });

  // Not skipped: nothing is owed where it cannot happen.
  if (kind.canStall) {
    test('refuses while bytes are unsent, and says when they are gone', async () => {
      const { peer, connection } = await meet(await make());
      peer.stopReading();
      const frame = encodeMessage('STALL', 'z'.repeat(1500));
      let sent = 0;
      while (connection.trySend(frame)) sent += 1;
      expect(connection.unsentBytes).toBeGreaterThan(0);
      expect(connection.trySend(frame)).toBe(false);
      expect(connection.isOpen).toBe(true);
      const isDrained = drained(connection);
      peer.read();
      await isDrained;
      expect(connection.unsentBytes).toBe(0);
      await peer.until(() => peer.heard().length >= sent * frame.length);
      expect(peer.heard().length).toBe(sent * frame.length);
    });
  }

  test('lets the caller reuse one buffer as soon as nothing is unsent', async () => {
    const { peer, connection } = await meet(await make());
    const buffer = asWireFrame(new Uint8Array(UNIT_BYTES));
    const units = 20_000;
    let stalls = 0;
    let sum = 0;
    peer.stopReading();
    for (let unit = 0; unit < units; unit++) {
      buffer.fill(unit % 251, 0, UNIT_BYTES - 1);
      buffer[UNIT_BYTES - 1] = 0x0a;
      if (!connection.trySend(buffer)) throw new Error('refused although nothing was unsent');
      sum += UNIT_BYTES;
      if (connection.unsentBytes > 0) {
        stalls += 1;
        const isDrained = drained(connection);
        peer.read();
        await isDrained;
        peer.stopReading();
      }
      buffer.fill(0xee);
    }
    peer.read();
    if (kind.canStall) expect(stalls).toBeGreaterThan(0);
    await peer.until(() => peer.heardSize() >= sum);
    await peer.until(() => peer.heard().length >= sum);
    const heard = peer.heard();
    expect(heard.length).toBe(sum);
    for (let unit = 0; unit < units; unit++) {
      const part = heard.subarray(unit * UNIT_BYTES, (unit + 1) * UNIT_BYTES);
      const isRight =
        part[UNIT_BYTES - 1] === 0x0a && part.subarray(0, -1).every((byte) => byte === unit % 251);
      if (!isRight) expect.fail(`unit ${unit} arrived changed`);
    }
  });

  test('tells the end once when the peer leaves', async () => {
    const rig = await make();
    const { peer, connection, reasons } = await meet(rig);
    peer.bye();
    await eventually(() => reasons.length > 0);
    expect(reasons).toMatchObject([{ by: 'peer' }]);
    expect(connection.isOpen).toBe(false);
    expect(connection.unsentBytes).toBe(0);
    expect(connection.trySend(encodeMessage('LATE', '1'))).toBe(false);
    await connection.closePolitely();
    await rig.link.close();
    expect(reasons).toHaveLength(1);
  });

  test('closes with the agreed farewell and nothing else', async () => {
    const { peer, connection, reasons } = await meet(await make());
    const line = encodeMessage('LAST', '1');
    expect(connection.trySend(line)).toBe(true);
    await Promise.all([connection.closePolitely(), connection.closePolitely()]);
    expect(reasons).toEqual([{ by: 'bridge' }]);
    expect(connection.isOpen).toBe(false);
    await peer.untilEnded();
    expect(peer.heard().toString()).toBe('LAST|1\n');
    expect(peer.farewell().toString('hex')).toBe(kind.farewell);
  });

  // Not skipped: nothing is owed where it cannot happen.
  if (kind.canReconnect) {
    test('gives the next connection a new number and the same slot', async () => {
      const rig = await make();
      const first = await meet(rig);
      first.peer.bye();
      await eventually(() => first.reasons.length > 0);
      const second = await meet(rig);
      expect(second.connection.id).toBeGreaterThan(first.connection.id);
      expect(second.connection.slot).toBe(0);
      second.connection.trySend(encodeMessage('AGAIN', '1'));
      await second.peer.until(() => second.peer.heard().length > 0);
      expect(second.peer.heard().toString()).toBe('AGAIN|1\n');
    });
  }

  test('leaves no timer and no listener when closed, twice as well', async () => {
    const rig = await make();
    const { connection, reasons } = await meet(rig);
    await Promise.all([rig.link.close(), rig.link.close()]);
    expect(reasons).toEqual([{ by: 'bridge' }]);
    expect(rig.link.state).toEqual({ status: 'closed' });
    expect(rig.clock.pendingCount).toBe(0);
    expect(connection.events.listenerCount('bytes')).toBe(0);
    expect(connection.events.listenerCount('closed')).toBe(0);
  });

  test('starts once however often it is told', async () => {
    const rig = await make();
    let connections = 0;
    rig.link.events.on('connection', () => {
      connections += 1;
    });
    await meet(rig);
    await Promise.all([rig.link.start(), rig.link.start()]);
    expect(connections).toBe(1);
  });

  test('goes on when a listener throws', async () => {
    const rig = await make();
    rig.link.events.on('connection', (connection) => {
      connection.events.on('bytes', () => {
        throw new Error('a bad listener');
      });
      throw new Error('another');
    });
    const { peer, received } = await meet(rig);
    peer.say(peer.encode(Buffer.from('A|1\n')));
    peer.say(peer.encode(Buffer.from('B|2\n')));
    await eventually(() => received().length >= 8);
    expect(received().toString()).toBe('A|1\nB|2\n');
  });

  test('survives 100 000 random messages without growing', async () => {
    const { peer, received, connection } = await meet(await make());
    const random = seededRandom(99);
    connection.events.removeAllListeners();
    let size = 0;
    let wanted = 0;
    connection.events.on('bytes', (bytes) => {
      size += bytes.length;
    });
    const before = process.memoryUsage();
    for (let round = 0; round < 100; round++) {
      const batch: Buffer[] = [];
      for (let i = 0; i < 1_000; i++) {
        const payload = Buffer.alloc(1 + Math.floor(random() ** 4 * 500), Math.floor(random() * 256));
        wanted += payload.length;
        batch.push(peer.encode(payload));
      }
      peer.say(Buffer.concat(batch));
      await eventually(() => size === wanted);
    }
    const after = process.memoryUsage();
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(100e6);
    expect(received().length).toBe(0);
    expect(connection.isOpen).toBe(true);
  });
});
