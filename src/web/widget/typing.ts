import { type Clock, sleep } from '../../runtime/clock.js';

/** The rests that a voice makes, at which a typist rests too, milliseconds. @source The popup chat tutorial; the Japanese signs are ours. */
const COMMA_MS = 40;
const PERIOD_MS = 70;
const COMMAS = /[,、，]/g;
const PERIODS = /[.。．]/g;

/** Letters as readers see them: of one or several code points. */
export function lettersOf(text: string): string[] {
  if (typeof Intl.Segmenter !== 'function') return [...text];
  return [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(
    ({ segment }) => segment,
  );
}

/**
 * How long one letter takes so that a text is complete when its sound is: (length of the sound + 40 ms for each comma + 70 ms for each
 * period) / number of letters.
 *
 * @param audioSeconds - length of the sound. Undefined or 0: there is none.
 * @param otherwiseMs - then.
 */
export function letterMs(text: string, audioSeconds: number | undefined, otherwiseMs: number): number {
  const letters = lettersOf(text).length;
  if (audioSeconds === undefined || !(audioSeconds > 0) || letters === 0) return otherwiseMs;
  const rests = COMMA_MS * (text.match(COMMAS)?.length ?? 0) + PERIOD_MS * (text.match(PERIODS)?.length ?? 0);
  return (audioSeconds * 1000 + rests) / letters;
}

export interface TypingOptions {
  readonly clock: Clock;
  /** 0: all at once. */
  readonly letterMs: number;
  /** Fired: what is left is written at once. */
  readonly signal: AbortSignal;
}

/**
 * Writes a text letter by letter, the next one when it is due whatever the last one took; what became due together is written together.
 *
 * @param write - given a stretch of the text, in order.
 */
export async function typeText(
  text: string,
  write: (letters: string) => void,
  { clock, letterMs: eachMs, signal }: TypingOptions,
): Promise<void> {
  const letters = lettersOf(text);
  const startMs = clock.nowMs();
  let written = 0;
  while (written < letters.length) {
    const isAtOnce = signal.aborted || eachMs <= 0;
    const due = isAtOnce ? letters.length : 1 + Math.floor((clock.nowMs() - startMs) / eachMs);
    const until = Math.min(letters.length, Math.max(written + 1, due));
    write(letters.slice(written, until).join(''));
    written = until;
    // The last letter lasts as long as any.
    if (!isAtOnce) await sleep(clock, startMs + written * eachMs - clock.nowMs(), signal).catch(() => {});
  }
}
