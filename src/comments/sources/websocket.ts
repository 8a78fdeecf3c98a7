import { errorText } from '../../runtime/index.js';
import { type EngineFacts, parsed, secretsIn, type Zod } from '../../vendor/index.js';
import type { CommentSource } from '../source.js';
import { addressSecrets, runChatSocket } from './chat-socket.js';
import { keepConnected } from './keep-connected.js';
import { factsOf, type SourcePorts } from './source-ports.js';

export interface WebSocketSourceOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly silenceMs: number;
}

export const WEBSOCKET_SOURCE = {
  description: 'A server of your own: comments as JSON, one or a list in each message of a WebSocket',
  schema: (zod: Zod) =>
    zod.strictObject({
      type: zod.string(),
      url: socketUrl(zod),
      headers: zod.record(zod.string(), zod.string()).default({}),
      silenceMs: silence(zod),
    }),
} as const satisfies EngineFacts;

/** Comments of any program that serves them: we connect, it sends what `commentSchema` describes. */
export function openWebSocketSource(
  name: string,
  { url, headers, silenceMs }: WebSocketSourceOptions,
  ports: SourcePorts,
): CommentSource {
  const { clock, random, openSocket, parse } = ports;
  const facts = factsOf(name, ports);
  const secrets = [...secretsIn(undefined, headers), ...addressSecrets(url)];
  return {
    name,
    type: 'websocket',
    start: (listener, signal) =>
      keepConnected({ clock, random, listener, signal }, (onReady) =>
        runChatSocket({
          ...{ url, headers, secrets, openSocket, clock, signal, silenceMs },
          onOpen: onReady,
          onBinary: () => listener.onMalformed('expected text, got a binary message'),
          onText: (text) => {
            const value = parsed(text);
            if (value === undefined) return listener.onMalformed('expected JSON');
            // One that is wrong costs no other.
            for (const item of Array.isArray(value) ? value : [value]) {
              try {
                for (const comment of parse([item], facts())) listener.onComment(comment);
              } catch (error) {
                listener.onMalformed(errorText(error));
              }
            }
          },
        }),
      ),
  };
}

/** With a query if need be: programs take keys there. */
export function socketUrl(zod: Zod) {
  return zod.url({ protocol: /^wss?$/, message: 'expected an address such as ws://127.0.0.1:9100/comments' });
}

export function silence(zod: Zod) {
  return zod.number().int().min(1000).max(600_000).default(30_000);
}
