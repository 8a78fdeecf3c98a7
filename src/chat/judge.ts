import type { Judge } from '../dialogue/index.js';
import type { Clock } from '../runtime/index.js';
import { createWakeWords, isOwnVoice, joinContinued, judgeEnd, judgeInterjection } from '../turns/index.js';

export interface JudgeOptions {
  readonly clock: Clock;
  /** The user's own, besides the built-in ones. */
  readonly hardWords: readonly string[];
  readonly backchannels: readonly string[];
}

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/gu;
/** Letters of Japanese that make about one word. */
const LETTERS_IN_WORD = 2;

/** What words mean for whose turn it is, as a conversation asks it. */
export function openJudge({ clock, hardWords, backchannels }: JudgeOptions): Judge {
  return {
    end: (text, language) => judgeEnd(text, given(language)),
    interjection: (text, language) =>
      judgeInterjection(text, { ...given(language), hardWords, backchannels }),
    isOwnVoice: (text, spoken) => isOwnVoice(text, spoken),
    join: joinContinued,
    countWords,
    afterWakeWord(text, words) {
      const once = createWakeWords({ words, clock });
      const { woke, rest } = once.hear(text);
      once.close();
      return woke ? rest : undefined;
    },
  };
}

function given(language: string | undefined): { readonly language?: string } {
  return language === undefined || language === '' ? {} : { language };
}

/** Words of a text; Japanese letters count as half a word each, rounded up. */
export function countWords(text: string): number {
  const japanese = text.match(JAPANESE)?.length ?? 0;
  const others = text.replace(JAPANESE, ' ').match(/[\p{L}\p{N}'’]+/gu)?.length ?? 0;
  return others + Math.ceil(japanese / LETTERS_IN_WORD);
}
