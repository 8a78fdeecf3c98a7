import type { Caller } from '../access/index.js';
import type { TimedPhoneme } from '../lipsync/index.js';
import type { Emitter, Notice } from '../runtime/index.js';

/** Where the sound of replies goes: to the client itself, to an avatar of the bridge, nowhere (they are only read). */
export type SessionVoice =
  | {
      readonly to: 'client';
      /** 8000 to 48000. @default 24000 */
      readonly sampleRateHz?: number | undefined;
      /** Whether `lips` are told: where no face is drawn, nothing is spent on them. @default true */
      readonly lips?: boolean | undefined;
    }
  | { readonly to: 'avatar'; readonly lane?: string | undefined }
  | { readonly to: 'nobody' };

/** What a protocol opens a session with. Everything in it may come from a stranger, and is checked. */
export interface SessionWish {
  readonly caller: Caller;
  /** The caller's own name for it, 1 to 128 characters. The same name of another caller is another session. */
  readonly name: string;
  /** The protocol it came by, for people and metrics: `aiavatar`, `popup`, `api`. */
  readonly by: string;
  /** Who talks, for memory and tools; names nobody outside the caller. At most 128 characters. */
  readonly user?: string | undefined;
  /** Of this caller: a new session goes on with it. Unknown: as if it were left out. */
  readonly context?: string | undefined;
  /** @default the one of the settings */
  readonly persona?: string | undefined;
  readonly voice: SessionVoice;
  /** What was said before, for callers that keep it themselves. At most 400 lines. @default the welcome of the settings */
  readonly said?: readonly SaidBefore[] | undefined;
  /** Joins the system prompt. At most 10 000 characters. */
  readonly instructions?: string | undefined;
}

export interface SaidBefore {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** What is asked by anything but the voice. */
export interface SessionQuestion {
  /** At most 10 000 characters; may be empty with images. */
  readonly text: string;
  /** `data:image/…;base64,` of PNG, JPEG, WebP or GIF, at most 4 MiB each and four of them; `https:` where the settings allow it. */
  readonly images?: readonly string[] | undefined;
  /** A context to go on with, as `turn` told it; unknown to this caller: a new one. Left out: the session's. */
  readonly context?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Values of `{name}` in the system prompt. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** @default 'interrupt' */
  readonly ifBusy?: 'interrupt' | 'queue' | 'refuse' | undefined;
  /** Somebody else than the user asks: told to the model as such. @default 'typed' */
  readonly by?: 'typed' | 'operator' | undefined;
}

/** A turn began: what was asked is known. */
export interface SessionTurn {
  /** Counted from 1 within the session; also over changes of context. */
  readonly turn: number;
  readonly by: 'voice' | 'typed' | 'peer' | 'tool' | 'operator' | 'avatar';
  /** What the model reads; '' for a line that the avatar says of its own accord. */
  readonly text: string;
  readonly context: string;
}

export interface SessionCue {
  /** `face`, `animation`, `emotion`, `language`, `vision`, or a tag of the user's own. */
  readonly name: string;
  readonly value: string;
  /** Undefined: as the one who shows it has it. */
  readonly durationMs: number | undefined;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A piece of a reply, in order. With `to: 'client'` it comes when its sound is whole, else as soon as it is known. */
export interface SessionPiece {
  readonly turn: number;
  /** Counted from 0 within the turn. */
  readonly index: number;
  /** As the model wrote it, tags included; of an acknowledgement or an apology, its words. */
  readonly raw: string;
  /** What is shown and spoken; may be '' for tags alone. */
  readonly text: string;
  readonly cues: readonly SessionCue[];
  /** BCP 47. */
  readonly language: string | undefined;
  /** Its place in the reply's sound, milliseconds; undefined where no sound goes to the client. */
  readonly span: { readonly startMs: number; readonly endMs: number } | undefined;
  /**
   * s16le mono at the session's rate; undefined: as `span`, or it has no sound. Put together when it is read: read it within the call, and
   * only where whole pieces are sent. The reader's own.
   */
  readonly pcm: Uint8Array | undefined;
}

/** A stretch of a reply's sound, in order, as soon as there is any. */
export interface SessionSound {
  readonly turn: number;
  /** Its first sample in the reply, milliseconds. */
  readonly fromMs: number;
  /** s16le mono. */
  readonly pcm: Uint8Array;
  readonly sampleRateHz: number;
}

export interface SessionTurnEnd {
  readonly turn: number;
  readonly outcome: 'completed' | 'interrupted' | 'failed' | 'dropped';
  readonly context: string;
  /** What was asked. */
  readonly user: string;
  /** As the model gave it, tags included. */
  readonly reply: string;
  /** What was heard of it, without tags. */
  readonly heard: string;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** Milliseconds after the user's words were complete, by stage. */
  readonly trace: Readonly<Record<string, number>>;
}

export interface SessionTool {
  readonly turn: number;
  readonly callId: string;
  readonly name: string;
  readonly argumentsJson: string;
  readonly stage: 'called' | 'progress' | 'result';
  readonly value: unknown;
  readonly isError: boolean;
}

export type SessionPhase = 'idle' | 'listening' | 'thinking' | 'speaking';

/**
 * Everything that happens in a session, in the order in which a client must know it. Of a voice turn: `voice`, `accepted`, (`cut`),
 * `turn`, `piece` and `sound`…, `given`, `ended`. After `cut` nothing of that turn's sound comes until a `resumed` of it.
 */
export interface SessionEvents {
  phase: [phase: SessionPhase];
  /** Somebody is heard, or no more. */
  voice: [isVoice: boolean];
  /** The user's words so far. */
  partial: [text: string];
  /** Something was said to its end, and is being understood: `turn` or `ignored` follows. */
  accepted: [];
  ignored: [text: string, why: 'backchannel' | 'echo' | 'asleep' | 'noWords'];
  turn: [turn: SessionTurn];
  /** To be silent at once: what was not played is void. */
  cut: [turn: number];
  /** It was nothing: the reply goes on from here, and its sound is sent again from here. */
  resumed: [turn: number, fromMs: number];
  piece: [piece: SessionPiece];
  /** After `resumed`: the sound of a piece again, all or its rest, without words and tags: for those that send whole pieces. */
  pieceAgain: [piece: SessionPiece];
  sound: [sound: SessionSound];
  /** For a face, on the reply's timeline: only with `to: 'client'`. */
  lips: [turn: number, phonemes: readonly TimedPhoneme[]];
  /** All of the reply was given: `raw` and `text` are all of it. Not told of a turn that was cut or failed. */
  given: [turn: number, raw: string, text: string];
  /** What was heard so far. */
  heard: [turn: number, text: string];
  tool: [news: SessionTool];
  /** The model wants to see: answered by `give` with this number. */
  vision: [picture: { readonly id: string; readonly source: string; readonly turn: number }];
  /** That picture is not waited for any more. */
  looked: [id: string];
  /** The face now, also without sound. */
  face: [face: string, lastsMs: number];
  credit: [credit: string];
  notice: [notice: Notice];
  error: [error: { readonly stage: string; readonly code: string; readonly message: string }];
  /** What comes now is another context; nothing before it is remembered. */
  context: [context: string];
  ended: [end: SessionTurnEnd];
  /** Nothing follows. */
  closed: [why: 'asked' | 'idle' | 'displaced' | 'shutdown'];
}

export interface SessionLine {
  readonly turn: number;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly outcome: 'open' | 'completed' | 'interrupted' | 'failed' | 'dropped';
}

/** What a client may change while it runs. */
export interface SessionTuning {
  /** Whether the user's voice may end a reply. */
  readonly bargeIn?: boolean | undefined;
  /** Softer than this is nobody's voice, dBFS, -100 … 0; undefined: the ear finds out. */
  readonly thresholdDbfs?: number | undefined;
  readonly isMuted?: boolean | undefined;
}

/** A turn that was asked for. */
export interface AskedTurn {
  readonly turn: number;
  /** Settles once, never rejects. */
  readonly ended: Promise<SessionTurnEnd>;
  /** As an interruption by the user. */
  cancel(): void;
}

/** One conversation of one caller. Opened with its first question or sound; until then it costs next to nothing. */
export interface Session {
  /** Of this process, unguessable; for people and logs. */
  readonly id: string;
  readonly wish: SessionWish;
  readonly events: Emitter<SessionEvents>;
  readonly phase: SessionPhase;
  /** Whether a turn is under way, or about to be. */
  readonly isBusy: boolean;
  /** Names what was said so far within the caller: given back in a question, also one of another session, it goes on. */
  readonly context: string;
  /** The face to begin with, `neutral` if none was shown. */
  readonly face: string;
  /** Whether an operator writes the replies. */
  readonly isOperated: boolean;
  /**
   * @returns when the turn has begun.
   * @throws {RequestError} BRIDGE_ERR_TURN_REFUSED, BRIDGE_ERR_QUEUE_FULL, BRIDGE_ERR_USAGE - such as a picture that is none or too large;
   *   {BridgeError} what the conversation could not be opened for.
   */
  ask(question: SessionQuestion): Promise<AskedTurn>;
  /** The avatar says this; nothing is asked of the model. @throws as `ask`. */
  say(text: string, options?: { readonly ifBusy?: SessionQuestion['ifBusy'] }): Promise<AskedTurn>;
  /** Says the welcome, to somebody who was not answered before. @throws as `ask`. */
  greet(): Promise<AskedTurn | undefined>;
  /**
   * Sound of the user's microphone, s16le mono 16 000 Hz, of any length: pauses, words and interruptions are found in it.
   * What comes faster than real time for more than a few seconds is dropped.
   */
  hear(pcm: Uint8Array): void;
  /** The microphone is gone, or the client itself found the end of what was said. */
  endOfSpeech(): void;
  /** Push to talk: what is heard from now on is said to the avatar; a reply that sounds ends. */
  press(): void;
  release(): void;
  /** Ends the turn under way, and what waits. */
  interrupt(): void;
  /**
   * From now on what `say` says is the reply, and the model is not asked: a reply under way ends, a question that was not answered yet waits.
   * Holds until `handBack`. Idempotent.
   */
  takeOver(): void;
  /** The model answers again, also what waits. Idempotent. */
  handBack(): void;
  /** The answer to `vision`. @throws {RequestError} BRIDGE_ERR_VISION - nothing with this number is waited for; BRIDGE_ERR_USAGE - no picture. */
  give(id: string, picture: { readonly image: string } | { readonly refused: string }): void;
  /** What the client says is heard now of this turn's sound, milliseconds. */
  played(turn: number, heardMs: number): void;
  tune(tuning: SessionTuning): void;
  messages(): readonly SessionLine[];
  /** Everything that was said is thrown away, also what is kept of it. A new context begins. */
  forget(): Promise<void>;
  /** A connection holds on to it: while one does it does not expire. @returns lets go; idempotent. */
  hold(): () => void;
  /** Silence, and the end. Idempotent. */
  close(): Promise<void>;
}

/** What an operator sees of a session. */
export interface SessionFacts {
  readonly id: string;
  readonly name: string;
  readonly caller: string;
  readonly by: string;
  readonly user: string | undefined;
  readonly persona: string;
  readonly voice: SessionVoice;
  readonly phase: SessionPhase;
  readonly isHeld: boolean;
  readonly isOperated: boolean;
  readonly turns: number;
  readonly sinceMs: number;
  readonly quietMs: number;
}

/** Sound as it is, of a text. */
export interface SpokenSound {
  /** s16le mono. */
  readonly pcm: Uint8Array;
  readonly sampleRateHz: number;
}

/** Words to a stream of sound, without any conversation. */
export interface Dictation {
  readonly events: Emitter<{
    voice: [isVoice: boolean];
    partial: [text: string];
    final: [text: string];
    error: [error: { readonly code: string; readonly message: string }];
  }>;
  /** As `Session.hear`. */
  hear(pcm: Uint8Array): void;
  tune(tuning: Pick<SessionTuning, 'thresholdDbfs'>): void;
  close(): Promise<void>;
}

export interface TranscribeOptions {
  /** Who asks: so much of each caller is done at a time, some waits, more is refused. */
  readonly caller: Caller;
  readonly language?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SynthesizeOptions extends TranscribeOptions {
  readonly persona?: string | undefined;
  readonly voice?: string | undefined;
  readonly speed?: number | undefined;
  /** @default 24000 */
  readonly sampleRateHz?: number | undefined;
}

/** All conversations of all callers: what every protocol is spoken over. */
export interface Sessions {
  /**
   * The session of this name of this caller; begun where there is none. One that is there keeps what it was opened with.
   *
   * @throws {RequestError} BRIDGE_ERR_QUEUE_FULL - too many, of this caller or in all; BRIDGE_ERR_TALK_UNKNOWN - no such persona;
   *   BRIDGE_ERR_USAGE - a wish that is none.
   */
  open(wish: SessionWish): Session;
  find(caller: Caller, name: string): Session | undefined;
  /** Those of this caller; all, for an operator. */
  list(caller: Caller): readonly SessionFacts[];
  /** By our number; for an operator any, for others their own. */
  byId(caller: Caller, id: string): Session | undefined;
  readonly personas: readonly string[];
  /** @throws {BridgeError} of the engine; {RequestError} BRIDGE_ERR_SPEECH_TEXT, BRIDGE_ERR_SOUND_SIZE, BRIDGE_ERR_QUEUE_FULL */
  synthesize(text: string, options: SynthesizeOptions): Promise<SpokenSound>;
  /** @param pcm - s16le mono 16 000 Hz, at most 120 s. @throws {BridgeError} of the recogniser; {RequestError} BRIDGE_ERR_QUEUE_FULL */
  transcribe(pcm: Uint8Array, options: TranscribeOptions): Promise<string>;
  /** @throws {RequestError} BRIDGE_ERR_QUEUE_FULL; {BridgeError} of ear and recogniser. */
  dictate(caller: Caller, options?: Pick<TranscribeOptions, 'language'>): Promise<Dictation>;
}
