import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { createVrchatSink } from '../../src/expression/index.js';
import { SILENT_LOGGER, SystemClock } from '../../src/runtime/index.js';

it('VrchatSink > is heard by a program that listens for OSC on a UDP port', async () => {
  const listener = createSocket('udp4');
  const heard: string[] = [];
  listener.on('message', (bytes) => heard.push(bytes.toString('latin1')));
  listener.bind(0, '127.0.0.1');
  await once(listener, 'listening');
  const sink = createVrchatSink(
    {
      host: '127.0.0.1',
      port: listener.address().port,
      address: '/avatar/parameters/FaceOSC',
      faces: { joy: 258 },
      neutral: 0,
      durationMs: 60_000,
    },
    { clock: new SystemClock(), logger: SILENT_LOGGER },
  );
  sink.cue({ name: 'face', value: 'joy', durationMs: undefined, attributes: {}, raw: '[face:joy]' }, 0);
  await once(listener, 'message');
  await sink.close();
  while (heard.length < 2) await once(listener, 'message');
  listener.close();
  const start = '/avatar/parameters/FaceOSC\0\0,i\0\0';
  expect(heard).toEqual([`${start}\0\0\x01\x02`, `${start}\0\0\0\0`]);
});
