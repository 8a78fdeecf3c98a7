import type { Writable } from 'node:stream';
import { type DestinationStream, destination, pino } from 'pino';
import type { Logger } from '../runtime/index.js';

export interface LoggerOptions {
  readonly level: string;
  /** Lines go there instead of stderr. */
  readonly file: string | undefined;
  readonly stderr: Writable;
}

/** Never written out, wherever they stand. */
const SECRETS = [
  'key',
  'apiKey',
  'token',
  'authorization',
  'password',
  '*.key',
  '*.apiKey',
  '*.token',
  '*.authorization',
  '*.password',
];

/** pino on stderr or in a file: JSON lines, static texts, secrets masked. stdout is never touched: it may be the message bus. */
export function createLogger(options: LoggerOptions): Logger {
  // Synchronous, so that the last words of a process are not lost.
  const stream: DestinationStream =
    options.file === undefined
      ? { write: (line) => options.stderr.write(line) }
      : destination({ dest: options.file, sync: true, mkdir: true });
  return pino(
    { level: options.level, redact: { paths: SECRETS, censor: '***' }, base: { pid: process.pid } },
    stream,
  );
}
