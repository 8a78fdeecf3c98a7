import type { WebSocket } from 'ws';
import type { ControlChannel, ControlErrorBody, ControlFrame, RequestName } from '../control/index.js';
import type { Clock, Timer } from '../runtime/index.js';
import { endWhenDead } from './keep-alive.js';

/** The page may not end what others speak through. */
const FORBIDDEN: ReadonlySet<string> = new Set<RequestName>(['stop', 'closeLink']);
/** A browser that reads this much too slowly loses what is worthless when late; beyond the second its connection. */
const LOSSY_FROM_BYTES = 512 * 1024;
const GIVE_UP_BYTES = 8 * 1024 * 1024;
/** The start of events that may be left out, as the daemon writes them. */
const LOSSY_EVENT = /^\{"seq":(\d+),"event":"(?:streamPosition|tapMouth|laneLevel|message|sent|laneState)"/;
/** So much may wait for the daemon before the browser is not read any more. */
const PAUSE_FROM_BYTES = 1024 * 1024;
const PAUSE_MS = 10;

/**
 * Passes frames of the control protocol between a browser and the daemon, one to one, until either closes.
 *
 * Buffers stay bounded both ways: a fast browser is not read while the daemon is behind, a slow one loses taps and then
 * its connection. A browser that does not answer two pings is gone.
 */
export function relayControl(socket: WebSocket, channel: ControlChannel, clock: Clock): void {
  let resume: Timer | undefined;
  let dropped = 0;
  let droppedSeq = 0;
  const unwatch = endWhenDead(socket, clock);
  socket.binaryType = 'nodebuffer';
  const offFrame = channel.events.on('frame', toBrowser);
  const offClosed = channel.events.on('closed', () => {
    end();
    // 1012: the service restarts; the page comes back by itself.
    socket.close(1012);
  });
  socket.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    if (isBinary) channel.send({ kind: 'sound', bytes });
    else requestFromBrowser(bytes.toString('utf8'));
    if (channel.bufferedBytes > PAUSE_FROM_BYTES) pause();
  });
  // `close` follows.
  socket.on('error', () => {});
  socket.on('close', () => {
    end();
    channel.close();
  });

  function toBrowser(frame: ControlFrame): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > GIVE_UP_BYTES) {
      socket.terminate();
      return;
    }
    const isLate = socket.bufferedAmount > LOSSY_FROM_BYTES;
    if (frame.kind === 'sound') {
      if (!isLate) socket.send(frame.bytes);
      return;
    }
    const seq = isLate ? LOSSY_EVENT.exec(frame.text)?.[1] : undefined;
    if (seq !== undefined) {
      dropped++;
      droppedSeq = Number(seq);
      return;
    }
    if (dropped > 0) {
      socket.send(JSON.stringify({ seq: droppedSeq, event: 'lagged', dropped }));
      dropped = 0;
    }
    socket.send(frame.text);
  }

  function requestFromBrowser(text: string): void {
    const forbidden = forbiddenRequest(text);
    if (forbidden === undefined) channel.send({ kind: 'json', text });
    else socket.send(JSON.stringify(forbidden));
  }

  function pause(): void {
    socket.pause();
    resume ??= clock.after(PAUSE_MS, () => {
      resume = undefined;
      if (channel.bufferedBytes > PAUSE_FROM_BYTES) pause();
      else socket.resume();
    });
  }

  function end(): void {
    offFrame();
    offClosed();
    unwatch();
    resume?.cancel();
  }
}

/** The answer to a request that is not passed on; undefined for all others, also for text that is none. */
function forbiddenRequest(text: string): { id: number; error: ControlErrorBody } | undefined {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch {
    // The daemon says what is wrong with it.
    return undefined;
  }
  if (typeof request !== 'object' || request === null || !('do' in request)) return undefined;
  if (typeof request.do !== 'string' || !FORBIDDEN.has(request.do)) return undefined;
  const id = 'id' in request && typeof request.id === 'number' ? request.id : 0;
  const message = `The page may not ask for ${request.do}: use the command line, mmdagent-bridge daemon`;
  return { id, error: { code: 'BRIDGE_ERR_CONTROL_PROTOCOL', message, retryable: false } };
}
