import type { Clock, Timer } from '../../runtime/clock.js';
import { wavOf } from './wav-of.js';

/** What the server reads as it comes; then what the browser itself must read, to send it as WAV. */
const SENT_AS_IT_IS = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus'];
const CONVERTED = ['audio/mp4', 'audio/webm', 'audio/aac'];
/** As often a stretch is given, so that little is left to be sent at the end. */
const SLICE_MS = 1000;
const PIECE_BYTES = 64 * 1024;

export type MicProblem = 'micDenied' | 'micMissing' | 'micInsecure' | 'micBroken';

export interface RecorderParts {
  readonly clock: Clock;
  /** Told each stretch, in order; all of them before `stop` resolves. */
  readonly onPiece: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** The microphone was taken away, or it lasts too long: `stop` is to be called. */
  readonly onEnd: (why: 'gone' | 'tooLong') => void;
  readonly maxMs: number;
}

/** The kind that this browser records and somebody reads. @param isSupported - `MediaRecorder.isTypeSupported`. @returns '' - the browser's own choice, converted. */
export function recordingType(isSupported: (type: string) => boolean): {
  type: string;
  isConverted: boolean;
} {
  const type = [...SENT_AS_IT_IS, ...CONVERTED].find(isSupported) ?? '';
  return { type, isConverted: !SENT_AS_IT_IS.includes(type) };
}

/** One recording. Whatever ends it, the microphone is let go: its tracks are stopped and taken out of the stream. */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #isConverted: boolean;
  readonly #blobs: Blob[] = [];
  readonly #timer: Timer;
  /** Blobs are read one after the other: stretches stay in their order. */
  #read: Promise<void> = Promise.resolve();
  #isOver = false;

  /** Asks for the microphone. @throws a `MicFault`. */
  static async start(parts: RecorderParts): Promise<Recorder> {
    if (!isSecureContext || navigator.mediaDevices === undefined || typeof MediaRecorder === 'undefined')
      throw new MicFault(isSecureContext ? 'micBroken' : 'micInsecure');
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      throw new MicFault(problemOf(error), { cause: error });
    }
    try {
      return new Recorder(stream, parts);
    } catch (error) {
      letGo(stream);
      throw new MicFault('micBroken', { cause: error });
    }
  }

  private constructor(stream: MediaStream, parts: RecorderParts) {
    this.#parts = parts;
    this.#stream = stream;
    const { type, isConverted } = recordingType((one) => MediaRecorder.isTypeSupported(one));
    this.#isConverted = isConverted;
    this.#recorder = new MediaRecorder(
      stream,
      type === '' ? {} : { mimeType: type, audioBitsPerSecond: 32_000 },
    );
    this.#recorder.addEventListener('dataavailable', ({ data }) => this.#take(data));
    for (const track of stream.getAudioTracks())
      track.addEventListener('ended', () => {
        if (!this.#isOver) parts.onEnd('gone');
      });
    this.#recorder.start(SLICE_MS);
    this.#timer = parts.clock.after(parts.maxMs, () => parts.onEnd('tooLong'));
  }

  /** @returns all of it, to be heard again; every stretch was given then. Once. */
  async stop(): Promise<Blob> {
    await this.#end();
    const blob = new Blob(this.#blobs, { type: this.#recorder.mimeType });
    if (this.#isConverted) {
      const file = await wavOf(await blob.arrayBuffer());
      for (let at = 0; at < file.byteLength; at += PIECE_BYTES)
        this.#parts.onPiece(file.slice(at, at + PIECE_BYTES));
    }
    return blob;
  }

  /** Nothing more is given. */
  cancel(): void {
    this.#isOver = true;
    void this.#end();
  }

  async #end(): Promise<void> {
    this.#timer.cancel();
    if (this.#recorder.state !== 'inactive') {
      const stopped = new Promise((resolve) =>
        this.#recorder.addEventListener('stop', resolve, { once: true }),
      );
      this.#recorder.stop();
      await stopped;
    }
    this.#isOver = true;
    letGo(this.#stream);
    await this.#read;
  }

  #take(blob: Blob): void {
    if (this.#isOver || blob.size === 0) return;
    this.#blobs.push(blob);
    if (this.#isConverted) return;
    this.#read = this.#read.then(async () => {
      this.#parts.onPiece(new Uint8Array(await blob.arrayBuffer()));
    });
  }
}

export class MicFault extends Error {
  readonly problem: MicProblem;

  constructor(problem: MicProblem, options?: ErrorOptions) {
    super(problem, options);
    this.problem = problem;
  }
}

/** The browser's sign of recording goes when the tracks are stopped; Chromium needs them out of the stream too. */
function letGo(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.stop();
    stream.removeTrack(track);
  }
}

function problemOf(error: unknown): MicProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'micDenied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'micMissing' : 'micBroken';
}
