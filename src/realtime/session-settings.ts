import type { RealtimeOptions } from '../llm/index.js';

/** What a conversation wants of every session, over the options of the engine; undefined: as those say. */
export interface RealtimeWishes {
  /** 0.25 to 1.5. */
  readonly speed?: number | undefined;
  /** The same where the engine's options leave it at 1. */
  readonly usualSpeed?: number | undefined;
  /** 1 to 4096, of one answer. */
  readonly maxTokens?: number | undefined;
  /** 0.6 to 1.2; only where the model `takesTemperature`. */
  readonly temperature?: number | undefined;
  /** BCP 47 of the user, for the transcription, where the engine's options name none. */
  readonly language?: string | undefined;
  /** Names and terms that the transcription should expect. */
  readonly hints?: readonly string[] | undefined;
}

/** The options of an engine with what a conversation wants. */
export type RealtimeSettled = RealtimeOptions &
  Pick<RealtimeWishes, 'temperature'> & {
    /** Told to the model that writes down what the user said; '' for nothing. */
    readonly hint: string;
  };

/** Models of transcription read no more. @source OpenAI guide "Speech to text", prompting: 224 tokens */
const MAX_HINT_CHARACTERS = 800;
const PRIMARY_LANGUAGE = /^[a-z]{2,3}(?=-|$)/i;

/** @param options - of the engine, checked. */
export function settled(options: RealtimeOptions, wishes: RealtimeWishes): RealtimeSettled {
  const { speed, usualSpeed, maxTokens = options.maxTokens, temperature, hints = [] } = wishes;
  const [primary] = PRIMARY_LANGUAGE.exec(wishes.language ?? '') ?? [];
  const usual = options.speed === 1 ? (usualSpeed ?? 1) : options.speed;
  return {
    ...options,
    speed: speed ?? usual,
    maxTokens,
    language: options.language ?? primary?.toLowerCase(),
    temperature: options.dialect === 'beta' ? temperature : undefined,
    hint: takesHints(options) ? hintOf(hints) : '',
  };
}

/** As many of them as are read, none cut: half a name is another one. */
function hintOf(hints: readonly string[]): string {
  let all = '';
  for (const hint of hints) {
    const longer = all === '' ? hint : `${all}, ${hint}`;
    if (longer.length <= MAX_HINT_CHARACTERS) all = longer;
  }
  return all;
}

/** @source openai-node realtime.ts AudioTranscription.prompt: these two refuse one */
export function takesHints({ transcription }: Pick<RealtimeOptions, 'transcription'>): boolean {
  return transcription !== '' && !/diarize|realtime-whisper/.test(transcription);
}
