import { expect, test } from 'vitest';
import { parseSimulatorEnd } from '../../../src/simulator/index.js';

test.each([
  ['tcp-listen://127.0.0.1:50001', { kind: 'listen', host: '127.0.0.1', port: 50_001 }],
  ['tcp://localhost:50002', { kind: 'dial-tcp', host: 'localhost', port: 50_002 }],
  ['ws://127.0.0.1:9001/chat', { kind: 'dial-ws', host: '127.0.0.1', port: 9001, path: '/chat' }],
  ['ws://127.0.0.1:9001/a?token=1', { kind: 'dial-ws', host: '127.0.0.1', port: 9001, path: '/a?token=1' }],
  ['wss://example.org/chat', { kind: 'dial-ws', host: 'example.org', port: 443, path: '/chat' }],
])('parseSimulatorEnd > reads %s', (text, end) => {
  expect(parseSimulatorEnd(text)).toEqual(end);
});

test.each(['', 'tcp://host', 'http://h:1', 'wss://h:8443/chat', 'ws://h:443/chat', 'simulator:'])(
  'parseSimulatorEnd > refuses %j',
  (text) => {
    expect(() => parseSimulatorEnd(text)).toThrow(
      expect.objectContaining({ code: 'BRIDGE_ERR_CONFIG_LINK' }),
    );
  },
);
