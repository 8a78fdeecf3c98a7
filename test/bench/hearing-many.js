// Many ears in one process, as a server has them: what a frame costs by kind of sound, and what an ear takes of memory.
//   node --expose-gc test/bench/hearing-many.js [--ears 200] [--seconds 20] [--check]
// Needs `npm run build`. Nothing here is real time. The frames of all ears come in turn, so that caches are as cold as in a server. CPU
// time is that of the process, its collector and compiler included; memory is counted after collecting, against what a few ears that
// went the same way have left behind.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createHearing } from '../../dist/hearing/index.js';
import { seededRandom } from '../../dist/runtime/index.js';

const { values } = parseArgs({
  options: {
    ears: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    check: { type: 'boolean', default: false },
  },
});
if (globalThis.gc === undefined) throw new Error('Expected node --expose-gc: garbage would be counted');
const EARS = Number(values.ears);
const FRAMES = Math.round(Number(values.seconds) * 50);
const FRAME_BYTES = 640;
const KIB = 1024;
/** Microseconds a frame, on an idle core of 3 GHz. */
const MAX_US = { 'digital silence': 8, 'a quiet room': 20, speech: 20 };
/** What an ear holds (heap, buffers, WASM) after each stage, KiB. */
const MAX_KIB = {
  'a minute of a quiet room': 60,
  '2 s into an utterance': 130,
  'after it': 60,
  'while the avatar speaks': 160,
  'a minute after it': 90,
  closed: 5,
};
let isMet = true;

const speech = voice();
const zeros = [new Uint8Array(FRAME_BYTES)];
const room = quietRoom();

await measureMemory(20, () => {});
await measureMemory(EARS, tellMemory);
await measureCost();
if (values.check && !isMet) process.exitCode = 1;

async function measureCost() {
  const ears = await Promise.all(Array.from({ length: EARS }, () => createHearing()));
  let endMs = 0;
  const pass = (frames, sounds, count) => {
    for (let at = 0; at < count; at++) {
      endMs += 20;
      const frame = frames[at % frames.length];
      const pcm = sounds?.[at % sounds.length];
      for (const ear of ears) {
        if (pcm !== undefined) ear.played({ pcm, atMs: endMs + 100 });
        ear.hear(frame, endMs);
      }
    }
  };
  for (const [kind, frames, sounds] of [
    ['speech', speech],
    ['a quiet room', room],
    ['digital silence', zeros],
    ['speech over an echo', speech, speech.toReversed()],
  ]) {
    pass(frames, sounds, 100);
    const before = process.cpuUsage();
    pass(frames, sounds, FRAMES);
    const { user, system } = process.cpuUsage(before);
    const us = (user + system) / FRAMES / EARS;
    verdict(
      `${kind}: ${us.toFixed(1)} us a frame, ${(EARS * 50 * us * 1e-4).toFixed(1)} % of a core for ${EARS} ears`,
      kind in MAX_US ? us / MAX_US[kind] : undefined,
    );
  }
  for (const ear of ears) ear.close();
}

async function measureMemory(count, tell) {
  const before = await held();
  const stage = async (name) => tell(name, await held(), before, count);
  const ears = [];
  for (let ear = 0; ear < count; ear++) ears.push(await createHearing());
  await stage('just made');
  let endMs = 0;
  const hear = (frames, seconds, sounds) => {
    for (let at = 0; at < seconds * 50; at++) {
      endMs += 20;
      for (const ear of ears) {
        if (sounds !== undefined) ear.played({ pcm: sounds[at % sounds.length], atMs: endMs + 100 });
        ear.hear(frames[at % frames.length], endMs);
      }
    }
  };
  hear(room, 60);
  await stage('a minute of a quiet room');
  hear(speech, 2);
  await stage('2 s into an utterance');
  hear(room, 5);
  await stage('after it');
  hear(room, 6, speech);
  await stage('while the avatar speaks');
  hear(room, 60);
  await stage('a minute after it');
  for (const ear of ears) ear.close();
  ears.length = 0;
  await stage('closed');
}

function tellMemory(name, now, before, count) {
  const kib = (of) => (now[of] - before[of]) / count / KIB;
  const text = `${name}: ${kib('held').toFixed(0)} KiB an ear, RSS ${kib('rss').toFixed(0)}`;
  verdict(text, name in MAX_KIB ? kib('held') / MAX_KIB[name] : undefined);
}

async function held() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await wait(10);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, held: heapUsed + external };
}

/** @param ratio to the bar; undefined: there is none. */
function verdict(text, ratio) {
  if (ratio === undefined) return console.log(text);
  if (ratio > 1) isMet = false;
  console.log(`${text}: ${ratio.toFixed(2)} of the bar, ${ratio > 1 ? 'BAD' : 'good'}`);
}

function voice() {
  const file = readFileSync(
    fileURLToPath(new URL('../../fixtures/lipsync/spoken/en_slt.wav', import.meta.url)),
  );
  const pcm = new Uint8Array(file.subarray(file.indexOf('data') + 8));
  return Array.from({ length: Math.floor(pcm.length / FRAME_BYTES) }, (_, at) =>
    pcm.subarray(at * FRAME_BYTES, (at + 1) * FRAME_BYTES),
  );
}

function quietRoom() {
  const random = seededRandom(1);
  return Array.from(
    { length: 100 },
    () =>
      new Uint8Array(
        Int16Array.from({ length: FRAME_BYTES / 2 }, () => Math.round(60 * random() - 30)).buffer,
      ),
  );
}
