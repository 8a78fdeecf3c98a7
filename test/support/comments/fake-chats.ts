import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { chatItem, chatPage, LIVE_VIDEO } from './youtube-answers.js';

/** A platform on loopback, as far as one source sees it. */
export interface FakeChat {
  /** Of the source, in the settings. */
  readonly options: object;
  /** Somebody writes. Waits until the source can hear it. */
  say(id: string, text: string): Promise<void>;
  /** Something that is nothing: of the platform's own kind of transport. */
  garbage: readonly (() => Promise<void>)[];
  /** Lets every connection break; the next is served again. */
  drop(): Promise<void>;
  readonly connections: number;
  /** What clients sent, or the paths they asked for. */
  readonly received: readonly string[];
  close(): Promise<void>;
}

export interface ChatKind {
  readonly open: () => Promise<FakeChat>;
}

export const FAKE_CHATS: Readonly<Record<string, ChatKind>> = {
  websocket: {
    open: () =>
      socketChat({
        options: (url) => ({ type: 'websocket', url: `${url}/comments`, silenceMs: 1000 }),
        line: (id, text) => JSON.stringify({ id, text, author: { id: 'u', name: 'Aki' }, atMs: Date.now() }),
        hostile: ['{', '[]', '{"text":{"a":1}}', '"x"', `{"text":"${'x'.repeat(100_000)}"}`],
      }),
  },
  onecomme: {
    open: () =>
      socketChat({
        options: (url) => ({ type: 'onecomme', url: `${url}/sub`, silenceMs: 1000 }),
        line: (id, text) => {
          const data = { id, userId: 'u', name: 'Aki', comment: text, timestamp: new Date().toISOString() };
          return JSON.stringify({
            type: 'comments',
            data: { comments: [{ id: 'f', service: 'youtube', data }] },
          });
        },
        hostile: ['{', '[]', '{"type":"comments","data":{"comments":[null,{"data":{"comment":"<img"}}]}}'],
      }),
  },
  twitch: {
    open: () =>
      socketChat({
        options: (url) => ({ type: 'twitch', channel: 'dev', baseUrl: url, silenceMs: 1000 }),
        line: (id, text) =>
          `@display-name=Aki;id=${id};tmi-sent-ts=${Date.now()};user-id=u :aki!a@b PRIVMSG #dev :${text}\r\n`,
        hostile: ['\r\n\r\n', '@@@@', ':\u0000', '@emotes=1:0-99999 :a PRIVMSG #dev :', '🦖'.repeat(5000)],
        onMessage: (socket, text) => {
          if (text.startsWith('JOIN')) socket.send('@room-id=1 :tmi.twitch.tv ROOMSTATE #dev\r\n');
          if (text.startsWith('PING')) socket.send(':tmi.twitch.tv PONG tmi.twitch.tv :x\r\n');
        },
      }),
  },
  youtube: { open: youTubeChat },
};

interface SocketChatSpec {
  readonly options: (url: string) => object;
  readonly line: (id: string, text: string) => string;
  readonly hostile: readonly string[];
  readonly onMessage?: (socket: WebSocket, text: string) => void;
}

async function socketChat({ options, line, hostile, onMessage }: SocketChatSpec): Promise<FakeChat> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const received: string[] = [];
  let connections = 0;
  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    connections += 1;
    received.push(request.url ?? '');
    socket.on('error', () => {});
    socket.on('message', (data) => {
      received.push(String(data));
      onMessage?.(socket, String(data));
    });
  });
  const send = async (data: string | Buffer): Promise<void> => {
    for (const socket of server.clients) socket.send(data);
  };
  return {
    options: options(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`),
    say: (id, text) => send(line(id, text)),
    garbage: [...hostile.map((text) => () => send(text)), () => send(Buffer.from([0, 255, 1, 254, 13, 10]))],
    drop: async () => {
      for (const socket of server.clients) socket.terminate();
    },
    get connections() {
      return connections;
    },
    received,
    close: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate();
        server.close(() => resolve());
      }),
  };
}

async function youTubeChat(): Promise<FakeChat> {
  const received: string[] = [];
  const items: object[] = [];
  /** Answers that are given once in place of the right one. */
  const wrong: string[] = [];
  let drops = 0;
  const server = createServer((request, response) => {
    received.push(request.url ?? '');
    const url = new URL(request.url ?? '', 'http://h');
    if (drops > 0) {
      drops -= 1;
      request.socket.destroy();
      return;
    }
    response.setHeader('content-type', 'application/json');
    if (url.pathname.endsWith('/videos')) return void response.end(JSON.stringify(LIVE_VIDEO));
    const body = wrong.shift();
    if (body !== undefined) return void response.end(body);
    const from = Number(url.searchParams.get('pageToken') ?? items.length);
    response.end(
      JSON.stringify(chatPage(items.slice(from), String(items.length), { pollingIntervalMillis: 1 })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/youtube/v3`;
  const answer = (body: string) => async (): Promise<void> => void wrong.push(body);
  return {
    options: { type: 'youtube', video: 'abcdefghijk', apiKey: 'test-key-123456', baseUrl, pollMs: 1000 },
    say: async (id, text) => {
      const publishedAt = new Date().toISOString();
      items.push(chatItem({ publishedAt, displayMessage: text }, {}, id));
    },
    garbage: [
      '{',
      '[]',
      'null',
      '{"items":{}}',
      '\u0000\u00ff',
      `{"items":["${'x'.repeat(5_000_000)}"]}`,
    ].map(answer),
    drop: async () => {
      drops += 1;
    },
    // Each question is a connection of its own, as far as a source cares.
    get connections() {
      return received.length;
    },
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
