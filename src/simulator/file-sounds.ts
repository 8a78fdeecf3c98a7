import type { Clock } from '../runtime/index.js';
import type { ClipPlayback, ClipPlayer } from './clip-player.js';
import type { Program } from './program.js';
import type { SoundClip } from './simulator-types.js';

export interface FileSoundsOptions {
  readonly clock: Clock;
  readonly program: Program;
  readonly clips: ClipPlayer;
  readonly readClip: (file: string) => SoundClip | undefined;
  /** One block of a sound; `hasLips`: it moves the mouth (SPEAK). */
  readonly onBlock: (pcm: Int16Array, atMs: number, hasLips: boolean) => void;
  readonly onSpeechEnd: (atMs: number) => void;
}

/** Files of 60 s and more are refused with a log line only [peer-facts 9]. */
const MAX_SPEAK_MS = 60_000;
/** Message to sound, after the frame that started it [peer-facts 9: 0.23–0.37 s against SPEAK_EVENT_START 0.15]. */
const START_MS = 130;
const SOUND_EVENT_MS = 80;
/** SPEAK_EVENT_STOP comes by a timer, not by the real end [peer-facts 9]. */
const SPEAK_TIMER_EXTRA_MS = 100;
/** End of the last sample to SOUND_EVENT_STOP. */
const END_EVENT_MS = 130;
/** A stopped file sounds on for this long [peer-facts 9: 0.73–0.96 s]. */
const STOP_TAIL_MS = 800;
/** SPEAK_STOP to SPEAK_EVENT_STOP beyond the echo. */
const STOP_EVENT_MS = 100;
const MAX_SOUNDS = 32;

interface Speech {
  readonly alias: string;
  readonly playback: ClipPlayback;
  readonly cancelStopEvent: () => void;
}

/** SPEAK_* and SOUND_*: sound files with their events and delays [peer-facts 9]. */
export class FileSounds {
  readonly #options: FileSoundsOptions;
  readonly #sounds = new Map<string, ClipPlayback>();
  #speech: Speech | undefined;

  constructor(options: FileSoundsOptions) {
    this.#options = options;
  }

  handle(type: string, args: readonly string[]): void {
    const [name, file] = args;
    if (name === undefined) return;
    if (type === 'SPEAK_START' && file !== undefined) this.#startSpeech(name, file);
    else if (type === 'SPEAK_STOP') this.#stopSpeech(name);
    else if (type === 'SOUND_START' && file !== undefined) this.#startSound(name, file);
    else if (type === 'SOUND_STOP') this.#sounds.get(name)?.stopAfter(STOP_TAIL_MS);
  }

  #startSpeech(alias: string, file: string): void {
    const { clock, program } = this.#options;
    const running = this.#speech;
    if (running !== undefined && running.playback.endAtMs > clock.nowMs()) {
      // The real program waits for the first on its only thread: nothing is drawn or answered meanwhile.
      program.freeze(running.playback.endAtMs - clock.nowMs(), () => this.#startSpeech(alias, file));
      return;
    }
    const clip = this.#options.readClip(file);
    if (clip === undefined || clip.durationMs >= MAX_SPEAK_MS) return;
    program.post(`SPEAK_EVENT_START|${alias}`);
    const timer = program.after(clip.durationMs + SPEAK_TIMER_EXTRA_MS, () =>
      program.post(`SPEAK_EVENT_STOP|${alias}`),
    );
    const name = `__speak__${alias}`;
    const playback = this.#play(name, clip, true);
    this.#speech = { alias, playback, cancelStopEvent: () => timer.cancel() };
    program.enqueueNext(`SOUND_START|${name}|${file}`);
  }

  #stopSpeech(alias: string): void {
    const speech = this.#speech;
    if (speech?.alias !== alias || speech.playback.endAtMs <= this.#options.clock.nowMs()) {
      this.#options.program.post(`SPEAK_EVENT_STOP|${alias}`);
      return;
    }
    speech.cancelStopEvent();
    speech.playback.stopAfter(STOP_TAIL_MS);
    this.#options.program.after(STOP_EVENT_MS, () => this.#options.program.post(`SPEAK_EVENT_STOP|${alias}`));
  }

  #startSound(name: string, file: string): void {
    if (this.#sounds.has(name) || this.#sounds.size >= MAX_SOUNDS) return;
    const clip = this.#options.readClip(file);
    if (clip !== undefined) this.#play(name, clip, false);
  }

  #play(name: string, clip: SoundClip, hasLips: boolean): ClipPlayback {
    const { clock, program, clips } = this.#options;
    program.after(SOUND_EVENT_MS, () => program.post(`SOUND_EVENT_START|${name}`));
    const playback = clips.play({
      pcm: clip.pcm,
      durationMs: clip.durationMs,
      startAtMs: clock.nowMs() + START_MS,
      onBlock: (pcm, atMs) => this.#options.onBlock(pcm, atMs, hasLips),
      onEnd: () => {
        this.#sounds.delete(name);
        if (hasLips) this.#options.onSpeechEnd(clock.nowMs());
        program.after(END_EVENT_MS, () => program.post(`SOUND_EVENT_STOP|${name}`));
      },
    });
    this.#sounds.set(name, playback);
    return playback;
  }
}
