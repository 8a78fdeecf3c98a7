import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { createHttpSynthesizer, type HttpSpeechPorts } from '../../../src/speech/http/index.js';
import { checkedOptions, type RunningVendor, type SoundFault } from './http-vendor.js';
import { ScriptedServer } from './scripted-server.js';

/** What the vendor says of one utterance, in order. */
export type AzureEvent =
  | { readonly visemes: readonly (readonly [id: number, ms: number])[] }
  | { readonly words: readonly (readonly [text: string, ms: number, lengthMs: number, boundary?: string])[] }
  | { readonly audio: Uint8Array };

export interface AzureVendor extends RunningVendor {
  readonly server: ScriptedServer;
  /** Text messages that clients sent, headers and all. */
  readonly heard: readonly string[];
  readonly handshakes: readonly IncomingMessage[];
  /** Instead of the utterance: closes with this. */
  closing: { readonly code: number; readonly reason: string } | undefined;
}

/** Written from the protocol as the SDK speaks it, without the product's own codec. */
export async function startAzureVendor(
  key: string,
  events: readonly AzureEvent[],
  voices: unknown,
): Promise<AzureVendor> {
  const server = await ScriptedServer.start(({ path }) =>
    path === '/cognitiveservices/voices/list' ? { body: JSON.stringify(voices) } : { status: 404 },
  );
  const sockets = new WebSocketServer({ noServer: true });
  const heard: string[] = [];
  const handshakes: IncomingMessage[] = [];
  const counts = { asked: 0, left: 0 };
  const vendor = {
    fault: 'whole' as SoundFault,
    closing: undefined as AzureVendor['closing'],
    server,
    heard,
    handshakes,
    get soundRequests() {
      return counts.asked;
    },
    get leftEarly() {
      return counts.left;
    },
    create: (ports: HttpSpeechPorts, changes: Readonly<Record<string, unknown>> = {}) => {
      const baseUrl = server.url.replace('http', 'ws');
      const options = checkedOptions('azure', { baseUrl, apiKey: key, ...changes });
      return createHttpSynthesizer({ name: 'the-engine', options }, ports);
    },
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      for (const duplex of waiting) duplex.destroy();
      await server.close();
    },
  };
  const waiting = new Set<Duplex>();
  server.server.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    counts.asked++;
    handshakes.push(request);
    duplex.on('error', () => {});
    waiting.add(duplex);
    const { fault } = vendor;
    const refused = fault === 'garbage' ? { status: 200, body: '<html>hotel</html>' } : fault;
    if (typeof refused === 'object') {
      const headers = Object.entries('headers' in refused ? (refused.headers ?? {}) : {});
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      duplex.end(`HTTP/1.1 ${refused.status} No\r\n${lines}Connection: close\r\n\r\n${refused.body ?? ''}`);
      return;
    }
    if (refused === 'silent') {
      // Sockets of a server stay half open until it ends its half too.
      duplex.on('end', () => duplex.end());
      duplex.on('close', () => counts.left++);
      duplex.resume();
      return;
    }
    sockets.handleUpgrade(request, duplex, head, (socket) => talk(socket, duplex));
  });

  function talk(socket: WebSocket, duplex: Duplex): void {
    let isWhole = false;
    socket.on('close', () => {
      if (!isWhole) counts.left++;
    });
    socket.on('message', (data) => {
      const text = String(data);
      heard.push(text);
      if (!/^Path: ssml\r\n/m.test(text) || vendor.fault === 'headers') return;
      if (vendor.closing !== undefined) socket.close(vendor.closing.code, vendor.closing.reason);
      else {
        const id = /X-RequestId: (\w+)/.exec(text)?.[1] ?? '';
        isWhole = utter(socket, id, vendor.fault, events);
        if (vendor.fault === 'cut') setTimeout(() => duplex.destroy(), 30);
      }
    });
  }
  return vendor;
}

/** @returns whether it came to its end. */
function utter(socket: WebSocket, id: string, fault: SoundFault, events: readonly AzureEvent[]): boolean {
  const text = (path: string, body: unknown): void =>
    socket.send(
      `X-RequestId:${id.toUpperCase()}\r\nContent-Type:application/json; charset=utf-8\r\nPath:${path}\r\n\r\n${JSON.stringify(body)}`,
    );
  const metadata = (items: readonly unknown[]): void => text('audio.metadata', { Metadata: items });
  text('turn.start', { context: { serviceTag: 'x' } });
  text('response', { context: { serviceTag: 'x' }, audio: { type: 'inline', streamId: 'S1' } });
  // Of somebody else, and of no kind that is known: nothing to do with this.
  socket.send(
    `X-RequestId:0000\r\nPath:audio.metadata\r\n\r\n${JSON.stringify({ Metadata: [viseme(5, 0)] })}`,
  );
  text('something.new', { a: 1 });
  const limit = fault === 'half' || fault === 'cut' ? Math.ceil(events.length / 2) : events.length;
  for (const event of events.slice(0, limit)) {
    if ('visemes' in event) metadata(event.visemes.map(([number, ms]) => viseme(number, ms)));
    else if ('words' in event)
      metadata(
        event.words.map(([word, ms, lengthMs, boundary = 'WordBoundary']) => ({
          Type: 'WordBoundary',
          Data: {
            Offset: ms * 10_000,
            Duration: lengthMs * 10_000,
            text: { Text: word, Length: word.length, BoundaryType: boundary },
          },
        })),
      );
    else if (fault !== 'empty') {
      const head = Buffer.from(`X-RequestId:${id}\r\nX-StreamId:S1\r\nPath:audio\r\n`);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(head.byteLength);
      socket.send(Buffer.concat([length, head, event.audio]));
    }
  }
  if (limit < events.length) return false;
  metadata([{ Type: 'SessionEnd', Data: { Offset: 0 } }]);
  text('turn.end', {});
  return true;
}

function viseme(id: number, ms: number): unknown {
  return { Type: 'Viseme', Data: { Offset: ms * 10_000, VisemeId: id, IsLastAnimation: true } };
}
