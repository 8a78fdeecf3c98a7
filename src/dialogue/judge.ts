import { joinContinued, judgeEnd, judgeInterjection, withoutOwnVoice } from '../turns/index.js';
import type { Judge } from './ports.js';
import type { InterruptionSettings } from './settings.js';

/** The judgements of room `turns`. */
export function standardJudge({ hardWords, backchannels }: InterruptionSettings): Judge {
  const options = (language: string | undefined) => (language === undefined ? {} : { language });
  return {
    end: (text, language) => judgeEnd(text, options(language)),
    interjection: (text, language) =>
      judgeInterjection(text, { ...options(language), hardWords, backchannels }),
    withoutEcho: (text, heardAtMs, spoken) => {
      if (spoken.text === '') return text;
      const times = { heardAtMs, spokenFromMs: spoken.fromMs, spokenToMs: spoken.toMs };
      return withoutOwnVoice(text, spoken.text, times);
    },
    join: joinContinued,
  };
}
