import type { BridgeError, Emitter } from '../runtime/index.js';
import type { LipsWay } from '../speaking/index.js';

/** One piece of a reply, to be spoken as it is: never cut or joined. */
export interface SpokenPiece {
  readonly text: string;
  /** BCP 47. */
  readonly language?: string | undefined;
}

/**
 * How replies are heard, one implementation for each topology: our sound streamed to MMDAgent-EX; our sound on a local device and lips
 * there; MMDAgent-EX's own voice (SYNTH_START); our sound played by a client elsewhere; nothing but text.
 */
export interface ReplyVoice {
  readonly topology: 'stream' | 'local' | 'peer' | 'client' | 'text';
  /** Gets ready what would speak, and the way to the avatar. Never rejects. */
  prepare(): Promise<void>;
  /** Begins a reply: at once, without waiting for the avatar or an engine. One sounds at a time: the next waits for the one before. */
  open(options?: ReplyOptions): Reply;
  /** Silence at once, then lets go of everything. Idempotent. */
  close(): Promise<void>;
}

export interface ReplyOptions {
  /** Pieces are synthesized, and nothing leaves before `release`: for a reply that may be thrown away unheard. @default false */
  readonly isHeld?: boolean;
  /** 0.25 to 4. */
  readonly speed?: number | undefined;
  readonly voice?: string | undefined;
}

/**
 * A reply on its way. Times are of the injected monotonic clock, milliseconds.
 *
 * state × input → next: held –release→ open; open –pause→ paused; paused –resume→ open; any –cancel→ ended; open –end, all heard→
 * ended; any –fault→ ended. Inputs that fit no state do nothing.
 */
export interface Reply {
  readonly events: Emitter<ReplyEvents>;
  /** Settles once, never rejects. */
  readonly ended: Promise<ReplyEnd>;
  /**
   * The next piece; its sound is asked for at once, at most a few pieces ahead of what is heard.
   *
   * @returns When there is room for more; at once after the end.
   */
  push(piece: SpokenPiece): Promise<void>;
  /** No more pieces will come. */
  end(): void;
  /** Lets a held reply be heard. */
  release(): void;
  /** Sending stops now; what the avatar already holds (the lead) is still heard; the position is kept, synthesis goes on. */
  pause(): void;
  /** Goes on from the last word boundary before what was heard. */
  resume(): void;
  /** Ends engine, sound and lips as one: not one unit leaves afterwards. Resolves with `ended`. */
  cancel(): Promise<ReplyEnd>;
  /** What has been heard by now. */
  heard(): HeardReply;
}

export interface HeardReply {
  /** Pieces heard whole. */
  readonly pieces: number;
  /** Of the text of the piece after those: how many UTF-16 units were heard. */
  readonly units: number;
  /** Text heard: pieces joined, the last cut. */
  readonly text: string;
  readonly heardMs: number;
  /** What told the cut; `share`: in proportion of time, because the engine tells nothing and no reading is known. */
  readonly by: 'whole' | 'phoneme' | 'word' | 'character' | 'share';
  /** The cut is a guess by how fast such words are said: nobody told when which of them is heard. @default false */
  readonly isEstimated?: boolean;
}

export interface ReplyEnd {
  readonly reason: 'completed' | 'cancelled' | 'failed';
  readonly heard: HeardReply;
  /** Only with `failed`. What came before was heard. */
  readonly error?: BridgeError;
}

/** Sound as it is or will be heard, for whoever must tell it from the user's voice. */
export interface PlayedSound {
  /** s16le mono 16 kHz; not kept by the listener beyond the call unless copied. */
  readonly pcm: Uint8Array;
  /** When its first sample is heard at the loudspeaker, as far as is known. */
  readonly atMs: number;
}

export interface ReplyEvents {
  /** The first sound of the reply was there, also while it was held; of MMDAgent-EX's own voice, when it said so. Never of `text`. */
  synthesized: [atMs: number];
  /** The first sound of the reply left for the avatar. */
  sent: [atMs: number];
  /** The first sound is or will be heard. */
  started: [heardAtMs: number, way: LipsWay | 'text' | 'synth'];
  /** A piece begins to be heard at this time (at most 500 ms ahead); once each, in order. */
  pieceStarted: [index: number, heardAtMs: number];
  pieceEnded: [index: number];
  /** At least ten times a second while it sounds. */
  position: [heard: HeardReply];
  played: [sound: PlayedSound];
  /** What was told to be heard from this time on is not: it was silenced before. */
  unplayed: [fromMs: number];
  /** Silence on the wire, and what was heard. */
  paused: [heard: HeardReply];
  resumed: [];
  /** Must be shown where this voice is heard. */
  credit: [credit: string];
  /** Something is worse than it should be (an engine failed and another speaks). */
  warned: [text: string];
}
