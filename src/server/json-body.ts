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

/** @throws {HttpRefusal} 413; an error of the stream that ended too early. */
export async function readBytes(
  request: IncomingMessage,
  { maxBytes, idleMs, clock, tooLarge }: Omit<JsonBodyOptions, 'wrong'>,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const giveUp = (): void => void request.destroy(new Error(`nothing came for ${idleMs} ms`));
  let idle = clock.after(idleMs, giveUp);
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      idle.cancel();
      bytes += piece.byteLength;
      if (bytes > maxBytes) throw tooLarge();
      pieces.push(piece);
      idle = clock.after(idleMs, giveUp);
    }
  } finally {
    idle.cancel();
  }
  return Buffer.concat(pieces);
}
