import { OUTPUT_BYTES_PER_MS, OUTPUT_SAMPLE_RATE_HZ } from '../audio/index.js';
import type { BridgeClient, SpeechHandle } from '../client/index.js';
import { type LipEstimator, type LipTable, PhonemeNames, SoundMouth } from '../lipsync/index.js';
import type { Clock } from '../runtime/index.js';
import { HeardPosition } from './heard-position.js';
import { HeldSound } from './held-sound.js';
import { PositionLips, type PositionLipsCounts } from './position-lips.js';

export interface LiveLipsOptions {
  readonly client: BridgeClient;
  readonly clock: Clock;
  /** Of the lane, or as the user named it. */
  readonly model: string;
  readonly table: LipTable;
  /** Passes sound on, s16le mono 16 kHz; it is not changed afterwards. */
  readonly write: (pcm: Uint8Array) => void;
  /** @default SoundMouth, which tells soon */
  readonly estimator?: LipEstimator | undefined;
}

/** What goes on is told in such pieces: sound waits for the first of them. */
const TELL_EVERY_MS = 20;
const NOTHING: PositionLipsCounts = { parts: 0, lateParts: 0, reanchors: 0 };

/** One stream of a sound that goes on beyond it. */
interface Piece {
  readonly lips: PositionLips;
  readonly heard: HeardPosition;
  /** Where in the sound the stream begins, milliseconds. */
  readonly fromMs: number;
}

/**
 * Our own lips for live sound: the sound is kept back until its mouth is known, about a tenth of a second, and both are sent in
 * step. The stream may be lost and opened again: the sound goes on, and its lips with it.
 */
export class LiveLips {
  readonly #options: LiveLipsOptions;
  readonly #estimator: LipEstimator;
  readonly #held: HeldSound;
  #piece: Piece | undefined;
  #opened: SpeechHandle | undefined;
  #knownMs = 0;
  #writtenBytes = 0;
  #before: PositionLipsCounts = NOTHING;

  constructor(options: LiveLipsOptions) {
    this.#options = options;
    this.#estimator = options.estimator ?? new SoundMouth({ tellEveryMs: TELL_EVERY_MS });
    this.#held = new HeldSound({
      clock: options.clock,
      sampleRateHz: OUTPUT_SAMPLE_RATE_HZ,
      write: async (pcm) => this.#write(pcm),
    });
    this.#held.freeMs = 0;
  }

  get counts(): PositionLipsCounts {
    return sum(this.#before, this.#piece?.lips.counts ?? NOTHING);
  }

  /** What is written from now on goes to this stream: positions begin anew. */
  opened(handle: SpeechHandle): void {
    this.#opened = handle;
  }

  /** @param frame - s16le mono 16 kHz, whole samples; copied. */
  hear(frame: Uint8Array): void {
    const told = this.#estimator.push(frame);
    this.#knownMs = Math.max(this.#knownMs, told.at(-1)?.endMs ?? 0);
    void this.#held.push(frame.slice());
    this.#held.freeMs = this.#knownMs;
    this.#tell(told);
  }

  /** The sound has ended: the rest of it leaves, the mouth closes behind it. */
  async end(): Promise<void> {
    const told = this.#estimator.end();
    await this.#held.flush();
    this.#tell(told);
    this.#piece?.lips.finish();
  }

  /** Nothing more is sent. Idempotent. */
  stop(): void {
    this.#held.stop();
    this.#closePiece();
  }

  #tell(told: ReturnType<LipEstimator['push']>): void {
    const piece = this.#piece;
    if (piece === undefined || told.length === 0) return;
    const { fromMs, lips } = piece;
    // What belongs to the stream before is over.
    const ours = told
      .filter(({ endMs }) => endMs > fromMs)
      .map(({ phoneme, startMs, endMs }) => ({
        phoneme,
        startMs: Math.max(0, startMs - fromMs),
        endMs: endMs - fromMs,
      }));
    lips.append(ours);
  }

  #write(pcm: Uint8Array): void {
    const { clock, client, write } = this.#options;
    const handle = this.#opened;
    if (handle !== undefined) {
      this.#opened = undefined;
      this.#closePiece();
      const heard = new HeardPosition(client, handle.stream, clock);
      // Sound may have been written before anybody listened.
      const fromMs = (this.#writtenBytes - handle.sentBytes) / OUTPUT_BYTES_PER_MS;
      this.#piece = { heard, fromMs, lips: this.#lipsOf(handle, heard) };
      void handle.ended.then(() => {
        if (this.#piece?.heard === heard) this.#closePiece();
      });
    }
    write(pcm);
    this.#writtenBytes += pcm.byteLength;
    this.#piece?.lips.soundBegan();
  }

  #lipsOf(handle: SpeechHandle, heard: HeardPosition): PositionLips {
    const { clock, model, table } = this.#options;
    const lips = new PositionLips({
      clock,
      model,
      names: new PhonemeNames(table),
      heardMs: () => heard.nowMs,
      // A stream that has ended takes none, and needs none.
      tie: (atMs, message) => void handle.tie({ atMs, message, kind: 'lipsync' }).catch(() => {}),
    });
    heard.onMoved = () => {
      if (heard.originMs !== undefined) lips.moved(heard.originMs);
    };
    return lips;
  }

  #closePiece(): void {
    const piece = this.#piece;
    if (piece === undefined) return;
    this.#piece = undefined;
    piece.lips.stop();
    piece.heard.close();
    this.#before = sum(this.#before, piece.lips.counts);
  }
}

function sum(one: PositionLipsCounts, other: PositionLipsCounts): PositionLipsCounts {
  return {
    parts: one.parts + other.parts,
    lateParts: one.lateParts + other.lateParts,
    reanchors: one.reanchors + other.reanchors,
  };
}
