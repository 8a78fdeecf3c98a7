/**
 * Trains the letter-to-sound tree of English from CMU's pronouncing dictionary and writes ../letter-sound-tree.ts.
 *
 *   node src/language/training/train-letter-sounds.js [--check]
 *
 * `--check` leaves every 20th word out of the training, prints how well those are read, and writes nothing.
 * Deterministic: the same dictionary gives the same file. Takes about a minute.
 */
import { writeFileSync } from 'node:fs';
import { dictionary } from 'cmu-pronouncing-dictionary';

/** Letters around the one in question, in the order of their place, and the sounds before it. */
const PLACES = [-4, -3, -2, -1, 1, 2, 3, 4];
const SOUNDS_BEFORE = 2;
const FEATURES = PLACES.length + SOUNDS_BEFORE;
const MIN_SAMPLES = 6;
const MIN_GAIN = 3;
const EM_ROUNDS = 8;
const isCheck = process.argv.includes('--check');

/** @param {string} sounds - of the dictionary, such as `K AE1 T` */
function phonemesOf(sounds) {
  // Some entries end with a remark: `# place, irish`.
  return sounds
    .replace(/ *#.*/, '')
    .split(' ')
    .map((sound) => (sound === 'AH0' ? 'ax' : sound.replace(/\d/, '').toLowerCase()));
}

const words = Object.entries(dictionary)
  .filter(([word]) => /^[a-z]{2,}$/.test(word))
  .map(([word, sounds]) => ({ word, phonemes: phonemesOf(sounds) }))
  .filter(({ word, phonemes }) => phonemes.length <= word.length + 1 && phonemes.length * 3 >= word.length);
const isHeldOut = (index) => isCheck && index % 20 === 7;
const aligned = align(words.filter((_, index) => !isHeldOut(index)));
const sounds = [...new Set(aligned.flatMap(({ chunks }) => chunks))].sort();
const soundIndex = new Map(sounds.map((sound, index) => [sound, index]));
const trees = Object.fromEntries(
  [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => [letter, grow(samplesOf(letter))]),
);
const text = Object.entries(trees)
  .map(([letter, tree]) => `${letter}${written(tree)}`)
  .join('\n');
process.stderr.write(`${words.length} words, ${sounds.length} sounds, ${text.length} characters\n`);
if (isCheck) check();
else write();

/** Viterbi training of which letter says which sounds: none, one or two. */
function align(list) {
  let cost = new Map();
  let result = [];
  for (let round = 0; round < EM_ROUNDS; round++) {
    const counts = new Map();
    const perLetter = new Map();
    result = [];
    for (const { word, phonemes } of list) {
      const chunks = bestChunks(word, phonemes, (letter, chunk) => {
        const known = cost.get(`${letter} ${chunk}`);
        if (known !== undefined) return known;
        return round === 0 ? firstCost(letter, chunk) : 14;
      });
      if (chunks === undefined) continue;
      result.push({ word, chunks });
      for (const [at, chunk] of chunks.entries()) {
        const key = `${word[at]} ${chunk}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        perLetter.set(word[at], (perLetter.get(word[at]) ?? 0) + 1);
      }
    }
    cost = new Map([...counts].map(([key, count]) => [key, -Math.log(count / perLetter.get(key[0]))]));
  }
  return result;
}

/** Vowels are said by vowel letters, consonants by others. */
function firstCost(letter, chunk) {
  if (chunk === '') return 3;
  const isVowelLetter = /[aeiouy]/.test(letter);
  const parts = chunk.split('+');
  const likeness = parts.map(
    (part) => (/^[aeiou]/.test(part) === isVowelLetter ? 1 : 5) - (part[0] === letter ? 0.9 : 0),
  );
  return likeness.reduce((sum, one) => sum + one, 0) + (parts.length > 1 ? 5 : 0);
}

function bestChunks(word, phonemes, costOf) {
  const width = phonemes.length + 1;
  const best = new Float64Array((word.length + 1) * width).fill(Infinity);
  const took = new Int8Array((word.length + 1) * width).fill(-1);
  best[0] = 0;
  for (let letter = 0; letter < word.length; letter++) {
    for (let said = 0; said < width; said++) {
      const now = best[letter * width + said];
      if (now === Infinity) continue;
      for (let count = 0; count <= 2 && said + count < width; count++) {
        const total = now + costOf(word[letter], phonemes.slice(said, said + count).join('+'));
        const at = (letter + 1) * width + said + count;
        if (total < best[at]) {
          best[at] = total;
          took[at] = count;
        }
      }
    }
  }
  const chunks = [];
  let said = phonemes.length;
  for (let letter = word.length; letter > 0; letter--) {
    const count = took[letter * width + said];
    if (count < 0) return undefined;
    chunks.unshift(phonemes.slice(said - count, said).join('+'));
    said -= count;
  }
  return chunks;
}

/** Each sample is its features and, last, the sound. */
function samplesOf(letter) {
  const samples = [];
  for (const { word, chunks } of aligned) {
    for (let at = 0; at < word.length; at++) {
      if (word[at] !== letter) continue;
      const sample = new Uint8Array(FEATURES + 1);
      PLACES.forEach((place, index) => {
        sample[index] = letterCode(word[at + place]);
      });
      for (let back = 1; back <= SOUNDS_BEFORE; back++)
        sample[PLACES.length + back - 1] = at - back < 0 ? 255 : soundIndex.get(chunks[at - back]);
      sample[FEATURES] = soundIndex.get(chunks[at]);
      samples.push(sample);
    }
  }
  return samples;
}

function letterCode(letter) {
  return letter === undefined ? 0 : letter.charCodeAt(0) - 96;
}

/** A binary tree of questions `feature = value`; a leaf is a sound. */
function grow(samples) {
  const counts = new Map();
  for (const sample of samples) counts.set(sample[FEATURES], (counts.get(sample[FEATURES]) ?? 0) + 1);
  let leaf = soundIndex.get('') ?? 0;
  let most = 0;
  for (const [sound, count] of counts)
    if (count > most || (count === most && sound < leaf)) [leaf, most] = [sound, count];
  if (most === samples.length || samples.length < MIN_SAMPLES) return { leaf };
  const question = bestQuestion(samples, counts);
  if (question === undefined) return { leaf };
  const yes = grow(samples.filter((sample) => sample[question.feature] === question.value));
  const no = grow(samples.filter((sample) => sample[question.feature] !== question.value));
  if (yes.leaf !== undefined && yes.leaf === no.leaf) return { leaf: yes.leaf };
  return { ...question, yes, no };
}

/** By information gained, in nats. */
function bestQuestion(samples, counts) {
  const whole = entropy([...counts.values()], samples.length);
  let best;
  let bestGain = MIN_GAIN;
  for (let feature = 0; feature < FEATURES; feature++) {
    const byValue = new Map();
    for (const sample of samples) {
      const value = sample[feature];
      const of = byValue.get(value) ?? { total: 0, sounds: new Map() };
      byValue.set(value, of);
      of.total++;
      of.sounds.set(sample[FEATURES], (of.sounds.get(sample[FEATURES]) ?? 0) + 1);
    }
    for (const [value, { total, sounds: inside }] of byValue) {
      if (total === samples.length) continue;
      const outside = [...counts].map(([sound, count]) => count - (inside.get(sound) ?? 0));
      const gain = whole - entropy([...inside.values()], total) - entropy(outside, samples.length - total);
      if (gain > bestGain + 1e-9) {
        bestGain = gain;
        best = { feature, value };
      }
    }
  }
  return best;
}

/** Times the number of samples. */
function entropy(list, total) {
  let sum = 0;
  for (const count of list) if (count > 0) sum -= count * Math.log(count / total);
  return sum;
}

/** Depth first: a leaf is two digits of base 36, a question one capital letter for the feature and two digits for its value. */
function written(tree) {
  if (tree.leaf !== undefined) return tree.leaf.toString(36).padStart(2, '0');
  const value = tree.value.toString(36).padStart(2, '0');
  return `${String.fromCharCode(65 + tree.feature)}${value}${written(tree.yes)}${written(tree.no)}`;
}

function predicted(word) {
  const chunks = [];
  for (let at = 0; at < word.length; at++) {
    let node = trees[word[at]];
    while (node.leaf === undefined) {
      const { feature, value } = node;
      const place = PLACES[feature];
      const back = feature - PLACES.length + 1;
      const now =
        place !== undefined ? letterCode(word[at + place]) : at - back < 0 ? 255 : chunks[at - back];
      node = now === value ? node.yes : node.no;
    }
    chunks.push(node.leaf);
  }
  return chunks.flatMap((chunk) => sounds[chunk].split('+')).filter((sound) => sound !== '');
}

function check() {
  let right = 0;
  let count = 0;
  let errors = 0;
  let total = 0;
  words.forEach(({ word, phonemes }, index) => {
    if (!isHeldOut(index)) return;
    const said = predicted(word);
    const distance = editDistance(said, phonemes);
    count++;
    if (distance === 0) right++;
    errors += distance;
    total += phonemes.length;
  });
  console.log(
    `${count} words left out: ${((100 * right) / count).toFixed(1)} % right, ${((100 * errors) / total).toFixed(1)} % of phonemes wrong`,
  );
}

function editDistance(a, b) {
  let above = b.map((_, index) => index).concat(b.length);
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

function write() {
  const file = new URL('../letter-sound-tree.ts', import.meta.url);
  writeFileSync(
    file,
    `/**
 * How letters of English words sound, as a decision tree for each letter. Generated by training/train-letter-sounds.js from CMU's
 * pronouncing dictionary (BSD-2-Clause, Carnegie Mellon University); see there for the format, which \`letter-sounds.ts\` reads.
 */
export const SOUNDS = \`${sounds.join(' ')}\`.split(' ');

/** A line for each letter: its name, then its tree. */
export const TREES: string = \`
${text}
\`;
`,
  );
}
