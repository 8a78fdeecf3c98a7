import { open } from 'node:fs/promises';
import { errorText, RequestError } from '../runtime/index.js';
import { parseSessionLine, type SessionLine } from './session-line.js';

export interface ReadReport {
  /** 1 when the last line was cut off, as a crash leaves it, and was left out. */
  damagedLines: number;
}

/** Longer than any line that the recorder writes. */
const MAX_LINE_CHARS = 1_048_576;

/**
 * The lines of a messages.jsonl, one at a time.
 *
 * A damaged last line is left out and counted in `report`: a process that died, or still records, leaves one. The first line is
 * always `begin`.
 *
 * @throws {RequestError} BRIDGE_ERR_SESSION - the file cannot be read, or another line is damaged: with file and line number.
 */
export async function* sessionLines(
  path: string,
  report: ReadReport = { damagedLines: 0 },
): AsyncGenerator<SessionLine, void> {
  let number = 0;
  let fault: string | undefined;
  for await (const json of textLines(path)) {
    number++;
    // Only the last may be damaged: this one shows that there is more.
    if (fault !== undefined) throw damaged(path, number - 1, fault);
    const parsed = parseSessionLine(json);
    if ('fault' in parsed) {
      fault = parsed.fault;
      continue;
    }
    const isBegin = parsed.line.kind === 'begin';
    if (isBegin !== (number === 1))
      throw damaged(path, number, isBegin ? 'a second beginning' : 'no beginning');
    yield parsed.line;
  }
  if (number === 0) throw damaged(path, 1, 'the file is empty');
  if (number === 1 && fault !== undefined) throw damaged(path, 1, fault);
  report.damagedLines = fault === undefined ? 0 : 1;
}

/** Lines with the blank ones left as they are, so that numbers fit; a last one without an end counts. */
async function* textLines(path: string): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of fileBytes(path)) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARS) rest = rest.slice(0, MAX_LINE_CHARS);
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array, void> {
  try {
    const file = await open(path, 'r');
    try {
      for await (const bytes of file.createReadStream({ autoClose: false })) yield bytes as Uint8Array;
    } finally {
      await file.close();
    }
  } catch (error) {
    const advice = 'Expected a folder that --record wrote';
    throw new RequestError('BRIDGE_ERR_SESSION', `${path}: ${errorText(error)}. ${advice}`, { cause: error });
  }
}

function damaged(path: string, line: number, fault: string): RequestError {
  return new RequestError(
    'BRIDGE_ERR_SESSION',
    `${path}, line ${line}: expected a line that --record wrote, got ${fault}. Take the line out, or restore the file`,
  );
}
