export interface PieceLimits {
  /** How much of the program's memory a piece takes. */
  readonly size: (piece: string) => number;
  readonly maxSize: number;
  /** Short sentences stay together up to so many letters, since a program pauses at both ends of what it says. */
  readonly joinedLetters: number;
}

const SENTENCE_END = /(?<=[。！？]["'”’」』）)\]]*)(?!["'”’」』）)\]])|(?<=[.!?…]["'”’」』）)\]]*\s+)(?=\S)/u;
/** Where a sentence may be cut that is too long, best first. */
const CUTS = [/[、，;；:：]/u, /[\s　]/u, /[をにはがでとも]/u] as const;

/**
 * One-line pieces of a text, cut between sentences where that may be, none above the limit.
 *
 * Control characters and line ends become blanks. Letters outside the basic plane are not cut in two.
 */
export function spokenPieces(text: string, limits: PieceLimits): string[] {
  return text
    .split(/[\r\n\u2028\u2029]+/)
    .flatMap((line) => joined(line.split(SENTENCE_END), limits.joinedLetters))
    .map((piece) => piece.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim())
    .flatMap((piece) => fitting(piece, limits))
    .filter((piece) => piece !== '');
}

function joined(sentences: readonly string[], letters: number): string[] {
  const pieces: string[] = [];
  for (const sentence of sentences) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + sentence.length <= letters)
      pieces[pieces.length - 1] = last + sentence;
    else pieces.push(sentence);
  }
  return pieces;
}

function fitting(sentence: string, limits: PieceLimits): string[] {
  const pieces: string[] = [];
  let rest = sentence;
  while (limits.size(rest) > limits.maxSize) {
    const head = longestHead(rest, limits);
    const cut = cutIn(head);
    pieces.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  pieces.push(rest);
  return pieces;
}

function longestHead(text: string, { size, maxSize }: PieceLimits): string {
  let head = '';
  let total = 0;
  for (const letter of text) {
    total += size(letter);
    if (total > maxSize) break;
    head += letter;
  }
  // A limit below one letter would never end.
  return head === '' ? ([...text][0] ?? '') : head;
}

function cutIn(head: string): number {
  const letters = [...head];
  for (const cut of CUTS) {
    const at = letters.findLastIndex((letter) => cut.test(letter));
    if (at > letters.length / 2) return letters.slice(0, at + 1).join('').length;
  }
  return head.length;
}
