import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { encodeMessage, encodeSound } from '../../../src/protocol/index.js';
import { FakeClock, seededRandom } from '../../../src/runtime/index.js';
import { type CloseReason, type PeerConnection, StdioLink } from '../../../src/transport/index.js';

async function started(stdout: Writable = new PassThrough()) {
  const stdin = new PassThrough();
  let ends = 0;
  const link = new StdioLink({
    stdin,
    stdout,
    onEnd: () => {
      ends += 1;
    },
    clock: new FakeClock(),
    random: seededRandom(1),
  });
  const reasons: CloseReason[] = [];
  const connections: PeerConnection[] = [];
  link.events.on('connection', (connection) => {
    connections.push(connection);
    connection.events.on('closed', (reason) => reasons.push(reason));
  });
  await link.start();
  const [connection] = connections;
  if (connection === undefined) throw new Error('no connection');
  return { link, stdin, connection, reasons, ends: () => ends };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('StdioLink', () => {
  test('writes each line at once and whole', async () => {
    const writes: string[] = [];
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        writes.push(chunk.toString());
        done();
      },
    });
    const { connection, link } = await started(stdout);
    expect(link.carriesSound).toBe(false);
    expect(connection.trySend(encodeMessage('A', '1'))).toBe(true);
    expect(connection.trySend(encodeMessage('B', '2'))).toBe(true);
    expect(writes).toEqual(['A|1\n', 'B|2\n']);
  });

  test('refuses sound, which stdio cannot carry', async () => {
    const { connection } = await started();
    expect(() => connection.trySend(encodeSound(new Uint8Array(640)))).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_LINK_UNSUPPORTED' }),
    );
    expect(connection.isOpen).toBe(true);
  });

  test('drains stdin when nobody listens, and after it was closed', async () => {
    const { stdin, link } = await started();
    const flood = Buffer.alloc(200_000, 0x61);
    stdin.write(flood);
    await turn();
    expect(stdin.readableLength).toBe(0);
    await link.close();
    stdin.write(flood);
    await turn();
    expect(stdin.readableLength).toBe(0);
  });

  test('ends once when stdin ends', async () => {
    const { stdin, link, reasons, ends } = await started();
    stdin.end();
    await turn();
    await turn();
    expect(reasons).toEqual([{ by: 'peer' }]);
    expect(ends()).toBe(1);
    expect(link.state).toEqual({ status: 'closed' });
    await link.close();
    expect(ends()).toBe(1);
  });

  test('ends when nobody reads stdout any more', async () => {
    const broken = Object.assign(new Error('broken pipe'), { code: 'EPIPE' });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(broken) });
    const { connection, reasons, ends } = await started(stdout);
    connection.trySend(encodeMessage('A', '1'));
    await turn();
    expect(reasons).toEqual([{ by: 'peer', cause: broken }]);
    expect(ends()).toBe(1);
    expect(connection.trySend(encodeMessage('B', '2'))).toBe(false);
    stdout.emit('error', broken);
  });

  test('never closes stdout: MMDAgent-EX would spin', async () => {
    const stdout = new PassThrough();
    const { link, ends } = await started(stdout);
    await link.close();
    expect(stdout.writableEnded).toBe(false);
    expect(stdout.destroyed).toBe(false);
    expect(ends()).toBe(0);
  });
});
