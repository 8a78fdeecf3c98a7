// Engines of server.js with fixed timing, over HTTP in the load's process: recognition, a model as OpenAI's, synthesis. They find out
// whose question it is from what they are given alone, so that anything of another session in it shows:
//   microphone  the lowest bits of its samples say, every 32 samples, whose they are → recognition answers with that session's secret
//   model       its reply holds every secret that stands anywhere in the request
//   voice       a tone whose frequency is that of the secret in the text
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** As AIAvatarKit was measured. */
export const SCRIPT = { sttMs: 150, letterMs: 30, ttsMs: 100 };
export const REPLY_HZ = 24_000;
const SOUND_MS_PER_LETTER = 80;
const SYNC = 0xa5c3;
const LETTERS = 'アイウエオカキクケコサシスセソタ';
const SECRET = new RegExp(`ゾ([${LETTERS}]{3})ゾ`, 'gu');

/** A word that only this session knows: 0 … 4095. */
export function secretOf(session) {
  const letters = [session >> 8, session >> 4, session].map((value) => LETTERS[value & 15]);
  return `ゾ${letters.join('')}ゾ`;
}

/** All sessions whose secrets stand in a text. */
export function sessionsIn(text) {
  const found = new Set();
  for (const [, letters] of text.matchAll(SECRET))
    found.add([...letters].reduce((sum, letter) => sum * 16 + LETTERS.indexOf(letter), 0));
  return [...found];
}

/** Writes whose it is into the lowest bits. @param at - place of the first sample in the session's sound, a multiple of 32. */
export function mark(samples, session) {
  const word = (SYNC << 16) | session;
  for (let n = 0; n < samples.length; n++) samples[n] = (samples[n] & ~1) | ((word >>> (n & 31)) & 1);
}

/** Whose sound there is in it, with how many marks. */
export function markedIn(samples) {
  const counts = new Map();
  let best = { marks: 0, offset: 0 };
  for (let offset = 0; offset < 32; offset++) {
    let marks = 0;
    for (let at = offset; at + 32 <= samples.length; at += 32)
      if (wordAt(samples, at) >>> 16 === SYNC) marks++;
    if (marks > best.marks) best = { marks, offset };
  }
  for (let at = best.offset; at + 32 <= samples.length; at += 32) {
    const word = wordAt(samples, at);
    if (word >>> 16 === SYNC) counts.set(word & 0xffff, (counts.get(word & 0xffff) ?? 0) + 1);
  }
  // A mark may stand by chance where sound of two frames is joined anew: once.
  return [...counts].filter(([, marks]) => marks > 1).map(([session]) => session);
}

function wordAt(samples, at) {
  let word = 0;
  for (let bit = 0; bit < 32; bit++) word |= (samples[at + bit] & 1) << bit;
  return word >>> 0;
}

/** Whose voice it is: from its zero crossings. undefined: too short. */
export function voiceIn(pcm) {
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength >> 1);
  const rises = [];
  for (let n = 1; n < samples.length; n++)
    if (samples[n - 1] < 0 && samples[n] >= 0) rises.push(n - samples[n] / (samples[n] - samples[n - 1]));
  if (rises.length < 20) return undefined;
  const hz = ((rises.length - 1) * REPLY_HZ) / (rises.at(-1) - rises[0]);
  return Math.round((hz - 400) / 8);
}

/** One second, which repeats without a seam. */
function toneOf(session) {
  const hz = 400 + 8 * session;
  const pcm = Buffer.alloc(REPLY_HZ * 2);
  for (let n = 0; n < REPLY_HZ; n++)
    pcm.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * hz * n) / REPLY_HZ)), n * 2);
  return pcm;
}

export function replyTo(sessions) {
  const words = sessions.map(secretOf).join('と');
  return `${words}です。${words}は寒いです。`;
}

/** @returns {Promise<{port: number, counts: object, close(): void}>} */
export async function openEngines() {
  const tones = new Map();
  const counts = { heard: 0, asked: 0, spoken: 0, mixed: 0, unmarked: 0 };
  const mixed = (sessions) => {
    if (sessions.length > 1) counts.mixed++;
    if (sessions.length === 0) counts.unmarked++;
  };
  const hear = async (body, response) => {
    counts.heard++;
    const due = performance.now() + SCRIPT.sttMs;
    const at = body.indexOf('data') + 8;
    const pcm = new Uint8Array(body.subarray(at));
    const sessions = markedIn(new Int16Array(pcm.buffer, 0, pcm.byteLength >> 1));
    mixed(sessions);
    await until(due);
    answer(response, { text: `${sessions.map(secretOf).join('と')}の天気はどうですか？` });
  };
  const think = async (body, response) => {
    counts.asked++;
    const begunMs = performance.now();
    const sessions = sessionsIn(body.toString());
    mixed(sessions);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (delta, finish = null) =>
      response.write(
        `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
      );
    for (const [at, letter] of [...replyTo(sessions)].entries()) {
      await until(begunMs + (at + 1) * SCRIPT.letterMs);
      if (response.destroyed) return;
      send({ content: letter });
    }
    send({}, 'stop');
    response.end('data: [DONE]\n\n');
  };
  const speak = async (body, response) => {
    counts.spoken++;
    const due = performance.now() + SCRIPT.ttsMs;
    const { text } = JSON.parse(body.toString());
    const sessions = sessionsIn(text);
    mixed(sessions);
    const session = sessions[0] ?? 4000;
    if (!tones.has(session)) tones.set(session, toneOf(session));
    const tone = tones.get(session);
    const bytes = Math.round([...text].length * SOUND_MS_PER_LETTER * (REPLY_HZ / 1000)) * 2;
    const whole = Math.floor(bytes / tone.length);
    const pcm = Buffer.concat([...Array(whole).fill(tone), tone.subarray(0, bytes % tone.length)]);
    await until(due);
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(pcm);
  };
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      if (request.url === '/stt') void hear(body, response);
      else if (request.url === '/tts') void speak(body, response);
      else if (request.url === '/v1/chat/completions') void think(body, response);
      else answer(response, { object: 'list', data: [{ id: 'bench' }] });
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    counts,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** As they stand in a settings file. */
export function engineSettings(port) {
  const place = `http://127.0.0.1:${port}`;
  return {
    llmEngine: 'bench',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the settings take it from the environment.
    llmEngines: { bench: { type: 'openai', baseUrl: `${place}/v1`, apiKey: '${BENCH_KEY}', model: 'bench' } },
    sttEngine: 'bench',
    sttEngines: { bench: { type: 'http', url: `${place}/stt`, body: 'raw' } },
    ttsEngine: 'bench',
    // A session says the same again and again: it is to be spoken each time.
    speechCacheMb: 0,
    engines: {
      bench: { type: 'http', url: `${place}/tts`, body: { text: '{{text}}' }, format: `pcm:${REPLY_HZ}` },
    },
  };
}

function answer(response, value) {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function until(dueMs) {
  for (let leftMs = dueMs - performance.now(); leftMs > 0; leftMs = dueMs - performance.now())
    await wait(Math.ceil(leftMs));
}
