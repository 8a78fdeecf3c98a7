import { type ChirpDelay, chirpDelay, chirpSeries, findChirps } from '../audio/chirp-detect.js';
import { OUTPUT_SAMPLE_RATE_HZ } from '../audio/pcm.js';
import { type Clock, sleep } from '../runtime/clock.js';
import { MIC_FRAME_SAMPLES } from './mic-frames.js';
import { Microphone, type MicState } from './microphone.js';
import type { Outputs } from './outputs.js';
import type { PlayError } from './play-error.js';
import { SoundPlayer } from './sound-player.js';

/** How late a loudspeaker is. */
export interface LoopResult {
  /** Beyond what the browser tells; what lips have to be moved by, milliseconds. */
  readonly offsetMs: number;
  /** Half of the sounds came within so much. */
  readonly spreadMs: number;
  readonly heard: number;
  readonly played: number;
  /** The microphone's own delay as the browser tells it, taken off already. */
  readonly captureMs: number;
}

export interface LoopOptions {
  readonly clock: Clock;
  readonly outputs: Outputs;
  readonly deviceId: string | undefined;
  readonly gain: number;
}

const COUNT = 10;
const FRAME_MS = 20;
/** Wireless loudspeakers stay below it. */
const MAX_DELAY_MS = 900;
const MAX_SPREAD_MS = 8;
const RATE_HZ = 48_000;
const AMPLITUDE = 0.6;
const LOOK_MS = 100;
const START_MS = 5000;

/**
 * Plays chirps and finds in the microphone's sound how much later they came than the browser had told.
 *
 * @throws {PlayError} of the microphone; LoopNotPlayed, LoopNotHeard, LoopUnsteady.
 */
export async function measureLoop(options: LoopOptions): Promise<LoopResult> {
  const { clock } = options;
  const { samples: series, onsetsMs } = chirpSeries(RATE_HZ, COUNT, AMPLITUDE);
  const buffer = new AudioBuffer({ length: series.length, sampleRate: RATE_HZ });
  buffer.getChannelData(0).set(series);
  const player = new SoundPlayer(clock, options.outputs);
  // Whatever the page's volume is: what cannot be heard cannot be measured.
  player.gain = Math.max(options.gain, 0.25);
  player.load(buffer);
  const recorder = new Recorder(clock);
  try {
    const captureMs = await recorder.start(options.deviceId);
    await player.play();
    const zeroAtMs = await playedThrough(player, clock);
    await sleep(clock, MAX_DELAY_MS);
    const { samples, startedAtMs } = recorder.recorded;
    const heard = findChirps(samples, OUTPUT_SAMPLE_RATE_HZ).map(({ atMs, likeness }) => ({
      atMs: startedAtMs + atMs,
      likeness,
    }));
    const found = certain(
      chirpDelay(
        onsetsMs.map((ms) => zeroAtMs + ms),
        heard,
      ),
    );
    const offsetMs = Math.round(found.delayMs - captureMs);
    return { offsetMs, spreadMs: found.spreadMs, heard: found.found, played: COUNT, captureMs };
  } finally {
    player.close();
    recorder.stop();
  }
}

/** @throws {PlayError} too little was heard to rely on it. */
function certain(found: ChirpDelay | undefined): ChirpDelay {
  if (found === undefined) throw failure('LoopNotHeard', 'fewer than half of the sounds were found');
  if (found.spreadMs > MAX_SPREAD_MS)
    throw failure('LoopUnsteady', `half of them came within ±${Math.round(found.spreadMs)} ms only`);
  return found;
}

/** When position 0 was heard, by the browser's newest account; resolves when all was played. */
async function playedThrough(player: SoundPlayer, clock: Clock): Promise<number> {
  let zeroAtMs: number | undefined;
  const giveUpMs = clock.nowMs() + player.durationMs + START_MS;
  while (player.status === 'playing' && clock.nowMs() < giveUpMs) {
    zeroAtMs = player.heardAtMs(0) ?? zeroAtMs;
    await sleep(clock, LOOK_MS);
  }
  if (zeroAtMs === undefined || player.status === 'playing')
    throw failure('LoopNotPlayed', 'the browser tells no output time');
  return zeroAtMs;
}

/** The microphone's frames as one recording with a time of its own. */
class Recorder {
  readonly #mic: Microphone;
  readonly #frames: Int16Array[] = [];
  #startedAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#mic = new Microphone(clock);
    this.#mic.events.on('frame', (samples, atMs) => {
      this.#frames.push(samples);
      // The main thread is late at times and never early: the earliest tells best when the recording began.
      this.#startedAtMs = Math.min(this.#startedAtMs, atMs - FRAME_MS * this.#frames.length);
    });
  }

  /** @returns What the browser says that the microphone is late, milliseconds. @throws {PlayError} */
  async start(deviceId: string | undefined): Promise<number> {
    const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    await this.#mic.start({ deviceId, ...raw });
    const state: MicState = this.#mic.state;
    if (state.status === 'failed') throw state.error;
    // Frames wait for no buffer here: `captureMs` counts one.
    return state.status === 'on' ? state.captureMs - FRAME_MS : 0;
  }

  get recorded(): { readonly samples: Float32Array; readonly startedAtMs: number } {
    const samples = new Float32Array(MIC_FRAME_SAMPLES * this.#frames.length);
    this.#frames.forEach((frame, n) => {
      frame.forEach((sample, at) => {
        samples[n * MIC_FRAME_SAMPLES + at] = sample / 32_768;
      });
    });
    return { samples, startedAtMs: this.#startedAtMs };
  }

  stop(): void {
    this.#mic.stop();
  }
}

function failure(code: string, message: string): PlayError {
  return { code, message };
}
