// Sound of `lipsync` as a loudspeaker's monitor hears it, against the mouth it moves.
//   node test/bench/lips-offset.js [--count 20] [--device out] [--monitor out.monitor] [--backend pacat] [--offset-ms 0]
//   node test/bench/lips-offset.js --minutes 10           one long utterance: drift
// The mouth is that of a simulated MMDAgent-EX in this process (60 frames a second), or of a real one:
//   --link ws-listen://127.0.0.1:60002/chat --probe FILE   lines `f SECONDS weight weight …` of CLOCK_MONOTONIC, one a display frame
// Needs `npm run build`, a PulseAudio or PipeWire server (XDG_RUNTIME_DIR names it) with a null sink, and parec.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openCalibrations } from '../../dist/cli/calibrations.js';
import { LocalPlayer } from '../../dist/cli/local-player.js';
import { BridgeClient, LipsLink } from '../../dist/client/index.js';
import { defaultConfig } from '../../dist/config/index.js';
import { createMemoryChannels } from '../../dist/control/index.js';
import { runDaemon } from '../../dist/daemon/index.js';
import { openPlayback, systemHost } from '../../dist/devices/index.js';
import { closingMessage, createLipsDriver, DEFAULT_LIP_TABLE } from '../../dist/lipsync/index.js';
import { SILENT_LOGGER, SystemClock } from '../../dist/runtime/index.js';
import { SimulatedPeer, SimulatorTcpClient } from '../../dist/simulator/index.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    minutes: { type: 'string' },
    device: { type: 'string' },
    monitor: { type: 'string', default: 'out.monitor' },
    backend: { type: 'string', default: 'auto' },
    'offset-ms': { type: 'string', default: '0' },
    link: { type: 'string' },
    port: { type: 'string', default: '20300' },
    probe: { type: 'string' },
    'ready-ms': { type: 'string', default: '30000' },
  },
});
const RATE = 48_000;
const AMPLITUDE = 16_000;
/** Sound and open mouth, and silence before each. */
const OPEN_MS = 300;
const LONG_EVERY_MS = 5000;
const clock = new SystemClock();
/** What `calibrate` kept; without, the players' own clocks. */
const calibrations = await openCalibrations(process.env, process.platform);
/** CLOCK_MONOTONIC less our clock. */
const monotonicLessOursMs = Number(process.hrtime.bigint()) / 1e6 - clock.nowMs();

/** Opens at these positions. */
function utterance(onsetsMs) {
  const phonemes = onsetsMs.map((startMs) => ({ phoneme: 'a', startMs, endMs: startMs + OPEN_MS }));
  const endMs = onsetsMs.at(-1) + OPEN_MS + 400;
  phonemes.push({ phoneme: 'sil', startMs: onsetsMs.at(-1) + OPEN_MS, endMs });
  return { onsetsMs, phonemes, endMs };
}

/** A tone while the mouth is open; begins high, so that its first sample is the onset. */
function soundOf({ onsetsMs, endMs }) {
  return {
    frames: async function* () {
      let next = 0;
      for (let fromMs = 0; fromMs < endMs; fromMs += 100) {
        const block = new Int16Array(RATE / 10);
        while (next < onsetsMs.length && onsetsMs[next] + OPEN_MS <= fromMs) next++;
        for (let at = 0; at < block.length; at++) {
          for (const onset of onsetsMs.slice(next, next + 2)) {
            const sinceOnset = ((fromMs - onset) * RATE) / 1000 + at;
            if (sinceOnset >= 0 && sinceOnset < (OPEN_MS * RATE) / 1000)
              block[at] = AMPLITUDE * Math.cos((2 * Math.PI * 1000 * sinceOnset) / RATE);
          }
        }
        yield new Uint8Array(block.buffer);
      }
    },
    close: async () => {},
  };
}

/** Plays one and returns when its onsets were expected. */
async function play(link, said) {
  const playback = await openPlayback({
    backend: values.backend,
    device: values.device,
    sampleRateHz: RATE,
    leadMs: 200,
    offsetMs: (output) => calibrations.offsetMs(output),
    clock,
    host: systemHost(process.env),
  });
  let player;
  const driver = createLipsDriver({
    clock,
    model: link.model,
    timeline: { heardAtMs: (positionMs) => player?.heardAtMs(positionMs) },
    send: (message, actAtMs) => link.send(message, actAtMs),
  });
  driver.events.on('failed', (error) => console.error(error.message));
  link.onMessage = (type, args) => driver.received(type, args);
  player = new LocalPlayer({
    playback,
    clock,
    open: async () => soundOf(said),
    canSeek: false,
    preRollMs: 400,
  });
  player.events.on('moving', (positionMs) => driver.start(positionMs));
  player.events.on('standing', (atMs) => void driver.pause(atMs));
  driver.append(said.phonemes);
  driver.finish();
  const expected = [];
  const asking = setInterval(() => {
    const heardMs = player.positionMs(clock.nowMs());
    for (const [index, onset] of said.onsetsMs.entries())
      if (onset >= heardMs - 200 && onset < heardMs + 200) expected[index] = player.heardAtMs(onset);
  }, 10);
  await player.run();
  await driver.whenDone();
  clearInterval(asking);
  await driver.stop();
  return { expected, counts: driver.counts, underruns: playback.underruns };
}

async function main() {
  const directory = mkdtempSync(join(tmpdir(), 'lips-offset-'));
  const stop = new AbortController();
  const linkUrl = values.link ?? `tcp-listen://127.0.0.1:${values.port}`;
  const running = await runDaemon({
    version: 'bench',
    config: { ...defaultConfig(), links: [linkUrl] },
    socketPath: join(directory, 'run', 'daemon.sock'),
    logger: SILENT_LOGGER,
    signal: stop.signal,
    stdin: new PassThrough(),
    stdout: new PassThrough(),
  });
  const mouth = [];
  const peer = values.link === undefined ? simulator(mouth) : undefined;
  const [left, right] = createMemoryChannels();
  running.daemon.serve(right, true);
  const client = await BridgeClient.connect({
    open: async () => left,
    client: 'bench',
    clock,
    reconnectMs: 0,
  });
  const link = await LipsLink.open({
    client,
    clock,
    lane: undefined,
    model: undefined,
    readyTimeoutMs: Number(values['ready-ms']),
    offsetMs: Number(values['offset-ms']),
    closing: (model) => closingMessage(model, DEFAULT_LIP_TABLE),
    signal: stop.signal,
  });
  await wait(1000);
  const recording = new Recording();
  await recording.running();
  const expected = [];
  const runs = [];
  if (values.minutes !== undefined) {
    const count = Math.floor((Number(values.minutes) * 60_000) / LONG_EVERY_MS);
    // Onsets fall on every phase of a frame.
    const said = utterance(
      Array.from({ length: count }, (_, n) => 1000 + n * LONG_EVERY_MS + ((n * 7) % 33)),
    );
    runs.push(await play(link, said));
  } else {
    for (let n = 0; n < Number(values.count); n++) {
      runs.push(await play(link, utterance([600 + ((n * 37) % 400)])));
      await wait(100 + ((n * 13) % 50));
    }
  }
  for (const run of runs) expected.push(...run.expected);
  await wait(500);
  const heard = recording.onsets();
  recording.end();
  const { echoMs } = (await client.request('status', {})).lanes[0] ?? {};
  link.close();
  client.close();
  stop.abort();
  await running.stopped;
  peer?.close();
  if (values.probe !== undefined) readProbe(values.probe, mouth);
  rmSync(directory, { recursive: true, force: true });
  console.log(`calibrated loudspeakers: ${calibrations.entries.length}`);
  tell({ expected, heard, opened: openings(mouth), runs, echoMs });
}

function simulator(mouth) {
  const core = new SimulatedPeer({ clock, models: [{ alias: '0', loadMs: 0 }] });
  core.events.on('mouth', ({ a, i, u, o }, atMs) => mouth.push({ atMs, opening: a + i + u + o }));
  const dial = new SimulatorTcpClient({
    core,
    clock,
    host: '127.0.0.1',
    port: Number(values.port),
    retryCount: 100,
  });
  void dial.run();
  return {
    close: () => {
      core.close();
      dial.close();
    },
  };
}

function readProbe(file, mouth) {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [kind, seconds, ...weights] = line.split(' ');
    if (kind !== 'f') continue;
    const opening = weights.reduce((sum, weight) => sum + Number(weight), 0);
    mouth.push({ atMs: Number(seconds) * 1000 - monotonicLessOursMs, opening });
  }
}

/** When the mouth is half as wide as `a`, between two frames where need be. */
function openings(mouth) {
  const found = [];
  for (let index = 1; index < mouth.length; index++) {
    const before = mouth[index - 1];
    const now = mouth[index];
    if (before.opening >= 0.25 || now.opening < 0.25) continue;
    // A mouth that does not move sends no frames: its last one stands until just before.
    const fromMs = Math.max(before.atMs, now.atMs - 1000 / 60);
    const part = (0.25 - before.opening) / (now.opening - before.opening);
    found.push(fromMs + (now.atMs - fromMs) * part);
  }
  return found;
}

function tell({ expected, heard, opened, runs, echoMs }) {
  const rows = expected.map((atMs) => ({
    expectedMs: atMs,
    heardMs: near(heard, atMs),
    openedMs: near(opened, atMs),
  }));
  const whole = rows.filter(({ heardMs, openedMs }) => heardMs !== undefined && openedMs !== undefined);
  console.log(
    `${whole.length} of ${expected.length} onsets found in both; echo of MMDAgent-EX ${echoMs?.toFixed(0)} ms`,
  );
  report(
    'mouth after sound',
    whole.map(({ heardMs, openedMs }) => openedMs - heardMs),
  );
  report(
    'sound after its prediction',
    whole.map(({ heardMs, expectedMs }) => heardMs - expectedMs),
  );
  report(
    'mouth after its prediction',
    whole.map(({ openedMs, expectedMs }) => openedMs - expectedMs),
  );
  if (values.minutes !== undefined) {
    const errors = whole.map(({ heardMs, openedMs }) => openedMs - heardMs);
    // Each onset is off by up to half a frame either way: a line through all of them tells more than a few at the ends.
    const atMs = whole.map(({ expectedMs }) => expectedMs);
    const slope = slopeOf(atMs, errors);
    console.log(
      `drift ${(slope * 1e6).toFixed(1)} ppm, ${(slope * (atMs.at(-1) - atMs[0])).toFixed(1)} ms from the first to the last onset`,
    );
  }
  const sum = (name) => runs.reduce((total, { counts }) => total + counts[name], 0);
  const underruns = runs.reduce((total, run) => total + run.underruns, 0);
  console.log(
    `parts ${sum('parts')}, late ${sum('lateParts')}, failed ${sum('failedParts')}, sent anew ${sum('reanchors')}, underruns ${underruns}`,
  );
  if (whole.length < expected.length * 0.9) process.exitCode = 1;
}

function near(times, atMs) {
  const best = times.reduce(
    (one, other) => (Math.abs(other - atMs) < Math.abs(one - atMs) ? other : one),
    Infinity,
  );
  return Math.abs(best - atMs) < 400 ? best : undefined;
}

function report(what, figures) {
  if (figures.length === 0) return;
  const average = mean(figures);
  const deviation = Math.sqrt(mean(figures.map((figure) => (figure - average) ** 2)));
  console.log(
    `${what}: mean ${average.toFixed(1)} ms, median ${median(figures).toFixed(1)}, standard deviation ${deviation.toFixed(1)}, ${Math.min(...figures).toFixed(1)} … ${Math.max(...figures).toFixed(1)}, n ${figures.length}`,
  );
}

/** Least squares. */
function slopeOf(xs, ys) {
  const x0 = mean(xs);
  const y0 = mean(ys);
  const up = xs.reduce((sum, x, index) => sum + (x - x0) * (ys[index] - y0), 0);
  return up / xs.reduce((sum, x) => sum + (x - x0) ** 2, 0);
}

function median(figures) {
  return [...figures].sort((a, b) => a - b)[figures.length >> 1];
}

function mean(figures) {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

/** What the monitor gives, with the time of each block's arrival. */
class Recording {
  #marks = [];
  #onsets = [];
  #samples = 0;
  #lastLoud = Number.NEGATIVE_INFINITY;
  #program = spawn('parec', [
    '--raw',
    `--rate=${RATE}`,
    '--channels=1',
    '--format=s16le',
    '--latency-msec=10',
    `--device=${values.monitor}`,
  ]);

  constructor() {
    this.#program.stdout.on('data', (bytes) => {
      const block = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      for (const [at, value] of block.entries()) {
        if (Math.abs(value) < AMPLITUDE / 4) continue;
        const sample = this.#samples + at;
        if (sample - this.#lastLoud > RATE / 5) this.#onsets.push(sample);
        this.#lastLoud = sample;
      }
      this.#samples += block.length;
      this.#marks.push({ atMs: clock.nowMs(), samples: this.#samples });
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
    return this.#onsets.map((sample) => this.#timeOf(sample));
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

await main();
