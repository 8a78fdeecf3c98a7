import { describe, expect, test } from 'vitest';
import { encodeMessage } from '../../../src/protocol/index.js';
import { FakeClock, seededRandom } from '../../../src/runtime/index.js';
import { type Endpoint, MemoryLink, type PeerConnection } from '../../../src/transport/index.js';

class EchoEndpoint implements Endpoint {
  isClosed = false;
  say: (bytes: Uint8Array) => void = () => {};
  end: () => void = () => {};

  write(bytes: Uint8Array): void {
    this.say(bytes);
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.say = listener;
    listener(Buffer.from('HELLO|1\n'));
  }

  onClosed(listener: () => void): void {
    this.end = listener;
  }

  close(): void {
    this.isClosed = true;
    this.end();
  }
}

function linked(open: () => Endpoint) {
  const clock = new FakeClock();
  const link = new MemoryLink({ url: 'simulator:', open, clock, random: seededRandom(1) });
  const [heard, ends, outages]: [string[], string[], string[]] = [[], [], []];
  const connections: PeerConnection[] = [];
  link.events.on('outage', (error) => outages.push(error.code));
  link.events.on('connection', (connection) => {
    connections.push(connection);
    connection.events.on('bytes', (bytes) => heard.push(Buffer.from(bytes).toString()));
    connection.events.on('closed', ({ by }) => ends.push(by));
  });
  return { clock, link, heard, ends, outages, connections };
}

const microtasks = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

describe('MemoryLink', () => {
  test('delivers what was said before anybody listened', async () => {
    const { link, heard } = linked(() => new EchoEndpoint());
    await link.start();
    expect(heard).toEqual(['HELLO|1\n']);
  });

  test('tells nothing from inside a call, and in order', async () => {
    const endpoint = new EchoEndpoint();
    const { link, heard, connections } = linked(() => endpoint);
    await link.start();
    const frame = encodeMessage('A', '1');
    expect(connections[0]?.trySend(frame)).toBe(true);
    frame.fill(0);
    expect(heard).toEqual(['HELLO|1\n']);
    endpoint.say(Buffer.from('B|2\n'));
    await microtasks();
    expect(heard).toEqual(['HELLO|1\n', 'A|1\n', 'B|2\n']);
  });

  test('opens a new peer 1 s after the old one ended', async () => {
    const endpoints: EchoEndpoint[] = [];
    const { link, clock, ends, connections, outages } = linked(() => {
      const endpoint = new EchoEndpoint();
      endpoints.push(endpoint);
      return endpoint;
    });
    await link.start();
    endpoints[0]?.end();
    await microtasks();
    expect(ends).toEqual(['peer']);
    expect(outages).toEqual(['BRIDGE_ERR_LINK_LOST']);
    clock.advance(999);
    expect(endpoints.length).toBe(1);
    clock.advance(1);
    expect(link.state).toEqual({ status: 'connected' });
    expect(connections.map(({ isOpen }) => isOpen)).toEqual([false, true]);
    await link.close();
    expect(endpoints[1]?.isClosed).toBe(true);
    expect(clock.pendingCount).toBe(0);
  });

  test('tries again when the peer cannot be started, and tells of it once', async () => {
    let opens = 0;
    const { link, clock, outages } = linked(() => {
      opens += 1;
      throw new Error('no model');
    });
    await link.start();
    clock.advance(5_000);
    expect(opens).toBe(6);
    expect(outages).toEqual(['BRIDGE_ERR_LINK_DIAL']);
    await link.close();
    expect(clock.pendingCount).toBe(0);
  });

  test('takes a peer that throws for one that ended', async () => {
    const endpoint = new EchoEndpoint();
    endpoint.write = () => {
      throw new Error('bug');
    };
    const { link, ends, connections } = linked(() => endpoint);
    await link.start();
    connections[0]?.trySend(encodeMessage('A', '1'));
    await microtasks();
    expect(ends).toEqual(['peer']);
  });
});
