// How soon a two-hour file starts and what it adds to memory. Needs `npm run build`; the MP3 part needs `lame`.
//   node test/bench/audio-long-file.js [hours]
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SECOND = 48_000 * 4;
const [role, path] = process.argv.slice(2);

if (role === 'measure' && path !== undefined) {
  await measure(path);
} else {
  compareKinds(Number(role ?? 2) * 3_600);
}

/** Writes the files and measures each in a process of its own. */
function compareKinds(seconds) {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
  try {
    const files = [writeWav(join(folder, 'long.wav'), seconds)];
    if (spawnSync('lame', ['--version']).status === 0) files.push(writeMp3(folder, seconds));
    for (const file of files) {
      const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'measure', file]);
      process.stdout.write(output);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeWav(file, seconds) {
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + seconds * SECOND, 4);
  header.write('WAVEfmt ', 8);
  [16, 0x2_0001, 48_000, SECOND, 0x10_0004].forEach((value, index) => {
    header.writeUInt32LE(value, 16 + index * 4);
  });
  header.write('data', 36);
  header.writeUInt32LE(seconds * SECOND, 40);
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, header);
  for (let written = 0; written < seconds; written++) writeSync(descriptor, tone());
  closeSync(descriptor);
  return file;
}

/** One encoded minute, again and again: as real to a decoder as two hours from one run, and made in seconds. */
function writeMp3(folder, seconds) {
  const minute = join(folder, 'minute.mp3');
  execFileSync('lame', ['--quiet', '-t', '-b', '128', writeWav(join(folder, 'minute.wav'), 60), minute]);
  const file = join(folder, 'long.mp3');
  execFileSync('sh', [
    '-c',
    'i=0; while [ $i -lt "$2" ]; do cat "$0"; i=$((i+1)); done > "$1"',
    minute,
    file,
    `${seconds / 60}`,
  ]);
  return file;
}

function tone() {
  const pcm = Buffer.alloc(SECOND);
  for (let n = 0; n < 48_000; n++) {
    const value = Math.round(9_000 * Math.sin((2 * Math.PI * 220 * n) / 48_000));
    pcm.writeInt16LE(value, n * 4);
    pcm.writeInt16LE(-(value >> 1), n * 4 + 2);
  }
  return pcm;
}

async function measure(file) {
  const { openSound } = await import('../../dist/audio/index.js');
  const before = process.memoryUsage.rss();
  const startMs = performance.now();
  const sound = await openSound(file);
  let samples = 0;
  let firstMs = 0;
  let peakRss = 0;
  let minuteRss = 0;
  let nextCheck = 0;
  for await (const block of sound.frames()) {
    if (samples === 0) firstMs = performance.now() - startMs;
    samples += block.byteLength / 2;
    if (samples < nextCheck) continue;
    nextCheck = samples + 160_000;
    if (minuteRss === 0 && samples > 960_000) minuteRss = process.memoryUsage.rss();
    peakRss = Math.max(peakRss, process.memoryUsage.rss());
  }
  const totalMs = performance.now() - startMs;
  const seconds = samples / 16_000;
  process.stdout.write(
    `${sound.description.container}: ${seconds} s; first samples after ${firstMs.toFixed(0)} ms; ` +
      `memory +${((peakRss - before) / 1_048_576).toFixed(1)} MB at most, ` +
      `${((peakRss - minuteRss) / 1_048_576).toFixed(1)} MB of it after the first minute; ${((seconds * 1000) / totalMs).toFixed(0)} x real time\n`,
  );
}
