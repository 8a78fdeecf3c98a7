import type { Readable } from 'node:stream';
import { openSound, type RawFormat, type SoundSource, VOICE_FRAME_BYTES } from '../audio/index.js';
import { anySignal, type Clock, RequestError, sleep } from '../runtime/index.js';
import type { OnVoiceFrame, OpenVoiceOptions, VoiceSource } from './voice-source.js';

/** No device's clock is so much too fast; a file, or a program without a pace, is held to this. */
const FASTEST = 1.0005;
/** What may come at once, milliseconds: less than what the live pacer throws away to bound the lag. */
const BURST_MS = 80;
const FRAME_MS = 20;
/** How sound files begin: WAV, MP3 with a tag, FLAC, Ogg. */
const FILE_MAGIC = /^(?:RIFF|ID3|fLaC|OggS)/;

/**
 * Raw PCM from standard input, passed on as it comes: whoever writes it sets the pace, up to that of the sound itself. What
 * comes faster (a file) is read no faster, so that nothing of it is lost.
 *
 * @throws {RequestError} BRIDGE_ERR_AUDIO_EMPTY, BRIDGE_ERR_AUDIO_UNREADABLE
 */
export async function openVoiceInput(
  { context, clock, signal }: Pick<OpenVoiceOptions, 'context' | 'clock' | 'signal'>,
  rawFormat: RawFormat,
): Promise<VoiceSource> {
  const { stdin } = context.io;
  const closing = new AbortController();
  const over = anySignal(signal, closing.signal);
  try {
    const sound = await openSound(stdin, { rawFormat, name: 'standard input', signal: over });
    return new VoiceInput({ stdin, sound, closing, over, clock });
  } catch (error) {
    stdin.destroy();
    throw error;
  }
}

interface InputParts {
  readonly stdin: Readable;
  readonly sound: SoundSource;
  readonly closing: AbortController;
  readonly over: AbortSignal;
  readonly clock: Clock;
}

class VoiceInput implements VoiceSource {
  readonly label = 'standard input';
  readonly restarts = 0;
  readonly ended: Promise<void>;
  readonly #parts: InputParts;
  #isRunning = true;
  /** How far what was passed on is ahead of its own time. */
  #aheadMs = 0;
  #passedAtMs: number;
  #settle: (end: Promise<void>) => void = () => {};

  constructor(parts: InputParts) {
    this.#parts = parts;
    this.#passedAtMs = parts.clock.nowMs();
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
    const { closing, sound, stdin } = this.#parts;
    closing.abort();
    await sound.close();
    // Else its silence would keep the process alive.
    stdin.destroy();
  }

  /** Cuts sound into frames; a last one that is not full ends in silence. */
  async #passOn(onFrame: OnVoiceFrame): Promise<void> {
    const frame = new Uint8Array(VOICE_FRAME_BYTES);
    const { sound, over } = this.#parts;
    let filledBytes = 0;
    let isFirst = true;
    try {
      for await (const block of sound.frames()) {
        for (let at = 0; at < block.byteLength && !over.aborted; ) {
          const size = Math.min(VOICE_FRAME_BYTES - filledBytes, block.byteLength - at);
          frame.set(block.subarray(at, at + size), filledBytes);
          filledBytes += size;
          at += size;
          if (filledBytes < VOICE_FRAME_BYTES) continue;
          if (isFirst) assertNoFile(frame);
          isFirst = false;
          await this.#inTime();
          if (over.aborted) break;
          onFrame(frame, this.#parts.clock.nowMs());
          filledBytes = 0;
        }
      }
      if (filledBytes > 0 && !over.aborted) onFrame(frame.fill(0, filledBytes), this.#parts.clock.nowMs());
    } catch (error) {
      if (!over.aborted) throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  /** Waits while the frame that comes next would be too early. */
  async #inTime(): Promise<void> {
    const { clock, over } = this.#parts;
    const nowMs = clock.nowMs();
    this.#aheadMs = Math.max(0, this.#aheadMs - (nowMs - this.#passedAtMs) * FASTEST) + FRAME_MS;
    this.#passedAtMs = nowMs;
    if (this.#aheadMs > BURST_MS) await sleep(clock, this.#aheadMs - BURST_MS, over);
  }
}

/** @throws {RequestError} BRIDGE_ERR_AUDIO_FORMAT - it would be spoken as noise. */
function assertNoFile(frame: Uint8Array): void {
  const start = String.fromCharCode(...frame.subarray(0, 4));
  if (!FILE_MAGIC.test(start)) return;
  throw new RequestError(
    'BRIDGE_ERR_AUDIO_FORMAT',
    `Expected raw PCM on standard input, got a sound file (it begins with ${JSON.stringify(start.slice(0, 4))}). \`play -\` takes sound files, \`play - --live\` such as come in real time`,
  );
}
