import { ConfigError } from '../runtime/index.js';
import type { SimulatorEnd } from './run-simulator.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'ws:': 80, 'wss:': 443 };

/**
 * What `simulate --link` takes, seen from the simulated peer: `tcp-listen://HOST:PORT` listens (the bridge dials),
 * `tcp://HOST:PORT` dials a listening bridge, `ws://HOST:PORT/PATH` dials it by WebSocket, `wss://HOST/PATH` with TLS (443 only).
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_LINK — none of these forms.
 */
export function parseSimulatorEnd(text: string): SimulatorEnd {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const port =
    url === undefined
      ? Number.NaN
      : url.port === ''
        ? (DEFAULT_PORTS[url.protocol] ?? Number.NaN)
        : Number(url.port);
  if (url !== undefined && url.hostname !== '' && Number.isInteger(port)) {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (url.protocol === 'tcp-listen:') return { kind: 'listen', host, port };
    if (url.protocol === 'tcp:') return { kind: 'dial-tcp', host, port };
    const isTlsPort = port === 443;
    const isWs = (url.protocol === 'ws:' && !isTlsPort) || (url.protocol === 'wss:' && isTlsPort);
    if (isWs) return { kind: 'dial-ws', host, port, path: `${url.pathname}${url.search}` };
  }
  const expected =
    'tcp-listen://HOST:PORT, tcp://HOST:PORT, ws://HOST:PORT/PATH or wss://HOST/PATH (port 443)';
  throw new ConfigError('BRIDGE_ERR_CONFIG_LINK', `Expected ${expected} for the simulator, got "${text}"`);
}
