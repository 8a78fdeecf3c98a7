import type { Readable } from 'node:stream';
import { openSound, type RawFormat, type SoundSource, VOICE_FRAME_BYTES } from '../audio/index.js';
import { anySignal } from '../runtime/index.js';
import type { OnVoiceFrame, OpenVoiceOptions, VoiceSource } from './voice-source.js';

/**
 * Raw PCM from standard input, passed on as it comes: whoever writes it sets the pace.
 *
 * @throws {RequestError} BRIDGE_ERR_AUDIO_EMPTY, BRIDGE_ERR_AUDIO_UNREADABLE
 */
export async function openVoiceInput(
  { context, signal }: Pick<OpenVoiceOptions, 'context' | 'signal'>,
  rawFormat: RawFormat,
): Promise<VoiceSource> {
  const { stdin } = context.io;
  const closing = new AbortController();
  const over = anySignal(signal, closing.signal);
  try {
    const sound = await openSound(stdin, { rawFormat, name: 'standard input', signal: over });
    return new VoiceInput(stdin, sound, closing, over);
  } catch (error) {
    stdin.destroy();
    throw error;
  }
}

class VoiceInput implements VoiceSource {
  readonly label = 'standard input';
  readonly restarts = 0;
  readonly ended: Promise<void>;
  readonly #stdin: Readable;
  readonly #sound: SoundSource;
  readonly #closing: AbortController;
  readonly #over: AbortSignal;
  #isRunning = true;
  #settle: (end: Promise<void>) => void = () => {};

  constructor(stdin: Readable, sound: SoundSource, closing: AbortController, over: AbortSignal) {
    this.#stdin = stdin;
    this.#sound = sound;
    this.#closing = closing;
    this.#over = over;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.ended.catch(() => {});
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  start(onFrame: OnVoiceFrame): void {
    this.#settle(this.#passOn(onFrame));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#sound.close();
    // Else its silence would keep the process alive.
    this.#stdin.destroy();
  }

  /** Cuts sound into frames; a last one that is not full ends in silence. */
  async #passOn(onFrame: OnVoiceFrame): Promise<void> {
    const frame = new Uint8Array(VOICE_FRAME_BYTES);
    let filledBytes = 0;
    try {
      for await (const block of this.#sound.frames()) {
        for (let at = 0; at < block.byteLength && !this.#over.aborted; ) {
          const size = Math.min(VOICE_FRAME_BYTES - filledBytes, block.byteLength - at);
          frame.set(block.subarray(at, at + size), filledBytes);
          filledBytes += size;
          at += size;
          if (filledBytes < VOICE_FRAME_BYTES) continue;
          onFrame(frame);
          filledBytes = 0;
        }
      }
      if (filledBytes > 0 && !this.#over.aborted) onFrame(frame.fill(0, filledBytes));
    } catch (error) {
      if (!this.#over.aborted) throw error;
    } finally {
      this.#isRunning = false;
    }
  }
}
