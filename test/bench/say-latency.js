// What stands between an engine's first sound and the socket of MMDAgent-EX, with the peer's own lips.
//   node test/bench/say-latency.js [--sentences 200] [--lips peer] [--tells nothing]
// Needs `npm run build`. This process is the engine (a server that speaks OpenAI's protocol, 24 kHz, in real time after a first
// piece of 100 ms) and MMDAgent-EX; another has the real speech, a real daemon is a third. Each sentence is measured from the
// write of its first piece to the arrival of its first whole 20 ms unit, on this process's clock.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BridgeClient, localSocketPath, openLocal } from '../../dist/client/index.js';
import { systemHost } from '../../dist/devices/index.js';
import { SystemClock } from '../../dist/runtime/index.js';
import { speakThrough } from '../../dist/speaking/index.js';
import { createSpeech } from '../../dist/speech/index.js';
import { soundPeer } from './sound-peer.js';

const { values } = parseArgs({
  options: {
    sentences: { type: 'string', default: '200' },
    lips: { type: 'string', default: 'peer' },
    aim: { type: 'string', default: '10' },
    speaker: { type: 'string' },
    directory: { type: 'string' },
  },
});
const AIM_MS = Number(values.aim);
const UNIT_BYTES = 640;
const FIRST_MS = 100;
const SENTENCE_MS = 400;
const BIN = fileURLToPath(new URL('../../bin/mmdagent-bridge.js', import.meta.url));
const SELF = fileURLToPath(import.meta.url);
/** Compiling and the first connections are not what is measured. */
const WARM_UP = 10;

async function speaker() {
  const clock = new SystemClock();
  const env = {};
  const engines = { mine: { type: 'openai', baseUrl: values.speaker } };
  const speech = await createSpeech(
    { engines, engine: 'mine', loudnessLufs: -20 },
    { clock, env, host: systemHost(env) },
  );
  const open = () => openLocal(localSocketPath('', values.directory));
  const client = await BridgeClient.connect({ open, client: 'bench', clock });
  for (let count = 0; count < Number(values.sentences) + WARM_UP; count++) {
    await speakThrough(
      client,
      undefined,
      (signal) => speech.speak(`This is sentence ${count}.`, { signal }),
      {
        clock,
        lips: values.lips,
        knows: 'sound',
      },
    );
  }
  client.close();
  await speech.close();
}

function tone(ms) {
  const pcm = Buffer.alloc(ms * 48);
  for (let at = 0; at < pcm.length; at += 2) pcm.writeInt16LE(Math.round(9000 * Math.sin(at / 8)), at);
  return pcm;
}

function at(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

async function measure() {
  const directory = mkdtempSync(join(tmpdir(), 'say-bench-'));
  const env = { PATH: process.env.PATH, XDG_RUNTIME_DIR: directory };
  let wroteMs;
  let heardBytes = 0;
  const tookMs = [];
  const engine = createHttpServer(async (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'audio/pcm' });
    response.flushHeaders();
    // The answer has begun and the engine thinks: headers are no sound.
    await wait(30);
    heardBytes = 0;
    wroteMs = performance.now();
    response.write(tone(FIRST_MS));
    const startedMs = performance.now();
    for (let ms = FIRST_MS; ms < SENTENCE_MS; ms += 20) {
      await wait(Math.max(0, startedMs + ms - FIRST_MS / 2 - performance.now()));
      response.write(tone(20));
    }
    response.end();
  });
  const peer = soundPeer(heard);
  /** A unit is there when 20 ms of what the engine said are; the silence of a lead does not count. */
  function heard(pcm, nowMs) {
    if (wroteMs === undefined) return;
    let isSilent = true;
    for (let index = 0; index + 1 < pcm.length; index += 2)
      isSilent &&= Math.abs(pcm.readInt16LE(index)) < 100;
    if (isSilent) return;
    heardBytes += pcm.length;
    if (heardBytes < UNIT_BYTES) return;
    tookMs.push(nowMs - wroteMs);
    wroteMs = undefined;
  }
  await new Promise((resolve) => engine.listen(0, '127.0.0.1', resolve));
  await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const run = (args) =>
    new Promise((resolve) => {
      spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] }).on('close', resolve);
    });
  try {
    await run([
      BIN,
      'daemon',
      'start',
      '--link',
      `tcp://127.0.0.1:${peer.address().port}`,
      '--log-level',
      'silent',
    ]);
    const url = `http://127.0.0.1:${engine.address().port}/v1`;
    const args = ['--sentences', values.sentences, '--lips', values.lips];
    const code = await run([SELF, '--speaker', url, '--directory', directory, ...args]);
    const sorted = Float64Array.from(tookMs.slice(WARM_UP)).sort();
    const told = [0.5, 0.95, 0.99, 1].map((part) => at(sorted, part).toFixed(2)).join(' / ');
    console.log(
      `engine's first sound to socket, lips ${values.lips}, ${sorted.length} sentences: p50 / p95 / p99 / max ${told} ms`,
    );
    const isMet = code === 0 && at(sorted, 0.99) < AIM_MS;
    console.log(`aim p99 < ${AIM_MS} ms: ${isMet ? 'met' : 'MISSED'}`);
    process.exitCode = isMet ? 0 : 1;
  } finally {
    await run([BIN, 'daemon', 'stop', '--force']);
    engine.closeAllConnections();
    engine.close();
    peer.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

await (values.speaker === undefined ? measure() : speaker());
