// How right and how fast text becomes phonemes. Needs `npm run build`.
//   node test/bench/pronunciation.js [--truth ground_truth.json] [--kana sentences.txt]
//   --truth  utterances with text, language and segments, as the lip-sync evaluation set has them; formant voices are left out
//   --kana   lines of a Japanese sentence, a tab, and its reading in kana (particles as they sound)
// Devoiced vowels count as voiced, pauses not at all, each word by its likeliest reading. Vowels written long and said long are one.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createPronouncer, phonemesOfKana } from '../../dist/language/index.js';

const { values } = parseArgs({ options: { truth: { type: 'string' }, kana: { type: 'string' } } });
const pronouncer = createPronouncer();
const SAMPLE = {
  ja: '私は毎日、犬と一緒に公園を散歩します。東京から大阪まで、新幹線で二時間半かかります。',
  en: 'The quick brown fox jumps over the lazy dog while Kubernetes orchestrates some blogged containers. ',
};

for (const language of ['ja', 'en']) {
  const memory = process.memoryUsage().rss;
  const start = performance.now();
  await pronouncer.prepareFor(language === 'ja' ? 'かな' : 'word', language);
  const loaded = performance.now();
  const grown = (process.memoryUsage().rss - memory) / 1e6;
  await pronouncer.pronounce(SAMPLE[language], language);
  const warm = performance.now();
  const words = await pronouncer.pronounce(SAMPLE[language].repeat(100), language);
  const perSecond = (words.length / (performance.now() - warm)) * 1000;
  console.log(
    `${language}: loaded in ${Math.round(loaded - start)} ms, ${Math.round(grown)} MB, ${Math.round(perSecond)} words a second`,
  );
}

if (values.truth !== undefined) {
  const { utterances } = JSON.parse(readFileSync(values.truth, 'utf8'));
  for (const language of ['ja', 'en']) {
    const spoken = utterances.filter(({ lang, engine }) => lang === language && engine !== 'espeak');
    const texts = new Map(spoken.map(({ text, segments }) => [text, segments]));
    await report(
      `${language}, evaluation set`,
      [...texts].map(([text, segments]) => ({ text, truth: segments.map(({ phoneme }) => phoneme) })),
      language,
    );
  }
}
if (values.kana !== undefined) {
  const lines = readFileSync(values.kana, 'utf8').trim().split('\n');
  const pairs = lines.map((line) => line.split('\t'));
  const sentences = pairs.map(([text = '', kana = '']) => ({ text, truth: phonemesOfKana(kana) }));
  await report('ja, kana of people', sentences, 'ja');
}

async function report(name, sentences, language) {
  let errors = 0;
  let count = 0;
  let right = 0;
  for (const { text, truth } of sentences) {
    const said = (await pronouncer.pronounce(text, language)).flatMap(({ readings }) => readings[0] ?? []);
    const wanted = comparable(truth, language);
    const distance = editDistance(comparable(said, language), wanted);
    errors += distance;
    count += wanted.length;
    if (distance === 0) right++;
  }
  const rate = ((100 * errors) / count).toFixed(2);
  const whole = ((100 * right) / sentences.length).toFixed(1);
  console.log(
    `${name}: ${rate} % of ${count} phonemes differ, ${whole} % of ${sentences.length} sentences without any`,
  );
}

function comparable(phonemes, language) {
  const heard = phonemes.filter((phoneme) => !/^(sil|pau|sp)$/.test(phoneme));
  if (language !== 'ja') return heard;
  const voiced = heard.map((phoneme) => (/^[AIUEO]$/.test(phoneme) ? phoneme.toLowerCase() : phoneme));
  for (let at = 1; at < voiced.length; at++) {
    if (voiced[at] === 'u' && voiced[at - 1] === 'o') voiced[at] = 'o';
    if (voiced[at] === 'i' && voiced[at - 1] === 'e') voiced[at] = 'e';
    if (voiced[at] === 'v') voiced[at] = 'b';
  }
  return voiced;
}

function editDistance(a, b) {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++)
      line[column] = Math.min(
        above[column] + 1,
        line[column - 1] + 1,
        above[column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1),
      );
    above = line;
  }
  return above[b.length];
}
