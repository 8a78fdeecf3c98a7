/**
 * How one conversation goes: section `conversation` of the settings file, and the system prompt, which is a setting of its own. What the
 * ear goes by (`hearing`) is read by whoever opens it.
 */
export interface ConversationSettings {
  /** Who the avatar is; `{name}` stands for a parameter of the request or of `parameters`. @default '' */
  readonly systemPrompt: string;
  /** Values of `{name}` in the system prompt, where a request gives none. @default {} */
  readonly parameters: Readonly<Record<string, string>>;
  /** First turn of every context, told and shown as the avatar's; '' for none. @default '' */
  readonly welcome: string;
  /** What stands before the first turn of every context, after the welcome. @default [] */
  readonly initialMessages: readonly InitialMessage[];
  /** BCP 47 of what the user speaks; '' lets the recognizer find out. @default '' */
  readonly language: string;
  /** Names and terms that the recognizer should expect. @default [] */
  readonly hints: readonly string[];
  readonly history: HistorySettings;
  readonly turnEnd: TurnEndSettings;
  readonly interruption: InterruptionSettings;
  readonly speculation: SpeculationSettings;
  readonly acknowledgement: AcknowledgementSettings;
  readonly wake: WakeSettings;
  readonly reply: ReplySettings;
  readonly limits: LimitSettings;
}

export interface InitialMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

export interface HistorySettings {
  /** Tokens of one request, system prompt and tools' results included; estimated, corrected by what the model reports. @default 3000 */
  readonly maxTokens: number;
  /** Turns of user and avatar that are kept. @default 20 */
  readonly maxPairs: number;
  /** A new context begins when nothing was said for so long; 0: never. @default 3600000 */
  readonly timeoutMs: number;
  /**
   * Joins the system prompt of the one request that follows an interrupted reply; '' for nothing. The words in the history stay as
   * they were heard: marks inside them are imitated by models.
   * @default 'The user interrupted your last reply. It stands here as far as it was heard.'
   */
  readonly interruptedNote: string;
}

export interface TurnEndSettings {
  /** Pause after words that plainly go on. @default 3000 */
  readonly unfinishedPauseMs: number;
  /** Pause after a whole sentence, a question or a request. @default 300 */
  readonly finishedPauseMs: number;
  /** An utterance that begins so soon after the last one, before 0.6 s of the answer were heard, goes on with it. @default 2000 */
  readonly continueMs: number;
}

export interface InterruptionSettings {
  /**
   * What ends a reply that sounds. `words`: the voice stops it after 200 ms, words or `commitMs` of voice end it, anything else lets it
   * go on; `voice`: 200 ms of voice end it; `off`: what is said while it sounds is not listened to (half duplex).
   * @default 'words'
   */
  readonly by: 'words' | 'voice' | 'off';
  /** Letters that end a reply, listening noises not counted: noise is often taken for one. @default 2 */
  readonly minLetters: number;
  /** So much voice ends a reply when its words are not known yet. @default 1000 */
  readonly commitMs: number;
  /** Words that always end a reply, besides the built-in ones. @default [] */
  readonly hardWords: readonly string[];
  /** Listening noises that never do, besides the built-in ones. @default [] */
  readonly backchannels: readonly string[];
}

export interface SpeculationSettings {
  /** Whether the reply may be prepared, unheard, on a likely end of turn. @default true */
  readonly isOn: boolean;
  /** Replies prepared and thrown away in one utterance; afterwards its end is awaited. @default 3 */
  readonly maxTries: number;
}

export interface AcknowledgementSettings {
  /** Said, in turn, when the reply takes long; none: silence. Not part of the history. @default [] */
  readonly phrases: readonly string[];
  /** After the end of the user's turn. @default 800 */
  readonly afterMs: number;
}

export interface WakeSettings {
  /** One of these begins a conversation; none: always awake. Only of voice. @default [] */
  readonly words: readonly string[];
  /** `start`: nothing but a call or greeting stands before the word. @default 'start' */
  readonly where: 'start' | 'anywhere';
  /** Asleep again after so long without a turn. @default 60000 */
  readonly timeoutMs: number;
}

export interface ReplySettings {
  /** Words that wait for their sentence's end are spoken when the model gives nothing for so long. @default 300 */
  readonly stallMs: number;
  /** Requests to the model in one turn: calls of tools and pictures need one more each. @default 8 */
  readonly maxRounds: number;
  /** Characters of one reply; what goes beyond is not asked for. @default 20000 */
  readonly maxCharacters: number;
  /** 0.25 to 4; undefined: the voice's own. */
  readonly speed: number | undefined;
  readonly voice: string | undefined;
  /** Of the model, where its engine's options should not hold. */
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  /** Told, and spoken where possible, when a turn fails; '' for nothing; undefined: a sentence in the user's language. */
  readonly sorry: string | undefined;
}

/** How long a state may last: nothing waits for ever for anybody. */
export interface LimitSettings {
  /** From the end of an utterance to its words. @default 10000 */
  readonly recognitionMs: number;
  /** Without any part of an answer from the model; undefined: until its engines are given up, 30 s for a model without limits of its own. */
  readonly modelMs: number | undefined;
  /** From the whole text of a reply, or its last sign of life, to the next. @default 30000 */
  readonly speakingMs: number;
  /** A voice that neither pauses nor ends. @default 120000 */
  readonly listeningMs: number;
  /** A turn that waits for its operator. @default 300000 */
  readonly operatorMs: number;
  /** One call of one hook. @default 2000 */
  readonly hookMs: number;
  /** Turns that wait for the one under way; one more is refused. @default 4 */
  readonly maxWaiting: number;
}

/** Every default; the docstrings above tell the same. */
export const CONVERSATION_DEFAULTS: ConversationSettings = {
  systemPrompt: '',
  parameters: {},
  welcome: '',
  initialMessages: [],
  language: '',
  hints: [],
  history: {
    maxTokens: 3000,
    maxPairs: 20,
    timeoutMs: 3_600_000,
    interruptedNote: 'The user interrupted your last reply. It stands here as far as it was heard.',
  },
  turnEnd: { unfinishedPauseMs: 3000, finishedPauseMs: 300, continueMs: 2000 },
  interruption: { by: 'words', minLetters: 2, commitMs: 1000, hardWords: [], backchannels: [] },
  speculation: { isOn: true, maxTries: 3 },
  acknowledgement: { phrases: [], afterMs: 800 },
  wake: { words: [], where: 'start', timeoutMs: 60_000 },
  reply: {
    stallMs: 300,
    maxRounds: 8,
    maxCharacters: 20_000,
    speed: undefined,
    voice: undefined,
    temperature: undefined,
    maxTokens: undefined,
    sorry: undefined,
  },
  limits: {
    recognitionMs: 10_000,
    modelMs: undefined,
    speakingMs: 30_000,
    listeningMs: 120_000,
    operatorMs: 300_000,
    hookMs: 2000,
    maxWaiting: 4,
  },
};
