import type { Socket } from 'node:net';

/**
 * What MMDAgent-EX understands: after anything but 101 it tries again in 0.5 s, after 429 with exactly this reason
 * phrase in 0.2 s on another path (`/chat` becomes `/chat-1`, then `/chat-1-2`).
 */
const REASONS = {
  400: 'Bad Request',
  404: 'Not Found',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
} as const;

export type HttpStatus = keyof typeof REASONS;

/** Answers an HTTP request on its bare socket and ends it. */
export function answerAndEnd(socket: Socket, status: HttpStatus): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const upgrade = status === 426 ? 'Upgrade: websocket\r\n' : '';
  const head = `HTTP/1.1 ${status} ${REASONS[status]}\r\n${upgrade}Connection: close\r\nContent-Length: 0\r\n\r\n`;
  socket.end(head, () => socket.destroy());
}
