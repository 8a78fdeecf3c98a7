import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Recognizer } from '../../../src/speech/index.js';
import {
  createRecognizer,
  type RecognizerOptions,
  type RecognizerPorts,
  type RecognizerType,
  STT_ENGINE_SCHEMAS,
} from '../../../src/speech/stt/index.js';

/** What becomes of a request that carries sound. */
export type HearingFault =
  | 'whole'
  | 'silent'
  | 'half'
  | 'cut'
  | 'garbage'
  | 'nothing'
  | { readonly text: string }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A vendor of hearing that runs, with one fault at a time. */
export interface HearingVendor {
  fault: HearingFault;
  readonly url: string;
  readonly requests: readonly HearingRequest[];
  /** Clients that went away before the answer was whole. */
  readonly leftEarly: number;
  create(ports: RecognizerPorts, changes?: Readonly<Record<string, unknown>>): Recognizer;
  close(): Promise<void>;
}

export interface HearingRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HearingScript {
  readonly type: RecognizerType;
  readonly options: (url: string) => Readonly<Record<string, unknown>>;
  /** The answer of HTTP; `text` undefined: nothing was heard. */
  readonly answer: (text: string | undefined) => { readonly type: string; readonly body: string };
}

/** Options through their schema, as config does it. */
export function hearingOptions(
  type: RecognizerType,
  options: Readonly<Record<string, unknown>>,
): RecognizerOptions {
  return STT_ENGINE_SCHEMAS[type].schema(z).parse({ type, ...options });
}

export const HEARD_TEXT = 'The weather is fine today.';

/** A vendor that takes sound by HTTP. */
export async function startHearingVendor(script: HearingScript): Promise<HearingVendor> {
  const requests: HearingRequest[] = [];
  const vendor = { fault: 'whole' as HearingFault, leftEarly: 0 };
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) vendor.leftEarly++;
    });
    void (async () => {
      requests.push(await readRequest(request));
      const { fault } = vendor;
      if (typeof fault === 'object' && 'status' in fault) {
        response.writeHead(fault.status, fault.headers).end(fault.body);
        return;
      }
      if (fault === 'silent') return;
      const { type, body } = script.answer(textOf(fault));
      if (fault === 'garbage')
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hotel</html>');
      else if (fault === 'half' || fault === 'cut') {
        response.writeHead(200, { 'content-type': type });
        response.write(body.slice(0, body.length >> 1));
        if (fault === 'cut') setTimeout(() => response.socket?.destroy(), 30);
      } else response.writeHead(200, { 'content-type': type }).end(body);
    })().catch(() => response.destroy());
  });
  const url = await listening(server);
  return {
    get fault() {
      return vendor.fault;
    },
    set fault(fault) {
      vendor.fault = fault;
    },
    get leftEarly() {
      return vendor.leftEarly;
    },
    url,
    requests,
    create: (ports, changes = {}) =>
      createRecognizer(
        {
          name: 'the-ear',
          options: hearingOptions(script.type, { ...script.options(url), ...changes }),
        },
        ports,
      ),
    close: () => closed(server),
  };
}

function textOf(fault: HearingFault): string | undefined {
  if (typeof fault === 'object' && 'text' in fault) return fault.text;
  return fault === 'nothing' ? undefined : HEARD_TEXT;
}

/** What a client of the Azure protocol said on one connection. */
export interface AzureTalk {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly path: string;
  readonly messages: { readonly path: string; readonly requestId: string; readonly body: string }[];
  readonly sound: Buffer[];
}

export interface AzureVendor extends HearingVendor {
  readonly talks: readonly AzureTalk[];
  /** Sent for each piece of sound, in place of the usual hypothesis. */
  onSound: ((send: (path: string, body: object) => void, count: number) => void) | undefined;
}

/** The Speech service by its published protocol, written from its description and not from our code. */
export async function startAzureVendor(key: string): Promise<AzureVendor> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const talks: AzureTalk[] = [];
  const requests: HearingRequest[] = [];
  const vendor = {
    fault: 'whole' as HearingFault,
    leftEarly: 0,
    onSound: undefined as AzureVendor['onSound'],
  };
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const { fault } = vendor;
    socket.on('error', () => {});
    const url = new URL(request.url ?? '/', 'http://server');
    const seen = {
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers as Record<string, string>,
    };
    requests.push({ ...seen, body: Buffer.alloc(0) });
    if (typeof fault === 'object' && 'status' in fault) {
      const lines = Object.entries(fault.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
      const body = fault.body ?? '';
      socket.end(
        `HTTP/1.1 ${fault.status} No\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (peer) => {
      const talk: AzureTalk = { ...seen, messages: [], sound: [] };
      talks.push(talk);
      serveAzure(peer, talk, vendor);
    });
  });
  const url = await listening(server);
  return {
    get fault() {
      return vendor.fault;
    },
    set fault(fault) {
      vendor.fault = fault;
    },
    get leftEarly() {
      return vendor.leftEarly;
    },
    get onSound() {
      return vendor.onSound;
    },
    set onSound(onSound) {
      vendor.onSound = onSound;
    },
    url,
    requests,
    talks,
    create: (ports, changes = {}) =>
      createRecognizer(
        {
          name: 'the-ear',
          options: hearingOptions('azure', {
            apiKey: key,
            baseUrl: url.replace('http', 'ws'),
            ...changes,
          }),
        },
        ports,
      ),
    close: async () => {
      for (const peer of sockets.clients) peer.terminate();
      await closed(server);
    },
  };
}

const TICKS = 10_000;

function serveAzure(
  peer: WebSocket,
  talk: AzureTalk,
  vendor: { fault: HearingFault; leftEarly: number; onSound: AzureVendor['onSound'] },
): void {
  let hasAnswered = false;
  let id = '';
  peer.on('close', () => {
    if (!hasAnswered) vendor.leftEarly++;
  });
  const send = (path: string, body: object): void =>
    peer.send(
      `X-RequestId:${id}\r\nContent-Type:application/json; charset=utf-8\r\nPath:${path}\r\n\r\n${JSON.stringify(body)}`,
    );
  peer.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    const head = isBinary ? bytes.subarray(2, 2 + bytes.readUInt16BE(0)).toString('latin1') : String(bytes);
    const [headers = '', ...rest] = head.split('\r\n\r\n');
    const header = (name: string): string =>
      new RegExp(`^${name}\\s*:\\s*(.*)$`, 'im').exec(headers)?.[1]?.trim() ?? '';
    id = header('X-RequestId');
    if (!isBinary) {
      talk.messages.push({ path: header('Path'), requestId: id, body: rest.join('\r\n\r\n') });
      return;
    }
    const sound = bytes.subarray(2 + bytes.readUInt16BE(0));
    if (sound.byteLength > 0) {
      talk.sound.push(sound);
      if (talk.sound.length === 1 && vendor.fault !== 'silent') send('turn.start', { context: {} });
      else vendor.onSound?.(send, talk.sound.length - 1);
      return;
    }
    hasAnswered = answerAzure(peer, send, vendor.fault);
  });
}

/** @returns whether the answer is whole. */
function answerAzure(
  peer: WebSocket,
  send: (path: string, body: object) => void,
  fault: HearingFault,
): boolean {
  if (fault === 'silent') return false;
  send('speech.startDetected', { Offset: 100 * TICKS });
  const text = textOf(fault);
  if (fault === 'garbage') {
    peer.send('<html>hotel</html>');
    return true;
  }
  if (text !== undefined)
    send('speech.hypothesis', { Text: text.slice(0, text.length >> 1), Offset: 0, Duration: 0 });
  if (fault === 'half') return false;
  if (fault === 'cut') {
    setTimeout(() => peer.terminate(), 30);
    return true;
  }
  if (text === undefined)
    send('speech.phrase', { RecognitionStatus: 'InitialSilenceTimeout', Offset: 0, Duration: 0 });
  else
    send('speech.phrase', {
      RecognitionStatus: 'Success',
      DisplayText: text,
      Offset: 0,
      Duration: 900 * TICKS,
      NBest: [
        {
          Confidence: 0.9,
          Lexical: text.toLowerCase(),
          Display: text,
          Words: text.split(' ').map((word, index) => ({
            Word: word,
            Offset: index * 100 * TICKS,
            Duration: 90 * TICKS,
          })),
        },
      ],
    });
  send('speech.endDetected', { Offset: 900 * TICKS });
  send('turn.end', {});
  return true;
}

async function readRequest(request: IncomingMessage): Promise<HearingRequest> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const url = new URL(request.url ?? '/', 'http://server');
  return {
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers as Record<string, string>,
    body: Buffer.concat(parts),
  };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
