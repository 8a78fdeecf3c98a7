import { z } from 'zod';
import { type CommentSource, commentParser } from '../../../src/comments/index.js';
import type { SourcePorts } from '../../../src/comments/sources/source-ports.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { fakeSockets } from './fake-chat-socket.js';
import { heard } from './heard.js';

/** A source on a fake clock, with fake sockets, or answers of HTTP by hand. */
export function sourceRig(open: (ports: SourcePorts) => CommentSource, fetch?: typeof globalThis.fetch) {
  const clock = new FakeClock();
  const sockets = fakeSockets();
  const told = heard();
  const stop = new AbortController();
  const source = open({
    ...{ clock, random: () => 0.5, fetch, openSocket: sockets.openSocket },
    ...{ parse: commentParser(z), maxLetters: 300 },
  });
  const done = source.start(told.listener, stop.signal);
  const close = async (): Promise<void> => {
    stop.abort();
    await done;
  };
  return { clock, sockets, ...told, done, close };
}
