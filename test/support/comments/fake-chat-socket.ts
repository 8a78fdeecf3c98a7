import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';

/** As much of ws's socket as a chat needs, driven by hand. */
export class FakeChatSocket extends EventEmitter {
  readonly sent: string[] = [];
  pings = 0;
  isTerminated = false;

  send(text: string): void {
    this.sent.push(text);
  }

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  say(value: unknown): void {
    this.emit('message', Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), false);
  }
}

/** Opens fake sockets and keeps them, with where they were meant to lead. */
export function fakeSockets() {
  const opened: FakeChatSocket[] = [];
  const urls: string[] = [];
  const openSocket = (url: string): WebSocket => {
    const socket = new FakeChatSocket();
    opened.push(socket);
    urls.push(url);
    return socket as unknown as WebSocket;
  };
  const last = (): FakeChatSocket => {
    const socket = opened.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  };
  return { opened, urls, openSocket, last };
}
