import { VOICE_FRAME_BYTES } from '../audio/index.js';
import type { Ear } from '../dialogue/index.js';
import type { Hearing, HearingEvents } from '../hearing/index.js';
import { Emitter } from '../runtime/index.js';

const NAMES = [
  'began',
  'lasted',
  'paused',
  'wentOn',
  'ended',
  'dropped',
] as const satisfies readonly (keyof HearingEvents)[];
/** s16le mono 16 kHz. */
const BYTES_PER_MS = 32;

/** The ear of a conversation: takes sound in pieces of any length, and can forget what it hears. Closes nothing. */
export class ConversationEar implements Ear {
  readonly events = new Emitter<HearingEvents>();
  readonly #hearing: Hearing;
  readonly #frame = new Uint8Array(VOICE_FRAME_BYTES);
  #filledBytes = 0;
  /** The utterance that is forgotten: nothing of it is told. */
  #forgotten: number | undefined;
  readonly #offs: readonly (() => void)[];

  constructor(hearing: Hearing) {
    this.#hearing = hearing;
    this.#offs = NAMES.map((name) =>
      hearing.events.on(name, (...args: HearingEvents[typeof name]) => {
        if (args[0].id !== this.#forgotten) this.events.emit(name, ...args);
      }),
    );
  }

  hear(frame: Uint8Array, capturedAtMs: number): void {
    if (this.#filledBytes === 0 && frame.byteLength === VOICE_FRAME_BYTES) {
      this.#hearing.hear(frame, capturedAtMs);
      return;
    }
    for (let at = 0; at < frame.byteLength; ) {
      const size = Math.min(VOICE_FRAME_BYTES - this.#filledBytes, frame.byteLength - at);
      this.#frame.set(frame.subarray(at, at + size), this.#filledBytes);
      this.#filledBytes += size;
      at += size;
      if (this.#filledBytes < VOICE_FRAME_BYTES) return;
      this.#filledBytes = 0;
      this.#hearing.hear(this.#frame, capturedAtMs - (frame.byteLength - at) / BYTES_PER_MS);
    }
  }

  requirePause(pauseMs: number): void {
    this.#hearing.requirePause(pauseMs);
  }

  played(sound: Parameters<Hearing['played']>[0]): void {
    this.#hearing.played(sound);
  }

  press(): void {
    this.#hearing.isTalking = true;
  }

  release(): void {
    this.#hearing.isTalking = false;
  }

  reset(): void {
    this.#forgotten = this.#hearing.current?.id;
    this.#hearing.flush();
  }

  close(): void {
    for (const off of this.#offs) off();
  }
}
