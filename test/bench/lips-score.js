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
import { SoundMouth } from '../../dist/lipsync/acoustic/sound-mouth.js';

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

mkdirSync(values.out, { recursive: true });
for (const name of readdirSync(values.dir).filter((file) => file.endsWith('.wav'))) {
  const id = basename(name, '.wav');
  const phonemes = stream(
    new SoundMouth(model === undefined ? {} : { model }),
    samplesOf(join(values.dir, name)),
  );
  writeFileSync(join(values.out, `${id}.json`), JSON.stringify(phonemes));
}
