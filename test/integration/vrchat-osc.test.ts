import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVrchatSink, readExpressionSettings } from '../../src/expression/index.js';
import { SILENT_LOGGER, SystemClock } from '../../src/runtime/index.js';

describe('VrchatSink', () => {
  let listener: Socket;
  let heard: string[];

  beforeEach(async () => {
    listener = createSocket('udp4');
    heard = [];
    listener.on('message', (bytes) => heard.push(bytes.toString('latin1')));
    listener.bind(0, '127.0.0.1');
    await once(listener, 'listening');
  });
  afterEach(() => listener.close());

  async function sinkOf(settings: object) {
    const { vrchat } = await readExpressionSettings({
      vrchat: { port: listener.address().port, durationMs: 60_000, ...settings },
    });
    if (vrchat === undefined) throw new Error('there are no settings');
    return createVrchatSink(vrchat, { clock: new SystemClock(), logger: SILENT_LOGGER });
  }

  async function untilHeard(count: number): Promise<void> {
    while (heard.length < count) await once(listener, 'message');
  }

  it('is heard by a program that listens for OSC on a UDP port', async () => {
    const sink = await sinkOf({ faces: { joy: 258 } });
    sink.cue({ name: 'face', value: 'joy', durationMs: undefined, attributes: {}, raw: '[face:joy]' }, 0);
    await untilHeard(1);
    await sink.close();
    await untilHeard(2);
    const start = '/avatar/parameters/FaceOSC\0\0,i\0\0';
    expect(heard).toEqual([`${start}\0\0\x01\x02`, `${start}\0\0\0\0`]);
  });

  it('tells it what the conversation does, where the settings have messages for that', async () => {
    const phase = (value: number) => ({ address: '/avatar/parameters/Phase', value });
    const sink = await sinkOf({
      phases: {
        idle: phase(0),
        listening: phase(1),
        thinking: [phase(2), { address: '/chatbox/typing', value: true }],
        speaking: [{ address: '/chatbox/typing', value: false }],
      },
    });
    for (const name of ['idle', 'listening', 'thinking', 'speaking'] as const) {
      sink.phase?.(name);
      await untilHeard({ idle: 1, listening: 2, thinking: 4, speaking: 5 }[name]);
    }
    await sink.close();
    await untilHeard(6);
    const number = (value: string) => `/avatar/parameters/Phase\0\0\0\0,i\0\0\0\0\0${value}`;
    expect(heard).toEqual([
      number('\0'),
      number('\x01'),
      number('\x02'),
      '/chatbox/typing\0,T\0\0',
      '/chatbox/typing\0,F\0\0',
      number('\0'),
    ]);
  });
});
