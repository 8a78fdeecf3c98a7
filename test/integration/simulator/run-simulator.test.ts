import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { BridgeError, SILENT_LOGGER, SystemClock, sleep } from '../../../src/runtime/index.js';
import { runSimulator, type SimulatorEvent, WavTap } from '../../../src/simulator/index.js';
import { bytesOf, chunk, ramp, tone } from '../../unit/simulator/rig.js';

const clock = new SystemClock();
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function wavSamples(path: string): Promise<Int16Array> {
  const bytes = await readFile(path);
  expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
  expect(bytes.readUInt32LE(24)).toBe(16_000);
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  return new Int16Array(Uint8Array.from(bytes.subarray(44)).buffer);
}

/** A WebSocket server on loopback whose behaviour towards the peer is `serve`. */
async function bridgeOn(
  serve: (socket: WebSocket) => void,
): Promise<{ port: number; close: () => Promise<void> }> {
  const http = createHttpServer();
  const wss = new WebSocketServer({ server: http, perMessageDeflate: false });
  wss.on('connection', (socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (http.address() as AddressInfo).port,
    close: () => {
      for (const socket of wss.clients) socket.terminate();
      return new Promise<void>((resolve) => void http.close(() => resolve()));
    },
  };
}

describe('runSimulator', () => {
  test('listens, plays, records in real time and ends on abort without a death', async () => {
    const stop = new AbortController();
    const events: SimulatorEvent[] = [];
    const wavPath = join(folder, 'out.wav');
    let bridge: Socket | undefined;
    const onEvent = (event: SimulatorEvent): void => {
      events.push(event);
      if (event.kind === 'listening') {
        bridge = connect({ host: '127.0.0.1', port: event.port });
        bridge.on('error', () => {});
      }
      if (event.kind === 'message' && event.type === 'MODEL_EVENT_ADD') {
        bridge?.write('__AV_START\n__AV_SETMODEL,0\n');
        bridge?.write(chunk(bytesOf(ramp(2560))));
      }
    };
    const options = { end: { kind: 'listen', host: '127.0.0.1', port: 0 }, loadMs: 20, wavPath } as const;
    const run = runSimulator(options, { signal: stop.signal, onEvent, logger: SILENT_LOGGER });
    await sleep(clock, 700);
    stop.abort();
    const report = await run;
    bridge?.destroy();
    expect(report).toEqual({ deaths: [], wedges: [], violations: [], playedMs: 160 });
    const samples = await wavSamples(wavPath);
    const first = samples.indexOf(1);
    expect(first).toBeGreaterThan(16 * 45);
    expect(samples.slice(first, first + 2560)).toEqual(ramp(2560));
    expect(events.filter(({ kind }) => kind === 'sound')).toHaveLength(10);
  });

  test('dials the WebSocket sample, which loses its first seconds and kills by closing', async () => {
    let isStreaming = true;
    const bridge = await bridgeOn((socket) => {
      socket.send('__AV_START\n');
      socket.send('__AV_SETMODEL,0\n');
      void (async () => {
        for (let block = 0; block < 50; block++) {
          socket.send(chunk(bytesOf(tone(30))));
          await sleep(clock, 30);
        }
        isStreaming = false;
        await sleep(clock, 300);
        // The peer never answers a close frame; libraries wait seconds for it and then drop the connection.
        socket.close();
        await sleep(clock, 50);
        socket.terminate();
      })();
    });
    const report = await runSimulator(
      { end: { kind: 'dial-ws', host: '127.0.0.1', port: bridge.port, path: '/chat' } },
      { signal: AbortSignal.timeout(10_000), onEvent: () => {}, logger: SILENT_LOGGER },
    );
    await bridge.close();
    expect(isStreaming).toBe(false);
    expect(report.violations.map(({ rule }) => rule)).toContain('sound-without-model');
    expect(report.playedMs).toBeGreaterThan(200);
    expect(report.playedMs).toBeLessThan(900);
    expect(report.deaths.map(({ signal }) => signal)).toEqual([9]);
  });

  test('the WebSocket sample under a new library closes with 1011 at once, which kills', async () => {
    const bridge = await bridgeOn((socket) => {
      socket.close(1011);
      setTimeout(() => socket.terminate(), 100);
    });
    const report = await runSimulator(
      { end: { kind: 'dial-ws', host: '127.0.0.1', port: bridge.port, path: '/chat' } },
      { signal: AbortSignal.timeout(10_000), onEvent: () => {}, logger: SILENT_LOGGER },
    ).finally(() => bridge.close());
    expect(report.deaths).toHaveLength(1);
  });

  test('gives up dialling after RetryCount', async () => {
    const report = await runSimulator(
      { end: { kind: 'dial-tcp', host: '127.0.0.1', port: 1 }, retryCount: 0 },
      { signal: AbortSignal.timeout(5000), onEvent: () => {}, logger: SILENT_LOGGER },
    );
    expect(report.deaths).toEqual([]);
  });
});

describe('WavTap', () => {
  test('keeps gaps as silence, mixes overlaps, swallows seams of a skewed clock', async () => {
    const path = join(folder, 'tap.wav');
    const tap = await WavTap.open({ path, startAtMs: 1000 });
    tap.write(new Int16Array(256).fill(5), 1000);
    tap.write(new Int16Array(256).fill(6), 1016.05);
    tap.write(new Int16Array(256).fill(7), 6000);
    tap.write(new Int16Array(256).fill(1), 6008);
    await tap.close();
    await tap.close();
    const samples = await wavSamples(path);
    expect(samples.length).toBe(5008 * 16 + 256);
    expect([samples[255], samples[256], samples[511], samples[512]]).toEqual([5, 6, 6, 0]);
    expect([samples[80_000], samples[80_128], samples[80_300]]).toEqual([7, 8, 1]);
  });
  test('a file that cannot be written is a typed error', async () => {
    await expect(WavTap.open({ path: join(folder, 'no', 'such.wav'), startAtMs: 0 })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_FILE_WRITE',
    });
    await expect(WavTap.open({ path: folder, startAtMs: 0 })).rejects.toBeInstanceOf(BridgeError);
  });
});
