import type { ReplyPiece } from '../expression/index.js';
import { tagsOf } from './delivery.js';
import type { EntryPiece, HistoryEntry } from './history-entry.js';
import type { PieceReader } from './ports.js';

/** Hands on a reply that is there as a whole: an operator's, a canned line, an apology. */
export function givePieces(
  text: string,
  options: {
    readonly reader: PieceReader;
    readonly entry: HistoryEntry;
    readonly onPiece: (piece: ReplyPiece, entry: EntryPiece) => void;
  },
): void {
  const step = options.entry.beginAnswer();
  for (const piece of [...options.reader.push(text), ...options.reader.end()]) {
    const entry: EntryPiece = { raw: piece.raw, text: piece.text, tags: tagsOf(piece), spoken: 'waiting' };
    step.pieces.push(entry);
    options.onPiece(piece, entry);
  }
}
