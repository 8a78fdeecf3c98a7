import type { OfflineLanguage } from './conversation.js';
import type { TopicName } from './phrases.js';

type Pattern = Readonly<Record<OfflineLanguage, RegExp>>;

/** What the user's words ask for, tried in this order: the plainer a wish, the earlier. */
const TOPICS: readonly (readonly [TopicName, Pattern])[] = [
  [
    'bye',
    {
      en: /^(?:good ?bye|bye|see you|good night)\b/i,
      ja: /^(?:さようなら|さよなら|バイバイ|またね|おやすみ)/,
    },
  ],
  // Somebody interrupted in order to interrupt.
  [
    'stop',
    {
      en: /^\W*(?:(?:please )?(?:stop|wait|hold on|be quiet|shut up|never mind)(?: it| that| a (?:moment|minute|second))?(?:,? please)?)\W*$/i,
      ja: /^\s*(?:ちょっと)?(?:待って|まって|止めて|とめて|やめて|ストップ|もういい)(?:ください|よ|ね|です)?[。！!、…\s]*$/,
    },
  ],
  ['thanks', { en: /\b(?:thank you|thanks)\b/i, ja: /ありがと/ }],
  [
    'model',
    {
      en: /\b(?:api key|language model|llm|chatgpt|gpt|claude|gemini|ollama|set (?:you )?up)\b/i,
      ja: /言語モデル|LLM|ChatGPT|GPT|Claude|Gemini|Ollama|APIキー|セットアップ|設定/i,
    },
  ],
  ['lips', { en: /\blip(?:s|-?sync)?\b|\bmouth\b/i, ja: /唇|口パク|くちびる|リップシンク|口の動き/ }],
  ['interruption', { en: /\binterrupt/i, ja: /割り込|割込|さえぎ/ }],
  [
    'bridge',
    {
      en: /\bbridge\b|\bthis (?:program|software)\b/i,
      ja: /bridge|ブリッジ|このプログラム|このソフト/i,
    },
  ],
  ['mmdagent', { en: /\bmmd ?agent/i, ja: /MMDAgent|エムエムディーエージェント/i }],
  [
    'help',
    {
      en: /\bhelp\b|\bwhat can (?:you|i)\b|\bwho are you\b|\bwhat are you\b/i,
      ja: /ヘルプ|助けて|何ができ|なにができ|できること|使い方|あなたは(?:誰|だれ|何)|君は(?:誰|だれ)|自己紹介/,
    },
  ],
  [
    'howAreYou',
    { en: /\bhow are you\b|\bhow do you do\b/i, ja: /元気(?:です|ですか|かい|\?|？|$)|調子はどう/ },
  ],
  ['joke', { en: /\bjokes?\b|\bmake me laugh\b/i, ja: /冗談|ジョーク|笑わせ|面白いこと/ }],
  ['weather', { en: /\bweather\b|\brain(?:y|ing)?\b|\bsunny\b/i, ja: /天気|雨が|晴れ/ }],
  ['sad', { en: /\b(?:sad|tired|lonely|unhappy|upset)\b/i, ja: /悲し|かなし|疲れ|つかれ|つら|寂し|さびし/ }],
  [
    'happy',
    { en: /\bi(?:'m| am) (?:so |very )?(?:happy|glad|excited)\b/i, ja: /(?:嬉し|うれし|楽し)(?:い|かった)/ },
  ],
];

/** Wishes that need more than a fixed answer. */
const WISHES = {
  time: {
    en: /\bwhat(?:'s| is)? (?:the )?time\b|\btime is it\b|\bthe time\b/i,
    ja: /何時|なんじ|時刻|時間を?教え/,
  },
  date: {
    en: /\bwhat(?:'s| is)? (?:the |today's )?date\b|\bwhat day\b|\bday is (?:it|today)\b|\btoday's date\b/i,
    ja: /何日|なんにち|何曜日|日付|何月/,
  },
  story: {
    en: /\b(?:story|stories|fairy ?tale|tale)\b|\btell me something long\b/i,
    ja: /お話(?:を|し?て|$)|物語|昔話|おはなし|長い話|話を(?:して|聞かせ)/,
  },
  askedName: {
    en: /\b(?:what(?:'s| is) my name|who am i|(?:know|remember) my name|say my name)\b/i,
    ja: /(?:私|僕|俺|わたし|ぼく|おれ)の名前(?:は(?:何|なに|なん|$|\?)|を?(?:覚え|言|知)|、?(?:わか|分か)る)|(?:私|僕|俺|わたし|ぼく)は(?:誰|だれ)/,
  },
  look: {
    en: /\b(?:what (?:do|can) you see|can you see|look at (?:this|me|it))\b/i,
    ja: /何が見え|見えますか|見える\?|これを?見て|私を見て|カメラ/,
  },
  greeting: {
    en: /^(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings)\b/i,
    ja: /^(?:こんにちは|こんばんは|おはよう|やあ|ハロー|もしもし|はじめまして|初めまして)/,
  },
} as const satisfies Readonly<Record<string, Pattern>>;

export function topicOf(words: string): TopicName | undefined {
  return TOPICS.find(([, pattern]) => matches(pattern, words))?.[0];
}

export function wishes(wish: keyof typeof WISHES, words: string): boolean {
  return matches(WISHES[wish], words);
}

/** In whichever language: what it answers in is another question. */
function matches({ en, ja }: Pattern, words: string): boolean {
  return en.test(words) || ja.test(words);
}

const REPEAT: Pattern = {
  en: /^(?:please )?(?:say|repeat)(?: after me)?[,:]?\s+(?:["“](.+)["”]|(?!my name\b)(.+?))\s*$/i,
  ja: /^(?:「(.+)」|(.+?))\s*(?:と|って)(?:言って|いって|話して|繰り返して|くりかえして)/,
};

/** What is to be said after the user, word for word. */
export function toRepeat(words: string): string | undefined {
  const found = REPEAT.en.exec(words) ?? REPEAT.ja.exec(words);
  return found?.[1] ?? found?.[2];
}

const COUNT: Pattern = {
  en: /\bcount (?:up )?(?:from (?:1|one) )?to (\d{1,4})\b/i,
  ja: /(\d{1,4})まで(?:数|かぞ)え/,
};
const MOST_NUMBERS = 100;

/** How far to count. */
export function toCount(words: string): number | undefined {
  const found = COUNT.en.exec(words) ?? COUNT.ja.exec(words);
  const upTo = Number(found?.[1]);
  return Number.isInteger(upTo) && upTo > 0 ? Math.min(upTo, MOST_NUMBERS) : undefined;
}
