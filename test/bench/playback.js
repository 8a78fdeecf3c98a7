// Players on a null sink: how well their clocks foretell what its monitor hears, how fast they stop, whether they drift.
//   node test/bench/playback.js [--backends pacat,aplay] [--device out] [--monitor out.monitor] [--runs 3] [--lead-ms 80]
//   node test/bench/playback.js --stop 10          stop in the middle of a tone, ten times
//   node test/bench/playback.js --minutes 10       one long playback
// Needs `npm run build`, a PulseAudio or PipeWire server (XDG_RUNTIME_DIR names it) with a null sink, and parec.
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openPlayback, systemHost } from '../../dist/devices/index.js';
import { SystemClock } from '../../dist/runtime/index.js';

const { values } = parseArgs({
  options: {
    backends: { type: 'string', default: 'pacat,pw-play,aplay,play,ffplay' },
    device: { type: 'string' },
    monitor: { type: 'string', default: 'out.monitor' },
    runs: { type: 'string', default: '3' },
    'lead-ms': { type: 'string' },
    stop: { type: 'string' },
    minutes: { type: 'string' },
  },
});
const RATE = 48_000;
const BURST_MS = 30;
const FREQUENCY_HZ = 440;
const AMPLITUDE = 16_000;
const clock = new SystemClock();
const host = systemHost(process.env);

function open(backend) {
  const leadMs = values['lead-ms'] === undefined ? {} : { leadMs: Number(values['lead-ms']) };
  return openPlayback({ backend, device: values.device, sampleRateHz: RATE, clock, host, ...leadMs });
}

/** Seven bursts, as the players were first compared. */
async function onsets(backend) {
  const { errors, playback, openMs } = await bursts(backend, 0.5, 7);
  report(
    `${backend} (${playback.clockKind})`,
    errors,
    `open ${openMs.toFixed(0)} ms, ${playback.underruns} underruns`,
  );
}

async function long(backend, minutes) {
  const { errors, playback } = await bursts(backend, 5, Math.floor(minutes * 12), true);
  const tenth = Math.max(1, Math.floor(errors.length / 10));
  const drift = mean(errors.slice(-tenth)) - mean(errors.slice(0, tenth));
  report(
    `${backend}, ${minutes} min`,
    errors,
    `drift ${drift.toFixed(2)} ms, ${playback.underruns} underruns`,
  );
}

async function bursts(backend, everyS, count, isTold = false) {
  const recording = new Recording();
  await recording.running();
  const openedMs = clock.nowMs();
  const playback = await open(backend);
  const openMs = clock.nowMs() - openedMs;
  const predicted = [];
  const errors = [];
  const piece = new Int16Array(RATE / 50);
  const totalPieces = Math.round((everyS * count + 0.8) * 50);
  for (let index = 0; index < totalPieces; index++) {
    const fromMs = index * 20;
    for (let at = 0; at < piece.length; at++) {
      const inBurst = ((fromMs * RATE) / 1000 + at - everyS * RATE) % (everyS * RATE);
      const isBurst =
        inBurst >= 0 && inBurst < (RATE * BURST_MS) / 1000 && fromMs < (count * everyS + 0.2) * 1000;
      // Begins high: the first sample is the onset.
      piece[at] = isBurst ? AMPLITUDE * Math.cos((2 * Math.PI * 1000 * inBurst) / RATE) : 0;
    }
    await playback.write(new Uint8Array(piece.buffer));
    // Asked again until it is heard, as a mouth would.
    const burst = Math.ceil(playback.positionMs(clock.nowMs()) / (everyS * 1000));
    if (burst >= 1 && burst <= count) {
      predicted[burst - 1] = playback.heardAtMs(burst * everyS * 1000) ?? predicted[burst - 1];
    }
    if (isTold && index % 1500 === 1499) console.error(`${index / 50} s`, playback.underruns);
  }
  await playback.end();
  await wait(300);
  const heard = recording.onsets();
  for (const atMs of predicted) {
    const nearest = heard.reduce(
      (best, ms) => (Math.abs(ms - atMs) < Math.abs(best - atMs) ? ms : best),
      Infinity,
    );
    if (Math.abs(nearest - atMs) < 450) errors.push(nearest - atMs);
  }
  recording.end();
  if (errors.length < count) console.log(`${backend}: only ${errors.length} of ${count} bursts found`);
  return { errors, playback, openMs };
}

/** Stops in a tone, and looks for a click: a step that neither the tone nor its fade can make. */
async function stops(backend, count) {
  const resolvedMs = [];
  const silentMs = [];
  const steps = [];
  for (let run = 0; run < count; run++) {
    const recording = new Recording();
    await recording.running();
    const playback = await open(backend);
    const tone = new Int16Array(RATE / 50);
    let sample = 0;
    const untilMs = clock.nowMs() + 1500 + 37 * run;
    const writing = (async () => {
      for (;;) {
        for (let at = 0; at < tone.length; at++) {
          tone[at] = AMPLITUDE * Math.sin((2 * Math.PI * FREQUENCY_HZ * sample++) / RATE);
        }
        await playback.write(new Uint8Array(tone.buffer));
      }
    })().catch((error) => error);
    await wait(untilMs - clock.nowMs());
    const askedMs = clock.nowMs();
    await playback.stop();
    resolvedMs.push(clock.nowMs() - askedMs);
    await writing;
    await wait(300);
    const { lastMs, maxStep } = recording.tone();
    silentMs.push(lastMs - askedMs);
    // 12 ms of raised cosine adds at most its own slope to the tone's.
    const limit = AMPLITUDE * ((2 * Math.PI * FREQUENCY_HZ) / RATE + Math.PI / 2 / (0.012 * RATE));
    steps.push(maxStep / limit);
    recording.end();
  }
  report(`${backend}: stop() resolves after`, resolvedMs);
  report(`${backend}: last audible sample after`, silentMs);
  console.log(
    `${backend}: largest step ${Math.max(...steps).toFixed(3)} of what a tone and its fade may make (> 1 is a click)`,
  );
}

function report(what, figures, more = '') {
  const low = Math.min(...figures);
  const high = Math.max(...figures);
  console.log(
    `${what}: mean ${mean(figures).toFixed(2)} ms, ${low.toFixed(2)} … ${high.toFixed(2)}, spread ${(high - low).toFixed(2)}, n ${figures.length}${more === '' ? '' : `, ${more}`}`,
  );
}

function mean(figures) {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

/** What the monitor gives, with the time of each block's arrival. */
class Recording {
  #blocks = [];
  #marks = [];
  #samples = 0;
  #program;

  constructor() {
    this.#program = spawn('parec', [
      '--raw',
      `--rate=${RATE}`,
      '--channels=1',
      '--format=s16le',
      '--latency-msec=10',
      `--device=${values.monitor}`,
    ]);
    this.#program.stdout.on('data', (bytes) => {
      this.#samples += bytes.length / 2;
      this.#marks.push({ atMs: clock.nowMs(), samples: this.#samples });
      const block = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      // Long silences are kept as their length only.
      this.#blocks.push({
        from: this.#samples - block.length,
        block: block.some((s) => s !== 0) ? block : undefined,
      });
    });
  }

  /** An idle null sink takes its time. */
  async running() {
    while (this.#samples < RATE / 2) await wait(20);
  }

  end() {
    this.#program.kill('SIGKILL');
  }

  onsets() {
    const found = [];
    let last = Number.NEGATIVE_INFINITY;
    for (const { from, block } of this.#blocks) {
      for (const [at, value] of (block ?? []).entries()) {
        if (Math.abs(value) < AMPLITUDE / 4) continue;
        if (from + at - last > RATE / 5) found.push(this.#timeOf(from + at));
        last = from + at;
      }
    }
    return found;
  }

  tone() {
    let last = 0;
    let maxStep = 0;
    let before = 0;
    for (const { from, block } of this.#blocks) {
      if (block === undefined) maxStep = Math.max(maxStep, Math.abs(before));
      for (const [at, value] of (block ?? []).entries()) {
        maxStep = Math.max(maxStep, Math.abs(value - before));
        before = value;
        if (Math.abs(value) > 30) last = from + at;
      }
      if (block === undefined) before = 0;
    }
    return { lastMs: this.#timeOf(last), maxStep };
  }

  /** By the most punctual block within two seconds: all others were read late. */
  #timeOf(sample) {
    let offsetMs = Number.POSITIVE_INFINITY;
    for (const { atMs, samples } of this.#marks) {
      if (Math.abs(samples - sample) < 2 * RATE)
        offsetMs = Math.min(offsetMs, atMs - (samples * 1000) / RATE);
    }
    return (sample * 1000) / RATE + offsetMs;
  }
}

for (const backend of values.backends.split(',')) {
  try {
    if (values.stop !== undefined) await stops(backend, Number(values.stop));
    else if (values.minutes !== undefined) await long(backend, Number(values.minutes));
    else for (let run = 0; run < Number(values.runs); run++) await onsets(backend);
  } catch (error) {
    console.log(`${backend}: ${error.code ?? ''} ${error.message}`);
  }
}
