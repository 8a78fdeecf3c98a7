import type { LipTable } from './lip-table.js';
import { MOTION_FRAME_MS } from './motion-frames.js';
import type { TimedPhoneme } from './timed-phoneme.js';

/** Shorter phonemes still take a whole frame in MMDAgent-EX and push all others back. */
export const MIN_PHONEME_MS = Math.ceil(MOTION_FRAME_MS);

/** Lips that do not meet on these are what people notice. */
const LIP_CLOSURES: ReadonlySet<string> = new Set(['p', 'py', 'b', 'by', 'm', 'my']);

interface Piece {
  phoneme: string;
  startMs: number;
  endMs: number;
}

/**
 * Leaves no phoneme shorter than one frame, without moving the ends of the whole.
 *
 * What matters is kept and takes the missing time from a neighbour that can spare it: lips that close, and a mouth that opens
 * wider than on both sides. Any other short phoneme gives its time to its neighbours.
 *
 * @param phonemes - without gaps and overlaps.
 * @returns The same stretch of time. One phoneme stays, however short it is.
 */
export function mergeShort(phonemes: readonly TimedPhoneme[], table: LipTable): TimedPhoneme[] {
  const pieces: Piece[] = phonemes.map((phoneme) => ({ ...phoneme }));
  const kept: Piece[] = [];
  for (const [index, piece] of pieces.entries()) {
    const before = kept.at(-1);
    const after = pieces[index + 1];
    const missingMs = MIN_PHONEME_MS - lengthOf(piece);
    if (missingMs <= 0 || (before === undefined && after === undefined)) {
      kept.push(piece);
      continue;
    }
    if (matters(piece, before, after, table) && stretch(piece, before, after, missingMs)) {
      kept.push(piece);
      continue;
    }
    const joinsBelowMs = LIP_CLOSURES.has(piece.phoneme) ? 2 * MIN_PHONEME_MS : MIN_PHONEME_MS;
    if (after !== undefined && (before === undefined || lengthOf(after) < joinsBelowMs))
      joinForward(piece, after, table);
    else if (before !== undefined) giveAway(piece, before, after);
  }
  return kept.filter((piece) => piece.endMs > piece.startMs);
}

function matters(
  piece: Piece,
  before: Piece | undefined,
  after: Piece | undefined,
  table: LipTable,
): boolean {
  if (LIP_CLOSURES.has(piece.phoneme)) return true;
  const opening = table.openingOf(piece.phoneme);
  return [before, after].every((other) => other === undefined || opening > table.openingOf(other.phoneme));
}

/** Takes time from a neighbour that stays long enough. The one before first: the mouth is early rather than late. */
function stretch(
  piece: Piece,
  before: Piece | undefined,
  after: Piece | undefined,
  missingMs: number,
): boolean {
  if (before !== undefined && lengthOf(before) - missingMs >= MIN_PHONEME_MS) {
    before.endMs -= missingMs;
    piece.startMs = before.endMs;
    return true;
  }
  if (after !== undefined && lengthOf(after) - missingMs >= MIN_PHONEME_MS) {
    after.startMs += missingMs;
    piece.endMs = after.startMs;
    return true;
  }
  return false;
}

/** Two short ones become one, with the name of what matters more. */
function joinForward(piece: Piece, after: Piece, table: LipTable): void {
  after.startMs = piece.startMs;
  const isClosure = LIP_CLOSURES.has(piece.phoneme) && lengthOf(after) < 2 * MIN_PHONEME_MS;
  const isAfterClosure = LIP_CLOSURES.has(after.phoneme);
  const isWider = table.openingOf(piece.phoneme) > table.openingOf(after.phoneme);
  if (isClosure || (isWider && !isAfterClosure && lengthOf(after) < 2 * MIN_PHONEME_MS))
    after.phoneme = piece.phoneme;
}

function giveAway(piece: Piece, before: Piece, after: Piece | undefined): void {
  before.endMs = after === undefined ? piece.endMs : piece.startMs + lengthOf(piece) / 2;
  if (after !== undefined) after.startMs = before.endMs;
}

function lengthOf(piece: Piece): number {
  return piece.endMs - piece.startMs;
}
