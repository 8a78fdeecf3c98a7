// A million seeded random frames through both decoders in random pieces: every one comes back, memory stays flat.
// Usage: node --expose-gc test/bench/fuzz-decoder.js [frames] [seed]      (after npm run build)
import {
  encodeMessage,
  encodeSegmentEnd,
  encodeSound,
  PeerDecoder,
  UnitDecoder,
} from '../../dist/protocol/index.js';
import { seededRandom } from '../../dist/runtime/index.js';

const total = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
const LIMIT_MB = 10;
const random = seededRandom(seed);
const collect = globalThis.gc ?? (() => {});
const unitDecoder = new UnitDecoder();
const peerDecoder = new PeerDecoder();

function makeFrame() {
  const kind = random();
  if (kind < 0.6) return encodeSound(new Uint8Array(2 + 2 * Math.floor(random() * 640)).fill(random() * 256));
  if (kind < 0.7) return encodeSegmentEnd();
  return encodeMessage('SAY', `${'声x'.repeat(1 + Math.floor(random() * 60))}`);
}

function pieces(bytes, take) {
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() ** 3 * 4000);
    take(bytes.subarray(at, at + size));
    at += size;
  }
}

function batch(count) {
  const frames = Array.from({ length: count }, makeFrame);
  let at = 0;
  pieces(Buffer.concat(frames), (piece) => {
    for (const unit of unitDecoder.push(piece)) {
      const frame = frames[at++];
      const text = Buffer.from(frame).toString('utf8');
      const isSame =
        unit.kind === 'sound'
          ? Buffer.compare(unit.pcm, frame.subarray(7)) === 0
          : unit.kind === 'segmentEnd'
            ? text === 'SNDBRKS'
            : `${unit.text}\n` === text;
      if (!isSame) throw new Error(`frame ${at} of a batch came back as ${unit.kind} (seed ${seed})`);
    }
  });
  if (at !== count) throw new Error(`${at} of ${count} frames came back (seed ${seed})`);
  const lines = frames.filter((frame) => frame.at(-1) === 10 && frame[0] === 83 && frame[1] === 65);
  let seen = 0;
  pieces(Buffer.concat(lines), (piece) => peerDecoder.push(piece, () => seen++));
  if (seen !== lines.length) throw new Error(`${seen} of ${lines.length} messages came back (seed ${seed})`);
}

function heapMb() {
  collect();
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 1e6;
}

for (let warm = 0; warm < 20; warm++) batch(500);
const beforeMb = heapMb();
let highestMb = beforeMb;
const startedAt = process.hrtime.bigint();
for (let done = 0; done < total; done += 500) {
  batch(Math.min(500, total - done));
  if (done % 50_000 === 0) highestMb = Math.max(highestMb, heapMb());
}
const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
const growthMb = Math.max(highestMb, heapMb()) - beforeMb;
console.log(
  JSON.stringify({
    frames: total,
    seed,
    seconds: Number(seconds.toFixed(1)),
    growthMb: Number(growthMb.toFixed(1)),
  }),
);
if (globalThis.gc !== undefined && growthMb > LIMIT_MB) {
  console.error(`memory grew by ${growthMb.toFixed(1)} MB, more than ${LIMIT_MB}`);
  process.exitCode = 1;
}
