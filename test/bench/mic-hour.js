// An hour of microphone, accelerated: voice feed and live pacer against a sound device whose clock is not the microphone's.
//   node --expose-gc test/bench/mic-hour.js [--hours 1]
// Needs `npm run build`. Nothing here is real time but the duration that is printed.
import { parseArgs } from 'node:util';
import { VoiceFeed } from '../../dist/audio/index.js';
import { LivePacer, PaceScheduler, PlayoutClock, SoundOutlet } from '../../dist/pacing/index.js';
import { FakeClock } from '../../dist/runtime/fake-clock.js';
import { seededRandom } from '../../dist/runtime/index.js';

const { values } = parseArgs({ options: { hours: { type: 'string', default: '1' } } });
const hours = Number(values.hours);
const HOUR_MS = 3_600_000;
const LATENCY_MS = 45;
const LEAD_MS = 100;
const PARTS = 6;
/** What the way takes, the lead, and what 200 ppm add between two pauses (60 s at most): nothing may pile up beyond it. */
const MAX_LAG_MS = LATENCY_MS + LEAD_MS + 20;
const MAX_GROWTH_MIB = 2;

/** Talk as it comes from a microphone: phrases of 2 to 12 s, pauses of 0.4 to 3 s, a quiet room in between. */
function talker(random) {
  const voice = Array.from({ length: 5 }, (_, kind) =>
    frameOf((n) => 6000 * Math.sin(n / (3 + kind)) + 1500),
  );
  const room = Array.from({ length: 7 }, () => frameOf(() => (random() - 0.5) * 40));
  let isSpeech = false;
  let leftFrames = 100;
  let count = 0;
  return () => {
    if (leftFrames-- <= 0) {
      isSpeech = !isSpeech;
      leftFrames = Math.round(50 * (isSpeech ? 2 + 10 * random() : 0.4 + 2.6 * random()));
    }
    const frames = isSpeech ? voice : room;
    return { isSpeech, frame: frames[count++ % frames.length] };
  };
}

function frameOf(sampleAt) {
  return new Uint8Array(Int16Array.from({ length: 320 }, (_, n) => Math.round(sampleAt(n))).buffer);
}

/** MMDAgent-EX's buffer on its device's clock; every gap between two loud pieces is one that somebody hears. */
class Peer {
  speechGapsMs = [];
  lagMs = 0;
  #endsAtMs = Number.NEGATIVE_INFINITY;
  #wasLoud = false;
  #rate;

  constructor(ppm) {
    this.#rate = 1 + ppm / 1e6;
  }

  take(frame, nowMs) {
    // SND and four digits; verbs have letters there.
    if (frame[3] > 0x39) return;
    const isLoud = Math.abs(new DataView(frame.buffer, frame.byteOffset).getInt16(7, true)) > 500;
    const heardAtMs = Math.max(this.#endsAtMs, nowMs + LATENCY_MS);
    if (isLoud && this.#wasLoud && heardAtMs > this.#endsAtMs + 0.01)
      this.speechGapsMs.push(heardAtMs - this.#endsAtMs);
    if (isLoud) this.lagMs = Math.max(this.lagMs, heardAtMs - nowMs);
    this.#wasLoud = isLoud;
    this.#endsAtMs = heardAtMs + (frame.length - 7) / 32 / this.#rate;
  }
}

function pass({ sourcePpm, peerPpm, gate }) {
  const clock = new FakeClock();
  const scheduler = new PaceScheduler(clock);
  const playout = new PlayoutClock(LATENCY_MS);
  const peer = new Peer(peerPpm);
  const next = talker(seededRandom(1));
  const feed = new VoiceFeed({ gate });
  const port = {
    isClear: true,
    trySend: (frame) => {
      peer.take(frame, clock.nowMs());
      return true;
    },
  };
  let droppedMs = 0;
  const outlet = new SoundOutlet(port, playout, {
    unitSent: () => {},
    underrunExpected: () => {},
    soundDropped: (durationMs) => {
      droppedMs += durationMs;
    },
  });
  const pacer = new LivePacer({
    outlet,
    playout,
    mode: 'stream',
    leadMs: LEAD_MS,
    nowMs: () => clock.nowMs(),
    wake: () => scheduler.wake(pacer),
    onSent: () => {},
  });
  pacer.start(0);
  const frameMs = 20 / (1 + sourcePpm / 1e6);
  const lagsMs = [];
  const heapsMiB = [];
  let cutFrames = 0;
  let speechFrames = 0;
  for (let frame = 0; lagsMs.length < PARTS; frame++) {
    clock.advance(frame * frameMs - clock.nowMs());
    const { isSpeech, frame: sound } = next();
    pacer.push(feed.pass(sound));
    if (isSpeech) speechFrames++;
    if (isSpeech && !feed.isOpen) cutFrames++;
    if (clock.nowMs() < ((lagsMs.length + 1) * hours * HOUR_MS) / PARTS) continue;
    lagsMs.push(Math.round(peer.lagMs));
    peer.lagMs = 0;
    globalThis.gc?.();
    heapsMiB.push(process.memoryUsage().heapUsed / 2 ** 20);
  }
  return {
    lagsMs,
    heapsMiB,
    droppedMs,
    cutFrames,
    speechFrames,
    gapsMs: peer.speechGapsMs,
    frames: feed.frames,
  };
}

const cases = [
  { sourcePpm: 100, peerPpm: -100, gate: { by: 'auto' } },
  { sourcePpm: -100, peerPpm: 100, gate: { by: 'auto' } },
  { sourcePpm: 100, peerPpm: -100, gate: { by: 'off' } },
  { sourcePpm: -100, peerPpm: 100, gate: { by: 'off' } },
];
for (const one of cases) {
  const startedMs = performance.now();
  const seen = pass(one);
  const tookS = ((performance.now() - startedMs) / 1000).toFixed(1);
  const growthMiB = seen.heapsMiB.at(-1) - seen.heapsMiB[0];
  const isGood =
    Math.max(...seen.lagsMs) <= MAX_LAG_MS &&
    seen.gapsMs.length === 0 &&
    seen.droppedMs === 0 &&
    seen.cutFrames === 0 &&
    growthMiB < MAX_GROWTH_MIB;
  if (!isGood) process.exitCode = 1;
  console.log(
    `source ${one.sourcePpm} ppm, peer ${one.peerPpm} ppm, gate ${one.gate.by}: ${seen.frames} frames in ${tookS} s, ` +
      `largest lag of speech in each sixth ${seen.lagsMs.join(' ')} ms, gaps in speech ${seen.gapsMs.length}, ` +
      `dropped ${seen.droppedMs} ms, speech frames cut ${seen.cutFrames} of ${seen.speechFrames}, ` +
      `memory ${growthMiB >= 0 ? '+' : ''}${growthMiB.toFixed(2)} MiB: ${isGood ? 'good' : 'BAD'}`,
  );
}
