// From an engine's first 20 ms of sound to the socket of MMDAgent-EX (or the loudspeaker), for each way of the lips.
//   node test/bench/say-to-link.js [--sentences 100]
// Needs `npm run build`. The engine is a generator in this process that gives sound in real time, 24 kHz, first 40 ms and then
// pieces of 20 ms, with phonemes or without; the daemon is another process; this one is MMDAgent-EX. Measured from the moment the generator gives its
// first piece to the arrival of the first whole unit: p99 under 10 ms where nothing has to be heard first, under 160 ms where the
// mouth is estimated.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BridgeClient, localSocketPath, openLocal } from '../../dist/client/index.js';
import { Emitter, SystemClock } from '../../dist/runtime/index.js';
import { speakThrough } from '../../dist/speaking/index.js';
import { soundPeer } from './sound-peer.js';

const { values } = parseArgs({ options: { sentences: { type: 'string', default: '100' } } });
const SENTENCES = Number(values.sentences);
const WARM_UP = 5;
const SENTENCE_MS = 260;
const FIRST_MS = 40;
const RATE = 24_000;
const UNIT_BYTES = 640;
const BIN = fileURLToPath(new URL('../../bin/mmdagent-bridge.js', import.meta.url));
const PHONEMES = [
  { phoneme: 'sil', startMs: 0, endMs: 40 },
  { phoneme: 'a', startMs: 40, endMs: 160 },
  { phoneme: 'sil', startMs: 160, endMs: SENTENCE_MS },
];
const WAYS = [
  { name: 'peer', lips: 'peer', knows: 'sound', aimMs: 10 },
  { name: 'own, exact', lips: 'own', knows: 'phonemes', aimMs: 10 },
  { name: 'own, estimated', lips: 'own', knows: 'sound', aimMs: 160 },
  { name: 'local, exact', lips: 'local', knows: 'phonemes', aimMs: 10 },
  { name: 'local, estimated', lips: 'local', knows: 'sound', aimMs: 160 },
];

const clock = new SystemClock();
const directory = mkdtempSync(join(tmpdir(), 'say-link-'));
const env = { PATH: process.env.PATH, XDG_RUNTIME_DIR: directory };
let gaveMs;
let heardBytes = 0;
let tookMs = [];

async function* engine(knows) {
  yield { type: 'start', sampleRateHz: RATE };
  if (knows === 'phonemes') yield { type: 'phonemes', phonemes: PHONEMES, isExact: true };
  // It thinks.
  await wait(40);
  heardBytes = 0;
  gaveMs = performance.now();
  const startedMs = gaveMs;
  // The first unit at another rate takes a little more than itself: what a resampler looks ahead.
  yield { type: 'sound', pcm: tone(FIRST_MS) };
  for (let ms = FIRST_MS; ms < SENTENCE_MS; ms += 20) {
    await wait(Math.max(0, startedMs + ms - performance.now()));
    yield { type: 'sound', pcm: tone(20) };
  }
}

function tone(ms) {
  const pcm = Buffer.alloc((ms * RATE) / 500);
  for (let at = 0; at < pcm.length; at += 2) pcm.writeInt16LE(Math.round(9000 * Math.sin(at / 8) + 200), at);
  return pcm;
}

/** The silence of a lead does not count. */
function heard(pcm, unitBytes) {
  if (gaveMs === undefined) return;
  let isSilent = true;
  for (let index = 0; index + 1 < pcm.length; index += 2) isSilent &&= Math.abs(pcm.readInt16LE(index)) < 100;
  if (isSilent) return;
  heardBytes += pcm.length;
  if (heardBytes < unitBytes) return;
  tookMs.push(performance.now() - gaveMs);
  gaveMs = undefined;
}

const peer = soundPeer((pcm) => heard(pcm, UNIT_BYTES));

/** A loudspeaker that takes everything at once. */
async function openPlayback({ sampleRateHz }) {
  let writtenMs = 0;
  const startedMs = performance.now();
  return {
    sampleRateHz,
    events: new Emitter(),
    heardAtMs: (positionMs) => startedMs + 30 + positionMs,
    positionMs: (nowMs) => Math.min(writtenMs, Math.max(0, nowMs - startedMs - 30)),
    write: async (pcm) => {
      heard(Buffer.from(pcm), (sampleRateHz * 20) / 500);
      writtenMs += (pcm.byteLength * 500) / sampleRateHz;
    },
    end: () => wait(Math.max(0, startedMs + 30 + writtenMs - performance.now())),
    stop: async () => writtenMs,
  };
}

const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const run = (args) =>
  new Promise((resolve) => {
    spawn(process.execPath, [BIN, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).on(
      'close',
      resolve,
    );
  });

await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve));
let isMet = true;
try {
  const link = `tcp://127.0.0.1:${peer.address().port}`;
  await run(['daemon', 'start', '--link', link, '--log-level', 'silent']);
  const open = () => openLocal(localSocketPath('', directory));
  const client = await BridgeClient.connect({ open, client: 'bench', clock });
  for (const { name, lips, knows, aimMs } of WAYS) {
    tookMs = [];
    for (let count = 0; count < SENTENCES + WARM_UP; count++)
      await speakThrough(client, undefined, engine(knows), { clock, lips, knows, openPlayback });
    const sorted = Float64Array.from(tookMs.slice(WARM_UP)).sort();
    const told = [0.5, 0.95, 0.99, 1].map((part) => at(sorted, part).toFixed(2)).join(' / ');
    const isFast = at(sorted, 0.99) < aimMs;
    isMet &&= isFast;
    console.log(
      `lips ${name}: ${sorted.length} sentences, p50 / p95 / p99 / max ${told} ms (aim p99 < ${aimMs}: ${isFast ? 'met' : 'MISSED'})`,
    );
  }
  client.close();
  process.exitCode = isMet ? 0 : 1;
} finally {
  await run(['daemon', 'stop', '--force']);
  peer.close();
  rmSync(directory, { recursive: true, force: true });
}
