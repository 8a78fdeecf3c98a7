// Predictions for the scorer of the lip-sync evaluation set, by the product's own streaming path.
//   node test/bench/lips-score.js --dir WAVS --out PREDICTIONS [--tier b|a2] [--text ground_truth.json] [--model model.json]
// Then: node score.mjs PREDICTIONS --filter "cond=clean|lowered|noise15". Needs `npm run build`.
//   --tier b     sound only
//   --tier a2    the text is known: the product's own grapheme-to-phoneme and alignment; needs --text
//   --phonemes   a2 with the phonemes of the truth, without its pauses, in place of grapheme-to-phoneme
//   --whole      a2 after the whole sound was heard, rather than as it comes
//   --model      another network than the committed one (the trainer's candidates)
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPronouncer, pronunciationForAlignment } from '../../dist/language/index.js';
import { alignWords, Posteriors, SoundMouth, TextMouth } from '../../dist/lipsync/index.js';

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    out: { type: 'string' },
    tier: { type: 'string', default: 'b' },
    text: { type: 'string' },
    phonemes: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    model: { type: 'string' },
  },
});
if (values.dir === undefined || values.out === undefined) throw new Error('--dir and --out are needed');
const model = values.model === undefined ? undefined : JSON.parse(readFileSync(values.model, 'utf8'));
const BLOCK_BYTES = 640;

/** s16le of a 16 kHz mono WAV. */
function samplesOf(file) {
  const bytes = readFileSync(file);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    if (bytes.toString('latin1', at, at + 4) === 'data') return bytes.subarray(at + 8, at + 8 + size);
    at += 8 + size + (size % 2);
  }
  throw new Error(`${file}: no data in this WAV file`);
}

function joined(phonemes) {
  const runs = [];
  for (const one of phonemes) {
    const last = runs.at(-1);
    if (last?.phoneme === one.phoneme && last.endMs === one.startMs) last.endMs = one.endMs;
    else runs.push({ ...one });
  }
  return runs;
}

function stream(estimator, pcm) {
  const told = [];
  for (let at = 0; at < pcm.length; at += BLOCK_BYTES)
    told.push(...estimator.push(pcm.subarray(at, at + BLOCK_BYTES)));
  return joined([...told, ...estimator.end()]);
}

const PAUSES = new Set(['sil', 'pau', 'sp']);
const VOWEL = /^([aiueoNAIUEO]|aa|ae|ah|ao|aw|axr?|ay|eh|er|ey|ih|iy|ow|oy|uh|uw)$/;

/** The truth's phonemes, voiced as grapheme-to-phoneme gives them; pieces that end with a vowel or a pause stand for words. */
function wordsOfTruth({ segments }) {
  const words = [[]];
  for (const { phoneme } of segments) {
    const isPause = PAUSES.has(phoneme);
    if (!isPause) words.at(-1).push(/^[AIUEO]$/.test(phoneme) ? phoneme.toLowerCase() : phoneme);
    if (isPause || VOWEL.test(phoneme)) words.push([]);
  }
  return words.map((reading) => ({ readings: [reading] }));
}

const truth = new Map(
  values.text === undefined
    ? []
    : JSON.parse(readFileSync(values.text, 'utf8')).utterances.map((one) => [one.id, one]),
);
const pronouncer = createPronouncer();
async function wordsOf(id) {
  const utterance = truth.get(id);
  if (utterance === undefined) throw new Error(`${id}: expected its text in --text`);
  if (values.phonemes) return wordsOfTruth(utterance);
  return pronunciationForAlignment(await pronouncer.pronounce(utterance.text, utterance.lang));
}

const options = model === undefined ? {} : { model };
let unreliable = 0;
function aligned(pcm, words) {
  const posteriors = new Posteriors(model);
  posteriors.push(pcm);
  posteriors.end();
  const { phonemes, isReliable } = alignWords(posteriors, words);
  if (isReliable) return joined(phonemes);
  unreliable++;
  return stream(new SoundMouth(options), pcm);
}

async function predict(id, pcm) {
  if (values.tier === 'b') return stream(new SoundMouth(options), pcm);
  const words = await wordsOf(id);
  if (values.whole) return aligned(pcm, words);
  const mouth = new TextMouth({ ...options, words });
  const phonemes = stream(mouth, pcm);
  if (mouth.isLost) unreliable++;
  return phonemes;
}

mkdirSync(values.out, { recursive: true });
const files = readdirSync(values.dir).filter((file) => file.endsWith('.wav'));
for (const name of files) {
  const id = basename(name, '.wav');
  const phonemes = await predict(id, samplesOf(join(values.dir, name)));
  writeFileSync(join(values.out, `${id}.json`), JSON.stringify(phonemes));
}
console.log(`${files.length} predictions in ${values.out}`);
if (values.tier !== 'b')
  console.log(`text and sound did not fit together in ${unreliable}: those are from sound alone`);
