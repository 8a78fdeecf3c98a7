import type { IncomingMessage } from 'node:http';
import type { Clock } from '../runtime/index.js';
import type { HttpRefusal } from './http-answer.js';

export interface JsonBodyOptions {
  readonly maxBytes: number;
  /** Given up when nothing came for so long, milliseconds. */
  readonly idleMs: number;
  readonly clock: Clock;
  /** For the refusal of more. */
  readonly tooLarge: () => HttpRefusal;
  /** Told what came, as it comes; what it throws ends the reading. @default nobody */
  readonly spend?: ((bytes: number) => void) | undefined;
  /** For the refusal of anything but a JSON object. */
  readonly wrong: () => HttpRefusal;
}

/** The JSON object in a request's body. @throws {HttpRefusal} 400, 413 */
export async function readJsonBody(
  request: IncomingMessage,
  options: JsonBodyOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const { maxBytes, tooLarge, wrong } = options;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const bytes = await readBytes(request, options);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw wrong();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong();
  return value as Readonly<Record<string, unknown>>;
}

/** @throws {HttpRefusal} 413; what `spend` throws; an error of the stream that ended too early. */
export async function readBytes(
  request: IncomingMessage,
  { maxBytes, tooLarge, ...options }: Omit<JsonBodyOptions, 'wrong'>,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of readPieces(request, options)) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/**
 * A body as it comes. Who stops reading leaves the connection as it is: the answer still has to go out on it.
 *
 * @throws what `spend` throws; an error of the stream that ended too early, or of which nothing came for too long.
 */
export async function* readPieces(
  request: IncomingMessage,
  { idleMs, clock, spend }: Pick<JsonBodyOptions, 'idleMs' | 'clock' | 'spend'>,
): AsyncGenerator<Buffer, void> {
  const giveUp = (): void => void request.destroy(new Error(`nothing came for ${idleMs} ms`));
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const idle = clock.after(idleMs, giveUp);
      const { done, value } = await pieces.next().finally(() => idle.cancel());
      if (done === true) return;
      spend?.(value.byteLength);
      yield value;
    }
  } finally {
    await pieces.return?.();
  }
}
