// Clients of server.js: sessions of AIAvatarKit's WebSocket protocol, as its browser client sends them, that stream a microphone of 16 ms
// frames each at its own time of the 16 ms, and ask by keyboard and by voice. All times are `performance.now()` of this process.
import { randomBytes } from 'node:crypto';
import WebSocket from 'ws';
import { Speeches } from './conversation-rig.js';
import { mark, REPLY_HZ, secretOf, sessionsIn, voiceIn } from './server-engines.js';

const FRAME = 256;
const FRAME_MS = 16;
const LOOP_FRAMES = 128;
const ROOM_AMPLITUDE = 32;
const GIVE_UP_MS = 15_000;
const UTTERANCE_MS = 1000;
const UTTERANCES = 6;
/** Between what was heard and the next question of the same session. */
const REST_MS = 1500;

const speeches = new Speeches(1);
const utterances = Array.from({ length: UTTERANCES }, () => speeches.ending(UTTERANCE_MS));
const noise = roomNoise();

/** One client. Every second sits in a room; the others are muted, which AIAvatarKit's client does by sending zeros. */
export class Client {
  /** Without a microphone until `listen`. */
  frames = [];
  at = 0;
  /** Of what is being asked: {by, endMs, firstMs, soundMs, resolve}. */
  turn = undefined;
  restUntilMs = 0;
  replies = 0;
  problems = [];
  #socket;
  #spoken = [];

  constructor(number, url) {
    this.number = number;
    this.id = `bench-${String(number).padStart(4, '0')}`;
    this.url = url;
  }

  async open() {
    this.#socket = new WebSocket(this.url, { perMessageDeflate: false });
    this.#socket.on('error', (error) => this.problems.push(error.message));
    await new Promise((resolve, reject) => {
      this.#socket.once('open', resolve);
      this.#socket.once('close', (code, reason) =>
        reject(new Error(`Closed: ${code} ${reason} ${this.problems}`)),
      );
    });
    const connected = new Promise((resolve) => {
      this.connected = resolve;
    });
    this.#socket.on('message', (data) => this.#take(JSON.parse(data.toString('utf8'))));
    this.#socket.on('close', (code) => code !== 1005 && this.problems.push(`closed with ${code}`));
    this.#send({ type: 'start', session_id: this.id, user_id: `user-${this.number}`, context_id: null });
    await connected;
  }

  listen() {
    const isRoom = this.number % 2 === 0;
    this.frames = Array.from({ length: isRoom ? LOOP_FRAMES : 1 }, (_, at) =>
      this.#frameOf(
        isRoom ? Int16Array.from(noise.subarray(at * FRAME, (at + 1) * FRAME)) : new Int16Array(FRAME),
        isRoom,
      ),
    );
  }

  close() {
    this.#socket.close();
  }

  /** The next frame, whose last sample was taken at `dueMs`. */
  sendFrame(dueMs) {
    if (this.#spoken.length > 0 && this.#spoken.fromMs === undefined) this.#spoken.fromMs = dueMs - FRAME_MS;
    const frame = this.#spoken.shift() ?? this.frames[this.at++ % this.frames.length];
    // Past the library, whose masking would be done anew for each frame; the bytes are what it would send.
    this.#socket._socket.write(frame);
    if (this.turn?.by === 'voice' && this.turn.endMs === undefined && this.#spoken.fromMs !== undefined)
      this.turn.endMs = this.#spoken.fromMs + this.turn.voiceMs;
  }

  /** @returns {Promise<object>} `firstMs - endMs` is its latency; `lost` where no sound came. */
  ask(by) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end({ lost: true }), GIVE_UP_MS);
      this.turn = { by, resolve, timer, endMs: undefined, firstMs: undefined, soundMs: 0 };
      if (by === 'voice') this.#speak();
      else {
        this.turn.endMs = performance.now();
        this.#send({
          type: 'invoke',
          session_id: this.id,
          text: `${secretOf(this.number)}の天気はどうですか？`,
        });
      }
    });
  }

  #speak() {
    const { sound, voiceMs } = utterances[this.number % UTTERANCES];
    const count = Math.ceil(sound.length / FRAME);
    const isRoom = this.number % 2 === 0;
    const frames = Array.from({ length: count }, (_, at) => {
      const samples = Int16Array.from({ length: FRAME }, (__, n) => {
        const room = isRoom ? noise[(at * FRAME + n) % noise.length] : 0;
        return Math.max(-32_768, Math.min(32_767, Math.round((sound[at * FRAME + n] ?? 0) + room)));
      });
      return this.#frameOf(samples, true);
    });
    this.#spoken = Object.assign(frames, { fromMs: undefined });
    this.turn.voiceMs = voiceMs;
  }

  #take(message) {
    if (message.type === 'connected') this.connected();
    if (message.session_id !== this.id) this.problems.push(`a frame of ${message.session_id}`);
    if (message.type === 'error') this.problems.push(JSON.stringify(message.metadata));
    if (message.type === 'chunk' || message.type === 'final') this.#check(message);
    const { turn } = this;
    if (turn === undefined) return;
    if (message.type === 'chunk' && message.audio_data) {
      turn.firstMs ??= performance.now();
      turn.soundMs += ((message.audio_data.length * 3) / 4 - 44) / (REPLY_HZ / 500);
    }
    if (message.type === 'final' && turn.firstMs !== undefined) {
      clearTimeout(turn.timer);
      const leftMs = Math.max(0, turn.firstMs + turn.soundMs - performance.now());
      turn.timer = setTimeout(() => this.#end({}), leftMs);
    }
  }

  /** Nothing of another: neither words nor voice. */
  #check({ text, voice_text: spoken, audio_data: audio }) {
    for (const other of sessionsIn(`${text ?? ''}\n${spoken ?? ''}`))
      if (other === this.number) this.replies++;
      else this.problems.push(`words of ${other}`);
    if (!audio) return;
    const voice = voiceIn(Buffer.from(audio, 'base64').subarray(44));
    if (voice !== this.number) this.problems.push(`voice of ${voice}`);
  }

  #end(how) {
    const { turn } = this;
    clearTimeout(turn.timer);
    this.turn = undefined;
    this.restUntilMs = performance.now() + REST_MS;
    turn.resolve({ ...turn, ...how, number: this.number });
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #frameOf(samples, isMarked) {
    if (isMarked) mark(samples, this.number);
    const audio = Buffer.from(samples.buffer).toString('base64');
    return maskedFrame(JSON.stringify({ type: 'data', session_id: this.id, audio_data: audio }));
  }
}

/** As a client must send it. @source RFC 6455 5.2 */
function maskedFrame(text) {
  const payload = Buffer.from(text);
  const key = randomBytes(4);
  const frame = Buffer.alloc(8 + payload.length);
  frame.set([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255]);
  frame.set(key, 4);
  for (let at = 0; at < payload.length; at++) frame[8 + at] = payload[at] ^ key[at & 3];
  return frame;
}

/** Sends the frames of all clients, each at its time. */
export class Microphones {
  /** How late frames were sent, milliseconds: what the load itself adds. */
  lateMs = 0;
  #clients = [];
  #timer;
  #isStopped = false;
  #isPaused = false;
  #round = 0;
  #next = 0;
  #startedMs = performance.now();

  constructor() {
    this.#tick();
  }

  add(clients) {
    for (const client of clients) client.listen();
    this.#clients.push(...clients);
  }

  remove(clients) {
    this.#clients = this.#clients.filter((client) => !clients.includes(client));
  }

  /** Nobody sends anything. */
  pause(isPaused) {
    this.#isPaused = isPaused;
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #tick() {
    const nowMs = performance.now();
    for (;;) {
      if (this.#next >= this.#clients.length) {
        const roundEndMs = this.#startedMs + (this.#round + 1) * FRAME_MS;
        if (nowMs < roundEndMs) break;
        this.#round++;
        this.#next = 0;
        if (this.#clients.length === 0) continue;
      }
      const dueMs = this.#startedMs + (this.#round + this.#next / this.#clients.length) * FRAME_MS;
      if (dueMs > nowMs) break;
      const client = this.#clients[this.#next++];
      if (!this.#isPaused) client.sendFrame(dueMs);
      this.lateMs = Math.max(this.lateMs, nowMs - dueMs);
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => this.#tick(), 1);
  }
}

/** Keeps so many of the clients in a turn, by keyboard and by voice in turn, until the time is over. */
export async function converse(clients, { inTurn, seconds, ways = ['typed', 'voice'] }) {
  const untilMs = performance.now() + seconds * 1000;
  const turns = [];
  let count = 0;
  const slot = async () => {
    while (performance.now() < untilMs) {
      const client = next(clients);
      if (client === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      else turns.push(await client.ask(ways[count++ % ways.length]));
    }
  };
  const slots = Promise.all(
    Array.from({ length: inTurn }, async (_, at) => {
      // Not all at the same moment.
      await new Promise((resolve) => setTimeout(resolve, (at * 3000) / inTurn));
      await slot();
    }),
  );
  await Promise.all([slots, new Promise((resolve) => setTimeout(resolve, seconds * 1000))]);
  return turns;
}

/** That which has rested longest. */
function next(clients) {
  const nowMs = performance.now();
  let best;
  for (const client of clients)
    if (
      client.turn === undefined &&
      client.restUntilMs <= nowMs &&
      (best?.restUntilMs ?? nowMs + 1) > client.restUntilMs
    )
      best = client;
  return best;
}

function roomNoise() {
  let slow = 0;
  return Int16Array.from({ length: FRAME * LOOP_FRAMES }, () => {
    slow = 0.9 * slow + (Math.random() - 0.5) * ROOM_AMPLITUDE * 1.5;
    return Math.round(slow + (Math.random() - 0.5) * ROOM_AMPLITUDE);
  });
}
