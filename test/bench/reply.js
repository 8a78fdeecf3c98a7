// A reply through a daemon to the socket of MMDAgent-EX: what its inputs cost, and what still leaves after them.
//   node test/bench/reply.js [--runs 40]
// Needs `npm run build`. The engine is in this process (24 kHz, 100 ms to its first sound, then all of it at once), what stands
// around engines, lips and reply too; the daemon is another process; this one is MMDAgent-EX as well, so both ends have one clock.
// When a unit is heard is calculated as MMDAgent-EX was measured: 45 ms after it came, or behind what it has.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BridgeClient, localSocketPath, openLocal } from '../../dist/client/index.js';
import { splitByLanguage } from '../../dist/language/index.js';
import { systemHost } from '../../dist/programs/index.js';
import { createStreamVoice } from '../../dist/reply/index.js';
import { SystemClock } from '../../dist/runtime/index.js';
import { composeSpeech } from '../../dist/speech/compose-speech.js';
import { soundPeer } from './sound-peer.js';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '40' } } });
const RUNS = Number(values.runs);
const WARM_UP = 3;
const RATE = 24_000;
const MS_PER_LETTER = 60;
const LATENCY_MS = 45;
const TEXT = 'This is a sentence of some length, so that there is time.';
const BIN = fileURLToPath(new URL('../../bin/mmdagent-bridge.js', import.meta.url));
const AIMS = {
  'push → engine asked': 2,
  'first sound of the engine → socket': 10,
  'pause → last unit': 20,
  // The lead of 100 ms, a unit of 20 ms, and the way.
  'pause → silence': 170,
  'resume → first unit': 100,
  'resume → heard': 300,
  'cancel → last unit': 20,
  'cancel → silence': 170,
  'cancel → resolved': 50,
  'units after cancel has resolved': 0,
  'held, release → first unit': 20,
};

const clock = new SystemClock();
const directory = mkdtempSync(join(tmpdir(), 'reply-'));
const env = { PATH: process.env.PATH, XDG_RUNTIME_DIR: directory };
const took = Object.fromEntries(Object.keys(AIMS).map((name) => [name, []]));
let askedMs;
let soundedMs;
/** Units that are no silence: when each came and was heard to its end. */
let units = [];
let heardUntilMs = 0;

const engine = {
  name: 'bench',
  languages: [],
  fingerprint: 'bench',
  tells: 'nothing',
  async *speak({ text }) {
    askedMs = performance.now();
    await wait(100);
    yield { type: 'start', sampleRateHz: RATE };
    const ms = text.length * MS_PER_LETTER;
    const pcm = tone(ms);
    const letters = [...text].map((letter, n) => ({
      text: letter,
      ...{ startMs: n * MS_PER_LETTER, endMs: (n + 1) * MS_PER_LETTER, from: n, to: n + 1 },
    }));
    if (this.tells === 'characters') yield { type: 'characters', characters: letters };
    if (this.tells === 'phonemes')
      yield { type: 'phonemes', phonemes: letters.map((one) => ({ ...one, phoneme: 'a' })), isExact: true };
    soundedMs = performance.now();
    yield { type: 'sound', pcm };
  },
  voices: async () => [],
  close: async () => {},
};

function tone(ms) {
  const pcm = Buffer.alloc((ms * RATE) / 500);
  for (let at = 0; at < pcm.length; at += 2) pcm.writeInt16LE(Math.round(9000 * Math.sin(at / 8) + 200), at);
  return pcm;
}

const peer = soundPeer((pcm, nowMs) => {
  let isSilent = true;
  for (let index = 0; index + 1 < pcm.length; index += 2) isSilent &&= Math.abs(pcm.readInt16LE(index)) < 100;
  heardUntilMs = Math.max(heardUntilMs, nowMs + LATENCY_MS) + pcm.length / 32;
  if (!isSilent) units.push({ nowMs, heardUntilMs });
});

const run = (args) =>
  new Promise((resolve) => {
    spawn(process.execPath, [BIN, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).on(
      'close',
      resolve,
    );
  });
const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

/** How long after `fromMs`; nothing that came after counts as at once. */
function after(fromMs, unit, key = 'nowMs') {
  return Math.max(0, (unit?.[key] ?? fromMs) - fromMs);
}

async function firstUnit() {
  for (;;) {
    if (units.length > 0) return units[0];
    await wait(1);
  }
}

async function one(voice, keep) {
  units = [];
  const reply = voice.open();
  // The way is open before the first words are there.
  await wait(50);
  const pushedMs = performance.now();
  void reply.push({ text: TEXT });
  const first = await firstUnit();
  keep('push → engine asked', askedMs - pushedMs);
  keep('first sound of the engine → socket', first.nowMs - soundedMs);
  await wait(700 + Math.random() * 300);
  const pausedMs = performance.now();
  reply.pause();
  await wait(400);
  keep('pause → last unit', after(pausedMs, units.at(-1)));
  keep('pause → silence', after(pausedMs, units.at(-1), 'heardUntilMs'));
  units = [];
  const resumedMs = performance.now();
  reply.resume();
  const again = await firstUnit();
  keep('resume → first unit', after(resumedMs, again));
  keep('resume → heard', after(resumedMs, again) + LATENCY_MS);
  await wait(300 + Math.random() * 300);
  const cancelledMs = performance.now();
  await reply.cancel();
  const resolvedMs = performance.now();
  await wait(300);
  keep('cancel → last unit', after(cancelledMs, units.at(-1)));
  keep('cancel → silence', after(cancelledMs, units.at(-1), 'heardUntilMs'));
  keep('cancel → resolved', resolvedMs - cancelledMs);
  keep('units after cancel has resolved', units.filter(({ nowMs }) => nowMs > resolvedMs + 1).length);
  units = [];
  const held = voice.open({ isHeld: true });
  void held.push({ text: TEXT });
  await wait(400);
  const releasedMs = performance.now();
  held.release();
  keep('held, release → first unit', after(releasedMs, await firstUnit()));
  await held.cancel();
  await wait(100);
}

await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve));
let isMet = true;
try {
  const link = `tcp://127.0.0.1:${peer.address().port}`;
  await run(['daemon', 'start', '--link', link, '--log-level', 'silent']);
  const client = await BridgeClient.connect({
    open: () => openLocal(localSocketPath('', directory)),
    client: 'bench',
    clock,
  });
  const kind = {
    description: 'bench',
    schema: (zod) => zod.object({ type: zod.literal('bench') }),
    keyEnv: undefined,
    needsKey: false,
    create: () => engine,
  };
  const speech = await composeSpeech(
    { engine: 'bench', engines: { bench: { type: 'bench' } } },
    { clock, env: {}, host: systemHost({}) },
    {
      kinds: { bench: kind },
      prepare: (text) => ({
        text,
        runs: splitByLanguage(text, 'en'),
        sourceRange: (from, to) => ({ from, to }),
      }),
    },
  );
  for (const [lips, tells] of [
    ['peer', 'characters'],
    ['own', 'phonemes'],
  ]) {
    engine.tells = tells;
    for (const list of Object.values(took)) list.length = 0;
    const voice = createStreamVoice({ lips }, { clock, client, speech });
    await voice.prepare();
    for (let count = 0; count < RUNS + WARM_UP; count++)
      await one(voice, (name, ms) => count >= WARM_UP && took[name].push(ms));
    await voice.close();
    console.log(`lips ${lips}, ${RUNS} replies: p50 / p95 / max`);
    for (const [name, aim] of Object.entries(AIMS)) {
      const sorted = Float64Array.from(took[name]).sort();
      const told = [0.5, 0.95, 1].map((part) => at(sorted, part).toFixed(1)).join(' / ');
      const isFast = at(sorted, 0.95) <= aim;
      isMet &&= isFast;
      console.log(`  ${name}: ${told} (aim p95 ≤ ${aim}: ${isFast ? 'met' : 'MISSED'})`);
    }
  }
  client.close();
  process.exitCode = isMet ? 0 : 1;
} finally {
  await run(['daemon', 'stop', '--force']);
  peer.close();
  rmSync(directory, { recursive: true, force: true });
}
