import type { Dictionary, DictionaryEntry } from './dictionary.js';
import { type Edit, MappedText, type TextRange } from './mapped-text.js';
import { abbreviationEdits } from './normalise-abbreviations.js';
import { characterForms } from './normalise-characters.js';
import { emojiEdits, kaomojiEdits } from './normalise-emoji.js';
import { characterEdits, hiddenEdits, xmlEdits } from './normalise-hidden.js';
import { blankEdits, breakEdits, bulletEdits, startEdits, tidyEdits } from './normalise-layout.js';
import { type LinkPolicy, linkEdits } from './normalise-links.js';
import { BLOCK_END, markdownEdits } from './normalise-markdown.js';
import { leftoverEdits, operatorEdits } from './normalise-signs.js';
import { englishNumberEdits } from './number-english.js';
import { japaneseNumberEdits, kanjiNumberEdits } from './number-japanese.js';
import { type LanguageRun, type RunLanguage, splitByLanguage } from './split-languages.js';
import type { SpokenLanguage } from './spoken-word.js';

export interface SpeakableOptions {
  /** Of text that does not show it by its letters, BCP 47. @default 'en' */
  readonly language?: string | undefined;
  /** How names and terms are said; what it gives is not changed any more. */
  readonly dictionary?: Dictionary | undefined;
  /** What is said of addresses of pages and people. @default 'site' */
  readonly links?: LinkPolicy | undefined;
  /** Whether Markdown marks are taken as such; `false` for text that is known to be plain. @default true */
  readonly markdown?: boolean | undefined;
  /** What is said of ``` blocks. @default 'drop' */
  readonly codeBlocks?: 'drop' | 'read' | undefined;
  /** What is said of `code` in a sentence. @default 'read' */
  readonly inlineCode?: 'drop' | 'read' | undefined;
  /** Whether the text that describes a picture is read. @default 'read' */
  readonly imageTexts?: 'drop' | 'read' | undefined;
  /** What becomes of digits in Japanese: left to the engine, which knows counters, or kanji. English digits become words. @default 'digits' */
  readonly japaneseNumbers?: 'digits' | 'words' | undefined;
  /** What becomes of numbers in English. `keep` leaves them, their signs and abbreviations to the engine. @default 'words' */
  readonly englishNumbers?: 'words' | 'keep' | undefined;
}

/** A place of the spoken text that the dictionary gave phonemes for. */
export interface GivenPhonemes extends TextRange {
  readonly phonemes: readonly string[];
}

/** Text as it is given to a voice. */
export interface Speakable {
  /** One line without markup; empty when nothing of the source is to be spoken. */
  readonly text: string;
  /** Of `text`, by `splitByLanguage`. */
  readonly runs: readonly LanguageRun[];
  readonly phonemes: readonly GivenPhonemes[];
  /** How much of the source is over when the spoken text up to `position` is; at its end all of it, so also marks behind it. */
  sourceAt(position: number): number;
  /** Where a stretch of `text` came from; empty for what was put in, such as a full stop behind a heading. */
  sourceRange(from: number, to: number): TextRange;
}

/** Rules may make room for each other; after so many rounds nothing is found any more (measured: 2, seldom 3). */
const MAX_ROUNDS = 6;
/** Longer text is a document; who reads one aloud gives it in parts. */
const MAX_CHARACTERS = 100_000;

type Step = (text: string, languageAt: (position: number) => RunLanguage) => readonly Edit[];

/**
 * Makes text fit to be spoken: Markdown, HTML, control tags, emoji and faces are gone, addresses short, numbers, dates, money, units
 * and signs as words (English) or as a Japanese engine reads them, one line.
 *
 * Total: any string gives a result. Idempotent, but for what a dictionary put in. A text cut anywhere gives no markup in
 * either part; what a cut makes unrecognisable (`[face:jo` and `y]`) cannot be told from words in the second part, so whoever streams
 * cuts behind sentences.
 *
 * Text beyond 100 000 UTF-16 units is not spoken.
 */
export function speakable(source: string, options: SpeakableOptions = {}): Speakable {
  const fallback = fallbackOf(options.language);
  let mapped = MappedText.of(source);
  if (source.length > MAX_CHARACTERS)
    mapped = mapped.rewritten([{ from: MAX_CHARACTERS, to: source.length, text: '' }]);
  mapped = applied(mapped, [characterForms], fallback);
  for (const step of markupSteps(options)) mapped = applied(mapped, [step], fallback);
  const { looked, entries } = withDictionary(mapped, options.dictionary, fallback);
  mapped = settled(looked, wordSteps(options), fallback);
  if (!/[\p{L}\p{N}]/u.test(mapped.text))
    mapped = mapped.rewritten([{ from: 0, to: mapped.text.length, text: '' }]);
  return resultOf(mapped, entries, fallback);
}

function fallbackOf(language: string | undefined): RunLanguage {
  const [primary] = (language ?? 'en').toLowerCase().split('-');
  const spoken: readonly SpokenLanguage[] = ['ja', 'en'];
  return spoken.find((known) => known === primary) ?? 'other';
}

function markupSteps(options: SpeakableOptions): readonly Step[] {
  const isMarkdown = options.markdown !== false;
  const markdown: Step = (text, languageAt) =>
    markdownEdits(text, {
      keepsCodeBlocks: options.codeBlocks === 'read',
      keepsInlineCode: options.inlineCode !== 'drop',
      keepsImageTexts: options.imageTexts !== 'drop',
      comma: languageAt(0) === 'ja' ? '、' : ', ',
    });
  return [
    hiddenEdits,
    emojiEdits,
    kaomojiEdits,
    bulletEdits,
    ...(isMarkdown ? [markdown] : []),
    (text) => xmlEdits(text, BLOCK_END),
    characterEdits,
    linkStep(options),
  ];
}

function linkStep(options: SpeakableOptions): Step {
  return (text, languageAt) => linkEdits(text, options.links ?? 'site', languageAt);
}

/** Repeated until nothing changes. */
function wordSteps(options: SpeakableOptions): readonly Step[] {
  const english = options.englishNumbers === 'keep' ? [] : [inLanguage('en', abbreviationEdits)];
  const numbers = options.englishNumbers === 'keep' ? [] : [inLanguage('en', englishNumberEdits)];
  const kanji = options.japaneseNumbers === 'words' ? [inLanguage('ja', kanjiNumberEdits)] : [];
  return [
    linkStep(options),
    hiddenEdits,
    emojiEdits,
    kaomojiEdits,
    blankEdits,
    ...english,
    operatorEdits,
    ...numbers,
    inLanguage('ja', japaneseNumberEdits),
    ...kanji,
    breakEdits,
    leftoverEdits,
    blankEdits,
    startEdits,
    tidyEdits,
  ];
}

/** A step of one language only; it sees the whole text, so that it knows what stands around. */
function inLanguage(language: RunLanguage, step: (text: string) => readonly Edit[]): Step {
  return (text, languageAt) => step(text).filter(({ from }) => languageAt(from) === language);
}

/** Names and terms of the user, before anything turns them into words. */
function withDictionary(
  mapped: MappedText,
  dictionary: Dictionary | undefined,
  fallback: RunLanguage,
): { readonly looked: MappedText; readonly entries: readonly DictionaryEntry[] } {
  if (dictionary === undefined) return { looked: mapped, entries: [] };
  const matches = dictionary.find(mapped.text, languageFinder(mapped.text, fallback));
  return { looked: mapped.rewritten(matches), entries: matches.map(({ entry }) => entry) };
}

function settled(mapped: MappedText, steps: readonly Step[], fallback: RunLanguage): MappedText {
  let now = mapped;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = applied(now, steps, fallback);
    if (next.text === now.text) break;
    now = next;
  }
  return now;
}

function applied(mapped: MappedText, steps: readonly Step[], fallback: RunLanguage): MappedText {
  let now = mapped;
  for (const step of steps) now = now.rewritten(step(now.text, languageFinder(now.text, fallback)));
  return now;
}

/** Finds the language of a place; the text is cut into runs when the first place is asked for. */
function languageFinder(text: string, fallback: RunLanguage): (position: number) => RunLanguage {
  let runs: readonly LanguageRun[] | undefined;
  return (position) => {
    runs ??= splitByLanguage(text, fallback);
    let low = 0;
    let high = runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((runs[middle]?.from ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return runs[low]?.language ?? fallback;
  };
}

function resultOf(mapped: MappedText, entries: readonly DictionaryEntry[], fallback: RunLanguage): Speakable {
  const phonemes = mapped.marks().flatMap(({ from, to, mark }) => {
    const given = entries[mark - 1]?.phonemes;
    return given === undefined ? [] : [{ from, to, phonemes: given }];
  });
  return {
    text: mapped.text,
    runs: splitByLanguage(mapped.text, fallback),
    phonemes,
    sourceAt: (position) => mapped.sourceAt(position),
    sourceRange: (from, to) => mapped.sourceRange(from, to),
  };
}
