import { type LipPhoneme, type LipTimelineOptions, lipTimeline } from './lip-timeline.js';
import { nameByText } from './name-by-text.js';

/** A viseme event: a number from 0 to 21 and where in the sound it begins (Azure counts in units of 100 ns). */
export interface Viseme {
  readonly id: number;
  readonly startMs: number;
}

export interface AzureVisemeOptions extends Pick<LipTimelineOptions, 'durationMs'> {
  /** BCP 47 of the voice. In Japanese the same numbers mean other sounds. */
  readonly language: string;
  /** What is said, as lip.txt names, where it is known: decides what the numbers leave open. */
  readonly phonemes?: readonly string[];
}

interface Heard {
  readonly id: number;
  readonly lengthMs: number;
  /** Of the visemes around it; 0 beyond the ends. */
  readonly before: number;
  readonly next: number;
  readonly nextButOne: number;
}

interface Named {
  readonly phoneme: string;
  readonly orElse?: readonly string[];
}

/** Shorter, and it is a glide into the vowel behind it. */
const LONGEST_W_MS = 80;
const LONGEST_Y_MS = 60;
/** Shorter, and it is the stop of ツ; ん has a beat of its own. */
const LONGEST_STOP_MS = 60;

/** @source lipsync.md 7.6: what each number may stand for, as lip.txt names */
const ENGLISH: readonly string[] =
  'sil|ah ae ax axr|aa|ao|eh uh ey|er axr|iy ih y|uw w|ow|aw|oy|ay|hh|r|l|s z|sh ch jh zh|th dh|f v|t d n th|k g ng|m p b'.split(
    '|',
  );
const JAPANESE: readonly string[] =
  'sil|a|a|o|u e|e|i y|w u|o|a|o|a|h hy|r ry|r ry|s z ts|sh ch j|s z|f v|t d n r ny ry ts N cl|k g ky gy cl|m b p my by py N'.split(
    '|',
  );
const ENGLISH_NAMES = ENGLISH.map((names) => names.split(' '));
const JAPANESE_NAMES = JAPANESE.map((names) => names.split(' '));
const EMPTY: readonly string[] = [];

/**
 * The viseme events of Azure's speech as a time line of phonemes.
 *
 * Several sounds share a number. What their order and length tell is used: in Japanese 19 is ん before a pause or consonant, the
 * stop of ツ before a short 15, and no sound at all where a vowel begins a phrase; a short 6 before a vowel is `y`; 7 before 4 is
 * う. What stays open (4 is `u` or `e`) has the other name in `orElse`. With `phonemes` all are named by the text.
 *
 * @param visemes - in the order of time; numbers outside 0 to 21 are silence.
 * @source lipsync.md 7.6
 */
export function azureVisemeTimeline(visemes: readonly Viseme[], options: AzureVisemeOptions): LipPhoneme[] {
  const isJapanese = /^ja\b/i.test(options.language);
  const endMs = options.durationMs ?? (visemes.at(-1)?.startMs ?? 0) + 100;
  const lengthAt = (index: number): number =>
    (visemes[index + 1]?.startMs ?? endMs) - (visemes[index]?.startMs ?? endMs);
  const idAt = (index: number): number => visemes[index]?.id ?? 0;
  const named = visemes.map((viseme, index) => {
    const heard: Heard = {
      id: viseme.id,
      lengthMs: lengthAt(index),
      before: idAt(index - 1),
      next: idAt(index + 1),
      nextButOne: idAt(index + 2),
    };
    return isJapanese ? japaneseName(heard) : englishName(heard);
  });
  const kinds = isJapanese ? JAPANESE_NAMES : ENGLISH_NAMES;
  const byText = nameByText(
    visemes.map(({ id }) => kinds[id] ?? EMPTY),
    options.phonemes ?? [],
  );
  return lipTimeline(
    named.map((byRule, index) => {
      const startMs = visemes[index]?.startMs ?? 0;
      const written = byText[index];
      const name = written === undefined ? byRule : { phoneme: written };
      return { ...name, startMs, endMs: startMs + Math.max(0, lengthAt(index)) };
    }),
    options.durationMs === undefined ? {} : { durationMs: options.durationMs },
  );
}

function englishName({ id, lengthMs, next }: Heard): Named {
  const isBeforeVowel = next >= 1 && next <= 11;
  if (id === 7 && isBeforeVowel && lengthMs < LONGEST_W_MS) return { phoneme: 'w', orElse: ['uw'] };
  if (id === 6 && isBeforeVowel && next !== 6 && lengthMs < LONGEST_Y_MS)
    return { phoneme: 'y', orElse: ['iy'] };
  if (id === 4) return { phoneme: 'eh', orElse: ['uh'] };
  return { phoneme: ENGLISH_NAMES[id]?.[0] ?? 'sil' };
}

function japaneseName(heard: Heard): Named {
  const { id, lengthMs, before, next } = heard;
  if (id === 4) return before === 7 ? { phoneme: 'u' } : { phoneme: 'u', orElse: ['e'] };
  if (id === 7) return next === 4 ? { phoneme: 'u' } : { phoneme: 'w' };
  if (id === 6) {
    const isGlide = lengthMs < LONGEST_Y_MS && (next === 2 || next === 4 || next === 8);
    return isGlide ? { phoneme: 'y', orElse: ['i'] } : { phoneme: 'i' };
  }
  if (id === 19) return japaneseTongueTip(heard);
  return { phoneme: JAPANESE_NAMES[id]?.[0] ?? 'sil' };
}

/** タ, ナ and ラ rows, ん, ツ, and the beginning of a vowel. */
function japaneseTongueTip({ lengthMs, before, next, nextButOne }: Heard): Named {
  const isBeforeVowel = next >= 1 && next <= 11;
  if (isBeforeVowel && before === 0 && next !== 7 && next !== 6)
    return { phoneme: JAPANESE_NAMES[next]?.[0] ?? 'sil', orElse: ['t', 'n'] };
  if (isBeforeVowel) return { phoneme: 't', orElse: ['n'] };
  if (next === 15 && nextButOne === 4 && lengthMs < LONGEST_STOP_MS) return { phoneme: 't', orElse: ['N'] };
  return { phoneme: 'N', orElse: ['t'] };
}
