import type { EspeakEvent, EspeakManner, EspeakUnit, EspeakVoice } from './espeak-frames.js';

/** What of the package is used; it comes without types. @source its own espeak-ng.js, 0.3.5 */
interface EspeakModule {
  readonly eSpeakNGWorker: new () => EspeakWorker;
  readonly HEAP32?: Int32Array;
}

interface EspeakWorker {
  readonly samplerate: number;
  rate: number;
  pitch: number;
  range: number;
  volume: number;
  /** @returns 0, or not when there is no such voice; the one before stays. */
  set_voice(name: string): number;
  /** Calls back about every 100 ms of sound; what the callback returns asks it to stop. */
  synthesize(text: string, onSound: (pcm: Int16Array, events: readonly WorkerEvent[]) => boolean): void;
  /** Called by `synthesize` for each phoneme with the address of the event. */
  getStringIDFromEventStruct_(address: number): string;
  list_voices(): readonly {
    readonly name: string;
    readonly identifier: string;
    readonly languages: readonly { readonly priority: number; readonly name: string }[];
  }[];
}

interface WorkerEvent {
  readonly type: string;
  /** Whole milliseconds. */
  readonly audio_position: number;
  readonly id?: unknown;
}

/** `sample` in espeak-ng's `espeak_EVENT`, in words of four bytes. @source espeak-ng, speak_lib.h */
const SAMPLE_WORD = 5;

/** espeak-ng inside this process: only the child process may make one, since the package is GPL. */
export class EspeakEngine {
  readonly #module: EspeakModule;
  readonly #worker: EspeakWorker;
  /** Places of the phonemes of the callback that is under way. */
  readonly #samples: number[] = [];

  private constructor(module: EspeakModule) {
    this.#module = module;
    this.#worker = new module.eSpeakNGWorker();
    const name = this.#worker.getStringIDFromEventStruct_;
    // Whole milliseconds are what the package tells; the event itself knows the sample.
    this.#worker.getStringIDFromEventStruct_ = (address) => {
      const sample = this.#module.HEAP32?.[address / 4 + SAMPLE_WORD];
      this.#samples.push(sample ?? Number.NaN);
      return name.call(this.#worker, address);
    };
  }

  /** @param load - what the package exports. @throws when it is not what is expected. */
  static async load(load: unknown): Promise<EspeakEngine> {
    if (typeof load !== 'function') throw new TypeError('the package exports no function');
    // Its words would get between the frames.
    const silence = { print: () => {}, printErr: () => {} };
    return new EspeakEngine((await load(silence)) as EspeakModule);
  }

  get sampleRateHz(): number {
    return this.#worker.samplerate;
  }

  /**
   * @param onSound - s16 mono, about 100 ms, may be empty, valid until it returns; with the phonemes that begin in it, counted
   *   from the first sample of this unit.
   * @returns Samples in all, or undefined: there is no such voice.
   */
  speak(
    unit: EspeakUnit,
    manner: EspeakManner,
    onSound: (pcm: Int16Array, events: readonly EspeakEvent[]) => void,
  ): number | undefined {
    if (this.#worker.set_voice(unit.voice) !== 0) return undefined;
    Object.assign(this.#worker, manner);
    let samples = 0;
    this.#samples.length = 0;
    this.#worker.synthesize(unit.text, (pcm, events) => {
      onSound(pcm, this.#phonemes(events));
      samples += pcm.length;
      return false;
    });
    return samples;
  }

  voices(): EspeakVoice[] {
    return this.#worker.list_voices().map(({ name, identifier, languages }) => ({
      name,
      identifier,
      languages: languages.map(({ name: code, priority }) => ({ code: code.toLowerCase(), priority })),
    }));
  }

  #phonemes(events: readonly WorkerEvent[]): EspeakEvent[] {
    const samples = this.#samples.splice(0);
    return events
      .filter(({ type }) => type === 'phoneme' || type === 'mark' || type === 'play')
      .map(({ audio_position: positionMs, id }, index): EspeakEvent => {
        const told = Math.round((positionMs * this.sampleRateHz) / 1000);
        const exact = samples[index] ?? Number.NaN;
        // Another version of the package may lay its events out otherwise.
        const isPlausible = Math.abs(exact - told) <= this.sampleRateHz / 500;
        return [isPlausible ? exact : told, typeof id === 'string' ? id : ''];
      });
  }
}
