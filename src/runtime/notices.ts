/**
 * Everything worth telling a person during a conversation that is neither words nor a failed turn, in both languages of the page.
 *
 * `plan`: who does what, when all goes as planned; `note`: good to know; `warning`: worse than it should be. `{name}` is filled in from
 * the values. `{error}` and `{text}` are words of a program or an engine, which exist in English only.
 */
export const NOTICES = {
  modelChosen: { kind: 'plan', en: '{model} thinks: {why}', ja: '{model}が考えます：{why}' },
  modelOffline: {
    kind: 'plan',
    en: '{model} thinks: {why}. For a real model set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or name a server such as Ollama under llmEngines in the config file',
    ja: '{model}が考えます：{why}。本物のモデルを使うには、OPENAI_API_KEY、ANTHROPIC_API_KEY、GEMINI_API_KEYのどれかを設定するか、設定ファイルのllmEnginesにOllamaなどのサーバーを書いてください',
  },
  modelSpeaks: {
    kind: 'plan',
    en: '{model} hears, thinks and speaks',
    ja: '{model}が聞き、考え、話します',
  },
  settingsWithoutEffect: {
    kind: 'note',
    en: 'No effect with {model}, which hears and speaks by itself: {settings}',
    ja: '自分で聞いて話す{model}では、次の設定は効きません：{settings}',
  },
  voiceOfItsOwn: {
    kind: 'note',
    en: '{setting} is heard in operator lines and apologies only: {model} speaks with the voice that llmEngines.{model}.voice names',
    ja: '{setting}は、オペレーターのせりふとおわびの声です。{model}の声はllmEngines.{model}.voiceで決まります',
  },
  voiceChosen: { kind: 'plan', en: '{voice} speaks: {why}', ja: '{voice}が話します：{why}' },
  modelRetried: {
    kind: 'note',
    en: '{model} is asked again in {seconds} s: {error}',
    ja: '{seconds}秒後に{model}へもう一度たずねます：{error}',
  },
  modelFellBack: {
    kind: 'warning',
    en: '{from} failed, {to} thinks instead: {error}',
    ja: '{from}が失敗したので、代わりに{to}が考えます：{error}',
  },
  modelWarned: { kind: 'warning', en: '{text}', ja: '言語モデルについて：{text}' },
  modelReconnected: {
    kind: 'warning',
    en: '{model} is connected anew: {error}',
    ja: '{model}につなぎ直します：{error}',
  },
  modelNotReady: {
    kind: 'warning',
    en: '{model} could not be got ready: {error}',
    ja: '{model}を準備できませんでした：{error}',
  },
  voiceFellBack: {
    kind: 'warning',
    en: '{from} failed, {to} speaks instead: {error}',
    ja: '{from}が失敗したので、代わりに{to}が話します：{error}',
  },
  voiceWarned: { kind: 'warning', en: '{text}', ja: '声について：{text}' },
  voiceFailed: { kind: 'warning', en: 'The voice failed: {error}', ja: '声が失敗しました：{error}' },
  toolResultLost: {
    kind: 'warning',
    en: 'The result of {tool} came to nothing: {error}',
    ja: '{tool}の結果を使えませんでした：{error}',
  },
  peerTurnRefused: {
    kind: 'warning',
    en: 'What MMDAgent-EX recognised was not answered: {error}',
    ja: 'MMDAgent-EXが認識した言葉には答えられませんでした：{error}',
  },
  onlyShown: {
    kind: 'note',
    en: 'No MMDAgent-EX is connected: replies are only shown until one is',
    ja: 'MMDAgent-EXがつながっていません。つながるまで、返事は表示だけになります',
  },
} as const satisfies Readonly<Record<string, NoticeTexts>>;

export interface NoticeTexts {
  readonly kind: 'plan' | 'note' | 'warning';
  readonly en: string;
  readonly ja: string;
}

export type NoticeCode = keyof typeof NOTICES;

/** One notice: what it is, and what its blanks are filled with. */
export interface Notice {
  readonly code: NoticeCode;
  readonly values: Readonly<Record<string, string>>;
}

/** In one language. Blanks without a value stay as they are. */
export function noticeText({ code, values }: Notice, language: 'en' | 'ja' = 'en'): string {
  return NOTICES[code][language].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}

/** Whether this program knows it: a page may be older than its server. */
export function isNoticeCode(code: string): code is NoticeCode {
  return Object.hasOwn(NOTICES, code);
}
