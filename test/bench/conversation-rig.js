// What the benches of conversations share: a daemon process, a stand-in for MMDAgent-EX behind its WebSocket link, a microphone that is
// fed recorded speech in real time, scripted engines, and `openChat` around them, as the commands compose it.
// All times are those of `performance.now()` of this process, milliseconds.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { openChat } from '../../dist/chat/index.js';
import { BridgeClient, localSocketPath, openLocal } from '../../dist/client/index.js';
import { speakable } from '../../dist/language/index.js';
import { systemHost } from '../../dist/programs/index.js';
import { SILENT_LOGGER, SystemClock, seededRandom } from '../../dist/runtime/index.js';
import { composeSpeech } from '../../dist/speech/compose-speech.js';

const BIN = fileURLToPath(new URL('../../bin/mmdagent-bridge.js', import.meta.url));
const SPOKEN = fileURLToPath(new URL('../../fixtures/lipsync/spoken', import.meta.url));
const HZ = 16_000;
const FRAME = 320;
const FRAME_MS = 20;
const TTS_HZ = 24_000;
/** From a unit's arrival to its sound. @source measured at MMDAgent-EX: 43 to 48 ms behind the first byte, units then one behind another */
export const PEER_MS = 45;
const VOICE_DBFS = -24;
const ROOM_DBFS = -60;

/** As AIAvatarKit was measured. */
export const SCRIPT = { sttMs: 150, letterMs: 30, ttsMs: 100 };
/** Two sentences of 11 letters; the first clause of each has 6. */
export const FIXED_REPLY = 'そうですね、晴れです。ですけれど、寒いです。';
export const CLAUSE_LETTERS = 6;

/** Understands whatever the microphone was told to say, as far as it has been said when it is asked. */
class Recognizer {
  name = 'scripted';
  isStreaming = false;
  calls = [];
  #mic;
  constructor(mic) {
    this.#mic = mic;
  }
  async *recognize({ sound, signal }) {
    const call = { askedMs: performance.now(), gaveMs: undefined };
    this.calls.push(call);
    for await (const _piece of sound);
    const text = this.#mic.saidSoFar(performance.now());
    await until(call.askedMs + SCRIPT.sttMs, signal);
    call.gaveMs = performance.now();
    yield { type: 'final', text };
  }
  async close() {}
}

/** Writes `answer(request)` letter by letter, each at its time. */
class Model {
  name = 'scripted';
  type = 'scripted';
  model = 'script-1';
  seesImages = true;
  callsTools = true;
  calls = [];
  letterMs = SCRIPT.letterMs;
  answer = () => FIXED_REPLY;
  async *stream(request) {
    const call = { askedMs: performance.now(), letters: [] };
    this.calls.push(call);
    const given = this.answer(request);
    const { text, calls = [] } = typeof given === 'string' ? { text: given } : given;
    for (const [at, letter] of [...text].entries()) {
      await until(call.askedMs + (at + 1) * this.letterMs, request.signal);
      call.letters.push(performance.now());
      yield { type: 'text', text: letter };
    }
    for (const one of calls) yield { type: 'call', call: one };
    yield { type: 'end', reason: calls.length === 0 ? 'stop' : 'calls' };
  }
  async warmUp() {}
  async close() {}
}

/** 100 ms, then the whole sound of a piece at once: a tone without pauses, as long as a voice would take, with exact phonemes. */
class Voice {
  name = 'bench';
  languages = [];
  fingerprint = 'bench';
  calls = [];
  letterMs = 100;
  tells = 'phonemes';
  async *speak({ text, signal }) {
    const call = { askedMs: performance.now(), gaveMs: undefined, text };
    this.calls.push(call);
    const letters = [...text];
    // Made within its 100 ms: nobody else is to wait for it.
    const pcm = tone(letters.length * this.letterMs);
    await until(call.askedMs + SCRIPT.ttsMs, signal);
    yield { type: 'start', sampleRateHz: TTS_HZ };
    if (this.tells === 'phonemes') {
      const times = letters.map((_letter, n) => ({
        startMs: n * this.letterMs,
        endMs: (n + 1) * this.letterMs,
      }));
      const phonemes = times.map((time, n) => ({ ...time, phoneme: n % 2 === 0 ? 'a' : 'o' }));
      yield { type: 'phonemes', phonemes, isExact: true };
    }
    call.gaveMs = performance.now();
    yield { type: 'sound', pcm };
  }
  async voices() {
    return [];
  }
  async close() {}
}

function tone(ms) {
  const pcm = Buffer.alloc((ms * TTS_HZ) / 500);
  for (let at = 0; at < pcm.length; at += 2) pcm.writeInt16LE(Math.round(9000 * Math.sin(at / 8) + 200), at);
  return pcm;
}

async function until(dueMs, signal) {
  for (let leftMs = dueMs - performance.now(); leftMs > 0; leftMs = dueMs - performance.now())
    await wait(Math.ceil(leftMs), undefined, { signal });
}

/** A room with a soft noise, and somebody who speaks in it when told. Frames come when their last sample is there. */
class Microphone {
  /** When the frame that is being handed on came. */
  frameAtMs = 0;
  /** How much later than due: what a busy machine adds. */
  frameLateMs = 0;
  onFrame = () => {};
  #startedMs = performance.now();
  #count = 0;
  #timer;
  #room;
  #spoken = [];
  #random = seededRandom(7);

  constructor() {
    this.#room = pink(20 * HZ, ROOM_DBFS, this.#random);
    this.#next();
  }

  /**
   * Speaks from now on, at any place in a frame.
   *
   * @param words - what is recognised; each word once its share of the sound was said.
   * @returns when its first sample is at the microphone and when its voice ends.
   */
  say({ sound, voiceMs }, words) {
    const fromMs = performance.now() + this.#random() * FRAME_MS;
    const from = Math.ceil((fromMs - this.#startedMs) * (HZ / 1000));
    const onsetMs = this.#startedMs + from / (HZ / 1000);
    this.#spoken = [{ sound, from, onsetMs, endMs: onsetMs + voiceMs, words }];
    return this.#spoken[0];
  }

  saidSoFar(nowMs) {
    const spoken = this.#spoken[0];
    if (spoken === undefined) return '';
    const share = Math.max(0, Math.min(1, (nowMs - spoken.onsetMs) / (spoken.endMs - spoken.onsetMs)));
    return spoken.words.slice(0, Math.floor(share * spoken.words.length)).join('');
  }

  close() {
    clearTimeout(this.#timer);
  }

  #next() {
    const dueMs = this.#startedMs + (this.#count + 1) * FRAME_MS;
    this.#timer = setTimeout(() => this.#take(), Math.max(0, Math.ceil(dueMs - performance.now())));
  }

  #take() {
    for (;;) {
      const nowMs = performance.now();
      const dueMs = this.#startedMs + (this.#count + 1) * FRAME_MS;
      if (nowMs < dueMs) break;
      this.frameAtMs = nowMs;
      this.frameLateMs = nowMs - dueMs;
      this.onFrame(this.#frame(this.#count++ * FRAME), nowMs);
    }
    this.#next();
  }

  #frame(at) {
    const frame = Buffer.alloc(FRAME * 2);
    for (let n = 0; n < FRAME; n++) {
      let value = this.#room[(at + n) % this.#room.length];
      for (const { sound, from } of this.#spoken) value += sound[at + n - from] ?? 0;
      frame.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value))), n * 2);
    }
    return frame;
  }
}

/** Stretches of the recorded sentences, without long pauses inside, each from its first audible sample on. */
export class Speeches {
  #voices;
  #random;

  constructor(seed) {
    this.#random = seededRandom(seed);
    this.#voices = readdirSync(SPOKEN)
      .filter((name) => name.endsWith('.wav'))
      .map((name) => readWav(join(SPOKEN, name)));
  }

  /** So much of somebody's speech, exactly, from a beginning of voice; cut with 5 ms of fade. */
  cut(ms) {
    for (;;) {
      const voice = this.#voices[Math.floor(this.#random() * this.#voices.length)];
      const loud = loudTens(voice);
      const starts = loud.flatMap((isLoud, at) =>
        isLoud && !loud.slice(Math.max(0, at - 8), at).includes(true) ? [at] : [],
      );
      const start = starts[Math.floor(this.#random() * starts.length)];
      const part = loud.slice(start, start + ms / 10);
      if (part.length < ms / 10 || longestPause(part) > 10 || part.slice(-3).includes(false)) continue;
      const sound = atLevel(voice.slice(start * 160, (start * 160 + ms * 16) | 0));
      for (let n = 0; n < 80; n++) sound[sound.length - 1 - n] *= n / 80;
      return { sound, voiceMs: ms };
    }
  }

  /** The end of somebody's sentence as it was recorded, its dying away included: about so long. */
  ending(ms) {
    const voice = this.#voices[Math.floor(this.#random() * this.#voices.length)];
    const loud = loudTens(voice);
    const last = loud.lastIndexOf(true);
    let start = Math.max(0, last + 1 - ms / 10);
    while (!loud[start] || loud.slice(Math.max(0, start - 2), start).includes(true)) start++;
    if (last - start < ms / 20) start = Math.max(0, last + 1 - ms / 10);
    return { sound: atLevel(voice.slice(start * 160)), voiceMs: (last + 1 - start) * 10 };
  }
}

/** Which tens of milliseconds are less than 30 dB below the loudest. */
function loudTens(sound) {
  const powers = Array.from({ length: Math.floor(sound.length / 160) }, (_, at) =>
    meanSquare(sound.subarray(at * 160, (at + 1) * 160)),
  );
  const peak = Math.max(...powers);
  return powers.map((power) => power > peak / 1000);
}

function longestPause(loud) {
  let longest = 0;
  let length = 0;
  for (const isLoud of loud) {
    length = isLoud ? 0 : length + 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

function readWav(path) {
  const file = readFileSync(path);
  const at = file.indexOf('data') + 8;
  return Float64Array.from({ length: (file.length - at) >> 1 }, (_, n) => file.readInt16LE(at + 2 * n));
}

function atLevel(sound) {
  const loud = loudTens(sound);
  let sum = 0;
  for (const [at, isLoud] of loud.entries())
    if (isLoud) sum += meanSquare(sound.subarray(at * 160, (at + 1) * 160));
  const gain = (32_768 * 10 ** (VOICE_DBFS / 20)) / Math.sqrt(sum / loud.filter(Boolean).length);
  return sound.map((value) => value * gain);
}

function meanSquare(sound) {
  let sum = 0;
  for (const value of sound) sum += value * value;
  return sum / sound.length;
}

function pink(samples, levelDbfs, random) {
  const out = new Float64Array(samples);
  let [slow, middle, fast] = [0, 0, 0];
  for (let n = 0; n < samples; n++) {
    const next = Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
    slow = 0.997 * slow + 0.1 * next;
    middle = 0.96 * middle + 0.3 * next;
    fast = 0.57 * fast + next;
    out[n] = slow + middle + fast + 0.2 * next;
  }
  const scale = (32_768 * 10 ** (levelDbfs / 20)) / Math.sqrt(meanSquare(out));
  return out.map((value) => value * scale);
}

/** The units that came, and when each is heard: `PEER_MS` behind its arrival, or behind the unit before it. */
class Playout {
  units = [];
  #untilMs = Number.NEGATIVE_INFINITY;

  take({ atMs, ms, from, to }) {
    const startMs = Math.max(this.#untilMs, atMs + PEER_MS);
    this.#untilMs = startMs + ms;
    const heard = from === undefined ? {} : { heardFromMs: startMs + from, heardToMs: startMs + to };
    this.units.push({ atMs, ...heard });
  }

  audible() {
    return this.units.filter(({ heardToMs }) => heardToMs !== undefined);
  }
}

/** The peer's clock less ours, too small by what passes between the two readings: 0.9 ms the first time, 0.0001 ms later. */
function hrtimeOffsetMs() {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * @param {object} options
 * @param {object} options.conversation section `conversation` of the settings
 * @param {number} [options.leadMs] sound that MMDAgent-EX holds ahead
 * @param {object[]} [options.tools]
 * @param {(source: string) => Promise<string>} [options.getImageUrl]
 */
export async function openRig({ conversation, leadMs = 100, port, tools, getImageUrl, lips = 'auto' }) {
  const directory = mkdtempSync(join(tmpdir(), 'conversation-'));
  const env = { PATH: process.env.PATH, XDG_RUNTIME_DIR: directory };
  const run = (...args) =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [BIN, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
      child.on('close', resolve);
    });
  const number = port ?? (await freePort());
  const link = `ws-listen://127.0.0.1:${number}/chat`;
  const status = await run('daemon', 'start', '--link', link, '--log-level', 'silent');
  if (status !== 0) throw new Error(`Expected a daemon with link ${link}, got exit code ${status}`);
  const stop = async () => {
    await run('daemon', 'stop', '--force');
    rmSync(directory, { recursive: true, force: true });
  };
  const onSignal = () => void stop().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, onSignal);
  const clock = new SystemClock();
  const peer = new Worker(new URL('ws-peer.js', import.meta.url), {
    workerData: { url: `ws://127.0.0.1:${number}/chat` },
  });
  const playout = new Playout();
  const offsetMs = Math.max(...Array.from({ length: 20 }, hrtimeOffsetMs));
  await new Promise((resolve) => {
    peer.on('message', (message) => {
      if (message.type === 'connected') resolve();
      else playout.take({ ...message, atMs: message.atMs - offsetMs });
    });
  });
  const client = await BridgeClient.connect({
    open: () => openLocal(localSocketPath('', directory)),
    client: 'bench',
    clock,
  });
  const mic = new Microphone();
  const [recognizer, model, voice] = [new Recognizer(mic), new Model(), new Voice()];
  const host = systemHost({});
  const kind = {
    description: 'bench',
    schema: (zod) => zod.object({ type: zod.literal('bench') }),
    keyEnv: undefined,
    needsKey: false,
    create: () => voice,
  };
  const speech = await composeSpeech(
    { engine: 'bench', engines: { bench: { type: 'bench' } } },
    { clock, env: {}, host },
    { kinds: { bench: kind }, prepare: (text, language) => speakable(text, { language }) },
  );
  const chat = await openChat(
    {
      llm: { engine: 'scripted', custom: { scripted: model } },
      conversation,
      keep: {},
      voice: { topology: 'stream', lips, leadMs },
      hears: true,
    },
    {
      ...{ client, clock, env: {}, host, logger: SILENT_LOGGER, version: 'bench', stateFolder: directory },
      ...{ recognizer, speech, tools, getImageUrl },
    },
  );
  await chat.conversation.warmUp();
  mic.onFrame = (frame, atMs) => chat.conversation.hear(frame, atMs);
  // The ear gets to know the room.
  await wait(2500);
  return {
    ...{
      chat,
      conversation: chat.conversation,
      hearing: chat.hearing,
      mic,
      recognizer,
      model,
      voice,
      playout,
      client,
    },
    close: async () => {
      mic.close();
      await chat.close();
      await speech.close();
      client.close();
      await peer.terminate();
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, onSignal);
      await stop();
    },
  };
}

export const at = (list, part) => {
  const sorted = Float64Array.from(list).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};

export const spread = (list) =>
  `p50 ${at(list, 0.5).toFixed(1)}, p95 ${at(list, 0.95).toFixed(1)}, max ${at(list, 1).toFixed(1)} ms (${list.length})`;

/** Collects what was missed; `--check` makes it the exit code. */
export class Bars {
  #isMet = true;

  tell(text) {
    console.log(`     ${text}`);
  }

  hold(isMet, text) {
    this.#isMet &&= isMet;
    console.log(`${isMet ? 'ok  ' : 'FAIL'} ${text}`);
  }

  end(isChecked) {
    console.log(`     load of the machine now: ${loadavg()[0].toFixed(1)}`);
    if (isChecked && !this.#isMet) process.exitCode = 1;
  }
}

export { wait };
