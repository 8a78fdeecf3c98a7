import type { Clock, Timer } from '../runtime/index.js';
import type { ClipPlayback, ClipPlayer } from './clip-player.js';
import type { Program } from './program.js';
import { SAMPLE_RATE_HZ } from './sound-player.js';

export interface FakeVoiceOptions {
  readonly clock: Clock;
  readonly program: Program;
  readonly clips: ClipPlayer;
  readonly voices: readonly string[];
  readonly hasModel: (alias: string) => boolean;
  readonly onBlock: (pcm: Int16Array, atMs: number) => void;
}

/** SYNTH_EVENT_START to the first sample [peer-facts-2 5: 99–101 ms after sending]. */
const SOUND_AFTER_MS = 70;
/** Last sample to SYNTH_EVENT_STOP [peer-facts-2 5: 30–48 ms]. */
const STOP_EVENT_MS = 30;
/** SYNTH_STOP to silence, the rest of 65 ms being the message's own delay [peer-facts-2 5]. */
const STOP_TAIL_MS = 38;
const MS_PER_CHARACTER = 80;
const MAX_CHARACTERS = 400;
const TONE_HZ = 440;
const TONE_LEVEL = 6000;
const VOWELS = ['a', 'i', 'u', 'e', 'o'] as const;

interface Speech {
  readonly alias: string;
  readonly playback: ClipPlayback;
  readonly stopEvent: { timer: Timer | undefined };
}

/**
 * Stand-in for a TTS plugin: a tone of 80 ms per character with one vowel each, and the plugin's own LIPSYNC_START.
 *
 * A second SYNTH_START replaces the first; SYNTH_STOP leaves the mouth open, as the real plugin does [peer-facts-2 5].
 */
export class FakeVoice {
  readonly #options: FakeVoiceOptions;
  #speech: Speech | undefined;

  constructor(options: FakeVoiceOptions) {
    this.#options = options;
  }

  handle(type: string, args: readonly string[]): void {
    if (this.#options.voices.length === 0) return;
    const [alias, voice, ...text] = args;
    if (alias === undefined) return;
    if (type === 'SYNTH_START' && voice !== undefined && this.#options.voices.includes(voice)) {
      this.#start(alias, text.join('|'));
    } else if (type === 'SYNTH_STOP') {
      this.#stop(alias);
    }
  }

  #start(alias: string, text: string): void {
    const { program, clock, clips } = this.#options;
    if (this.#speech !== undefined) this.#cut(this.#speech);
    const characters = [...text].slice(0, MAX_CHARACTERS);
    const durationMs = Math.max(1, characters.length) * MS_PER_CHARACTER;
    program.post(`SYNTH_EVENT_START|${alias}`);
    if (this.#options.hasModel(alias)) {
      const list = characters.map(
        (_, index) => `${VOWELS[index % VOWELS.length] ?? 'a'},${MS_PER_CHARACTER}`,
      );
      program.enqueueNext(`LIPSYNC_START|${alias}|${list.join(',') || 'sil,80'}`);
    }
    const stopEvent: Speech['stopEvent'] = { timer: undefined };
    const playback = clips.play({
      pcm: tone(durationMs),
      durationMs,
      startAtMs: clock.nowMs() + SOUND_AFTER_MS,
      onBlock: this.#options.onBlock,
      onEnd: () => {
        if (this.#speech?.playback !== playback) return;
        stopEvent.timer = program.after(STOP_EVENT_MS, () => this.#ended(alias));
      },
    });
    this.#speech = { alias, playback, stopEvent };
  }

  #stop(alias: string): void {
    this.#options.program.enqueueNext(`LIPSYNC_STOP|${alias}`);
    const speech = this.#speech;
    if (speech?.alias !== alias) return;
    speech.playback.stopAfter(STOP_TAIL_MS);
  }

  #ended(alias: string): void {
    this.#speech = undefined;
    this.#options.program.post(`SYNTH_EVENT_STOP|${alias}`);
  }

  /** Replaced by a new one: silent at once, STOP in the same frame as the next START. */
  #cut(speech: Speech): void {
    speech.stopEvent.timer?.cancel();
    speech.playback.stopAfter(0);
    this.#options.program.enqueueNext(`LIPSYNC_STOP|${speech.alias}`);
    this.#ended(speech.alias);
  }
}

function tone(durationMs: number): Int16Array {
  const pcm = new Int16Array((durationMs * SAMPLE_RATE_HZ) / 1000);
  for (let at = 0; at < pcm.length; at++) {
    pcm[at] = Math.round(TONE_LEVEL * Math.sin((2 * Math.PI * TONE_HZ * at) / SAMPLE_RATE_HZ));
  }
  return pcm;
}
