import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { ConfigError, errorText, once, orAborted, RequestError } from '../runtime/index.js';
import { type CommandContext, textArg, textListArg } from './context.js';

/** Longer than any book. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** A text that is whole, or one that is still being written. */
export type SpokenText = string | AsyncIterable<string>;

/**
 * What `say` is to say, in the order in which it is: one text, or from a keyboard one for each line.
 *
 * @throws {ConfigError} BRIDGE_ERR_USAGE; {RequestError} BRIDGE_ERR_SPEECH_TEXT - the file cannot be read.
 */
export async function spokenTexts(context: CommandContext): Promise<AsyncIterable<SpokenText>> {
  const words = textListArg(context.args, 'text');
  const file = textArg(context.args, 'file');
  const isInput = words.length === 1 && words[0] === '-';
  if (words.length > 0 === (file !== undefined)) {
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      file === undefined
        ? 'Expected a text to say, - for standard input, or --file FILE'
        : 'Expected a text or --file, got both',
    );
  }
  if (file !== undefined) return once(await textOf(file));
  if (!isInput) return once(words.join(' '));
  const { stdin, drain } = context.io;
  const chunks = decoded(stdin, drain);
  return 'isTTY' in stdin && stdin.isTTY === true ? lines(chunks) : once(chunks);
}

async function* lines(chunks: AsyncIterable<string>): AsyncGenerator<SpokenText> {
  let line = '';
  for await (const chunk of chunks) {
    const parts = (line + chunk).split('\n');
    line = parts.pop() ?? '';
    for (const part of parts) if (part.trim() !== '') yield part;
  }
  if (line.trim() !== '') yield line;
}

/** UTF-8; what is none becomes U+FFFD, which nobody speaks. Ends with the signal too, whether or not anything comes. */
async function* decoded(bytes: Readable, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const chunks = (bytes as AsyncIterable<Uint8Array | string>)[Symbol.asyncIterator]();
  while (!signal.aborted) {
    const next = await orAborted(chunks.next(), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      return undefined;
    });
    if (next === undefined || next.done === true) break;
    yield typeof next.value === 'string' ? next.value : decoder.decode(next.value, { stream: true });
  }
  yield decoder.decode();
}

async function textOf(path: string): Promise<string> {
  try {
    const parts: Buffer[] = [];
    let bytes = 0;
    // A pipe or a device does not say how much it has.
    for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
      bytes += part.byteLength;
      if (bytes > MAX_FILE_BYTES) throw new Error(`the most is ${MAX_FILE_BYTES} bytes, and it has more`);
      parts.push(part);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch (error) {
    throw new RequestError(
      'BRIDGE_ERR_SPEECH_TEXT',
      `Expected a readable text file in UTF-8, got ${path}: ${errorText(error)}`,
    );
  }
}
