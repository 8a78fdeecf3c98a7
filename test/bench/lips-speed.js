// How much faster than real time lips are estimated and aligned, by CPU time, best of several; features included.
//   node test/bench/lips-speed.js [--seconds 30] [--runs 3]
// Needs `npm run build`. Exits 1 below 60 x real time.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { alignWords, Posteriors, SoundMouth, TextMouth } from '../../dist/lipsync/index.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, runs: { type: 'string', default: '3' } },
});
const LEAST = 60;
const BLOCK_BYTES = 640;

const spoken = new URL('../../fixtures/lipsync/spoken/', import.meta.url);
const { utterances } = JSON.parse(readFileSync(new URL('truth.json', spoken), 'utf8'));
const PAUSES = new Set(['sil', 'pau', 'sp']);
const once = utterances.map(({ id, segments }) => ({
  pcm: readFileSync(new URL(`${id}.wav`, spoken)).subarray(44),
  words: segments
    .filter(({ phoneme }) => !PAUSES.has(phoneme))
    .map(({ phoneme }) => ({ readings: [[phoneme]] })),
}));
const onceSeconds = once.reduce((sum, { pcm }) => sum + pcm.length / 32_000, 0);
const rounds = Math.max(1, Math.round(Number(values.seconds) / onceSeconds));
const all = Array.from({ length: rounds }, () => once).flat();
const seconds = rounds * onceSeconds;

function hear(estimator, pcm) {
  for (let at = 0; at < pcm.length; at += BLOCK_BYTES) estimator.push(pcm.subarray(at, at + BLOCK_BYTES));
  estimator.end();
}

const WAYS = {
  'from sound': ({ pcm }) => hear(new SoundMouth(), pcm),
  'from text and sound, as it comes': ({ pcm, words }) => hear(new TextMouth({ words }), pcm),
  'from text and the whole sound': ({ pcm, words }) => {
    const posteriors = new Posteriors();
    posteriors.push(pcm);
    posteriors.end();
    alignWords(posteriors, words);
  },
};

for (const [name, run] of Object.entries(WAYS)) {
  const factors = Array.from({ length: Number(values.runs) }, () => {
    const before = process.cpuUsage();
    for (const one of all) run(one);
    const { user, system } = process.cpuUsage(before);
    return seconds / ((user + system) / 1e6);
  });
  const best = Math.max(...factors);
  const list = factors.map((factor) => factor.toFixed(0)).join(' ');
  console.log(
    `${name.padEnd(34)} ${best.toFixed(0)} x real time (${list}), ${seconds.toFixed(0)} s of sound`,
  );
  if (best < LEAST) {
    console.log(`  expected at least ${LEAST} x`);
    process.exitCode = 1;
  }
}
