import { openSound, VOICE_FRAME_BYTES } from '../audio/index.js';
import type { Conversation } from '../dialogue/index.js';
import { anySignal, type Clock, sleep } from '../runtime/index.js';
import type { VoiceSource } from './voice-source.js';

const FRAME_MS = 20;
const RATE_HZ = 16_000;

/**
 * What a conversation of `chat` hears: a microphone, or silence; and in place of it now and then a sound file as if it were spoken.
 * Frames come in real time, by absolute deadlines.
 */
export class ChatEar {
  readonly #conversation: Conversation;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #isPlaying = false;

  constructor(conversation: Conversation, clock: Clock) {
    this.#conversation = conversation;
    this.#clock = clock;
  }

  /** The microphone; its frames are left out while a file plays. */
  listen(source: VoiceSource): void {
    source.start((frame, capturedAtMs) => {
      if (!this.#isPlaying && !this.#closing.signal.aborted) this.#conversation.hear(frame, capturedAtMs);
    });
  }

  /** Without a microphone: silence, without which no pause would ever end what a file says. */
  listenToSilence(): void {
    const frame = new Uint8Array(VOICE_FRAME_BYTES);
    let dueMs = this.#clock.nowMs();
    const next = (): void => {
      if (this.#closing.signal.aborted) return;
      if (!this.#isPlaying) this.#conversation.hear(frame, this.#clock.nowMs());
      dueMs = Math.max(dueMs + FRAME_MS, this.#clock.nowMs());
      this.#clock.after(dueMs - this.#clock.nowMs(), next);
    };
    next();
  }

  /**
   * Hears a file from its beginning to its end.
   *
   * @throws {BridgeError} BRIDGE_ERR_AUDIO_*
   */
  async play(file: string, stopped: AbortSignal): Promise<void> {
    const signal = anySignal(stopped, this.#closing.signal);
    const sound = await openSound(file, { sampleRateHz: RATE_HZ, signal });
    const frame = new Uint8Array(VOICE_FRAME_BYTES);
    let filledBytes = 0;
    this.#isPlaying = true;
    let dueMs = this.#clock.nowMs();
    const give = async (): Promise<void> => {
      dueMs += FRAME_MS;
      const waitMs = dueMs - this.#clock.nowMs();
      if (waitMs > 0) await sleep(this.#clock, waitMs, signal);
      this.#conversation.hear(frame, this.#clock.nowMs());
      filledBytes = 0;
    };
    try {
      for await (const block of sound.frames()) {
        for (let at = 0; at < block.byteLength; ) {
          const size = Math.min(VOICE_FRAME_BYTES - filledBytes, block.byteLength - at);
          frame.set(block.subarray(at, at + size), filledBytes);
          filledBytes += size;
          at += size;
          if (filledBytes === VOICE_FRAME_BYTES) await give();
        }
      }
      if (filledBytes > 0) {
        frame.fill(0, filledBytes);
        await give();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#isPlaying = false;
      await sound.close();
    }
  }

  /** No frame comes afterwards. Idempotent. */
  close(): void {
    this.#closing.abort();
  }
}
