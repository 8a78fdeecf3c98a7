import { CHIRP_MS, chirpDelay, chirpSeries, findChirps } from '../audio/index.js';
import { anySignal, type Clock, RequestError, sleep } from '../runtime/index.js';
import { CAPTURE_FRAME_BYTES, type Capture } from './capture.js';
import { openCapture } from './capture-open.js';
import { FrameTimes } from './frame-times.js';
import type { DeviceHost } from './host.js';
import { loopbackOf } from './loopback.js';
import { type OpenedOutput, openPlayback } from './open-playback.js';
import type { Playback } from './playback.js';

export interface MeasureOptions {
  readonly output: { readonly backend?: string | undefined; readonly device?: string | undefined };
  /** Left out: the loopback of the output where there is one, else the default microphone. */
  readonly input?:
    | { readonly backend?: string | undefined; readonly device?: string | undefined }
    | undefined;
  /** @default 48000 */
  readonly sampleRateHz?: number | undefined;
  /** How loud the chirps are, 0 … 1 of full scale. @default 0.5 */
  readonly amplitude?: number | undefined;
  /** Chirps played, at least 7. @default 9 */
  readonly chirps?: number | undefined;
  readonly clock: Clock;
  readonly host: DeviceHost;
  readonly signal?: AbortSignal | undefined;
}

export interface OutputOffset {
  readonly output: OpenedOutput;
  /** How much later sound is heard than the playback's own clock says, milliseconds. */
  readonly offsetMs: number;
  /** Half of the chirps lie within this around it, milliseconds. */
  readonly spreadMs: number;
  readonly found: number;
  readonly played: number;
  /** 0 … 1. */
  readonly confidence: number;
  /** What heard it: the output's loopback, or a microphone (which adds 2.9 ms a metre, and the recorder's own delay). */
  readonly via: 'monitor' | 'microphone';
  readonly input: { readonly backend: string; readonly device: string | undefined };
  /** What the recording's own times may be wrong by, milliseconds. */
  readonly boundMs: number;
  readonly underruns: number;
}

const INPUT_HZ = 16_000;
const FRAME_MS = (CAPTURE_FRAME_BYTES / 2 / INPUT_HZ) * 1000;
const MIN_FOUND = 7;
/** Above what a converter makes of silence, below any chirp. */
const SILENCE = 0.0005;
/** Time for the last chirp to arrive through a slow recorder. */
const AFTER_MS = 700;
/** The series is well under way. */
const IN_MIDST_MS = 2500;

/**
 * Measures how late a loudspeaker is: chirps are played, recorded, and compared with when the playback's clock said they would be
 * heard. Takes about 7 s.
 *
 * @throws {RequestError} BRIDGE_ERR_CALIBRATION - too few were found, or too far apart; the message says what to try.
 * @throws {DeviceError} the loudspeaker or the microphone.
 */
export async function measureOutputOffset(options: MeasureOptions): Promise<OutputOffset> {
  const { clock, host, sampleRateHz = 48_000 } = options;
  const loopback = options.input === undefined ? await loopbackOf(host, options.output) : undefined;
  const times = new FrameTimes(INPUT_HZ);
  const failed = new AbortController();
  const signal = options.signal === undefined ? failed.signal : anySignal(options.signal, failed.signal);
  const capture = await openCapture({
    ...(loopback ?? options.input),
    clock,
    host,
    signal,
    maxRestarts: 0,
    onFrame: (frame, capturedAtMs) => times.push(frame, capturedAtMs),
  });
  const off = capture.events.on('stateChange', (state) => {
    if (state.status === 'closed' || state.status === 'restarting') failed.abort(state.error);
  });
  try {
    let output: OpenedOutput = { backend: '', device: undefined, sampleRateHz };
    const playback = await openPlayback({
      ...options.output,
      sampleRateHz,
      clock,
      host,
      signal,
      offsetMs: (opened) => {
        output = opened;
        return 0;
      },
    });
    const [expectedMs, deviceBufferMs] = await Promise.all([
      playChirps(playback, options, signal),
      loopback === undefined ? 0 : sleep(clock, IN_MIDST_MS, signal).then(() => loopback.bufferMs()),
    ]);
    await sleep(clock, AFTER_MS, signal);
    const via = loopback === undefined ? 'microphone' : 'monitor';
    return result({ output, playback, capture, expectedMs, times, via, deviceBufferMs });
  } finally {
    off();
    await capture.close();
  }
}

/** @returns when each chirp should have been heard. */
async function playChirps(
  playback: Playback,
  { clock, amplitude = 0.5, chirps = 9 }: MeasureOptions,
  signal: AbortSignal,
): Promise<number[]> {
  const { samples, onsetsMs } = chirpSeries(playback.sampleRateHz, Math.max(MIN_FOUND, chirps), amplitude);
  const pcm = Int16Array.from(samples, (value) => Math.round(value * 32_767));
  const expectedMs: number[] = [];
  const piece = Math.round(playback.sampleRateHz / 50);
  try {
    for (let at = 0; at < pcm.length; at += piece) {
      const part = pcm.subarray(at, at + piece);
      await playback.write(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), signal);
      const positionMs = playback.positionMs(clock.nowMs());
      // Asked until it is heard: an underrun on the way moves it.
      const next = onsetsMs.findIndex((onsetMs) => onsetMs >= positionMs);
      const heardMs = next < 0 ? undefined : playback.heardAtMs(onsetsMs[next] ?? 0);
      if (heardMs !== undefined) expectedMs[next] = heardMs;
    }
    await playback.end();
  } catch (error) {
    await playback.stop().catch(() => {});
    throw error;
  }
  return expectedMs.filter((atMs) => atMs !== undefined);
}

interface Measured {
  readonly output: OpenedOutput;
  readonly playback: Playback;
  readonly capture: Capture;
  readonly expectedMs: readonly number[];
  readonly times: FrameTimes;
  readonly via: OutputOffset['via'];
  readonly deviceBufferMs: number;
}

function result(measured: Measured): OutputOffset {
  const { output, playback, capture, expectedMs, times, via, deviceBufferMs } = measured;
  // What the recorder holds back beyond the block itself, whose samples are dated one by one.
  const heldMs = Math.max(0, capture.leadMs - FRAME_MS);
  const found = findChirps(times.samples, INPUT_HZ);
  const heard = found.map(({ atMs, likeness }) => ({ atMs: times.timeOfMs(atMs) - heldMs, likeness }));
  const delay = chirpDelay(expectedMs, heard);
  if (delay === undefined || delay.found < MIN_FOUND) {
    throw notFound(found.length, expectedMs.length, times.peak, capture.device, via);
  }
  return {
    output,
    // A monitor hears what is given to the device, which plays it when its own buffer has passed.
    offsetMs: delay.delayMs + deviceBufferMs,
    spreadMs: delay.spreadMs,
    found: delay.found,
    played: expectedMs.length,
    confidence: delay.confidence,
    via,
    input: { backend: capture.backend, device: capture.device },
    boundMs: FRAME_MS + heldMs,
    underruns: playback.underruns,
  };
}

function notFound(
  found: number,
  played: number,
  peak: number,
  device: string | undefined,
  via: 'monitor' | 'microphone',
): RequestError {
  const input = `${via === 'monitor' ? 'the loopback' : 'the microphone'} ${device ?? '(default)'}`;
  const seen = `${found} of ${played} chirps were found in what ${input} recorded (${CHIRP_MS} ms each, 1 to 5 kHz)`;
  const advice =
    peak < SILENCE
      ? 'It recorded silence: turn the loudspeaker up, unmute loudspeaker and microphone, and choose the microphone that hears it with --input-device'
      : 'It recorded something else: turn the volume up, make the room quiet, bring the microphone near, and switch echo cancellation and noise suppression of the microphone off';
  return new RequestError('BRIDGE_ERR_CALIBRATION', `${seen}. ${advice}`);
}
