/**
 * Writes the features that the product itself computes: for each shard NAME.pcm with NAME.counts (uint32: samples of each sound)
 * the file NAME.features, int16 little-endian: feature · 4096, bands by frame by sound.
 *
 * dump-features FOLDER NAME…
 */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LogMel } from '../acoustic/log-mel.js';
import { ACOUSTIC_MODEL } from '../acoustic/weights.js';

const SCALE = 4096;
const BYTES_PER_SAMPLE = 2;

const [folder = '.', ...names] = process.argv.slice(2);
for (const name of names) dump(join(folder, name));

function dump(path: string): void {
  const counts = new Uint32Array(new Uint8Array(readFileSync(`${path}.counts`)).buffer);
  const pcm = openSync(`${path}.pcm`, 'r');
  const out = openSync(`${path}.features`, 'w');
  for (const count of counts) {
    const sound = new Uint8Array(count * BYTES_PER_SAMPLE);
    readSync(pcm, sound);
    writeSync(out, new Uint8Array(featuresOf(sound).buffer));
  }
  closeSync(pcm);
  closeSync(out);
}

function featuresOf(pcm: Uint8Array): Int16Array {
  const values: number[] = [];
  const logMel = new LogMel(ACOUSTIC_MODEL.range, (features) => {
    for (const feature of features) values.push(Math.round(feature * SCALE));
  });
  logMel.push(pcm);
  logMel.end();
  return Int16Array.from(values);
}
