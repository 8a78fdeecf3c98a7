import { readFileSync } from 'node:fs';
import { VOICE_FRAME_BYTES } from '../../../src/audio/index.js';
import { type Chat, openChat } from '../../../src/chat/index.js';
import { systemHost } from '../../../src/devices/index.js';
import type { Conversation, TurnEnd } from '../../../src/dialogue/index.js';
import { SILENT_LOGGER, SystemClock, type Timer } from '../../../src/runtime/index.js';
import { fixturePath } from '../../support/audio-fixtures.js';
import { tapOf, wait } from '../daemon/rig.js';
import { embeddedAvatar } from './embedded-avatar.js';
import { FailingVendor } from './failing-vendor.js';

const WORDS = 'It is sunny today, and tomorrow it will rain in the north.';
export const KEY = 'sk-secret-of-this-test';

/** A whole conversation, with engines of a vendor at every stage and a simulated avatar. */
export interface FailingTalk {
  readonly chat: Chat;
  readonly llm: FailingVendor;
  readonly tts: FailingVendor;
  readonly stt: FailingVendor;
  /** What the user was told: warnings, and errors by stage. */
  readonly told: string[];
  /** How much sound the avatar has played, milliseconds. */
  readonly playedMs: () => number;
  /** A second of voice; resolves when its turn has ended. */
  readonly speak: () => Promise<TurnEnd>;
  /** Timers of the conversation that wait. */
  readonly timers: () => number;
  readonly close: () => Promise<void>;
}

/** The machine's clock, counting what waits. */
export class CountingClock extends SystemClock {
  readonly #waiting = new Set<object>();

  get waiting(): number {
    return this.#waiting.size;
  }

  override after(delayMs: number, run: () => void): Timer {
    const key = {};
    this.#waiting.add(key);
    const timer = super.after(delayMs, () => {
      this.#waiting.delete(key);
      run();
    });
    return {
      cancel: () => {
        this.#waiting.delete(key);
        timer.cancel();
      },
    };
  }
}

export interface FailingTalkOptions {
  /** @default false */
  readonly hears?: boolean;
  /** How long a silent vendor is waited for. @default 300 */
  readonly patienceMs?: number;
}

export async function openFailingTalk(options: FailingTalkOptions = {}): Promise<FailingTalk> {
  const { hears = false, patienceMs = 300 } = options;
  const llm = await FailingVendor.start({ headers: { 'content-type': 'text/event-stream' }, body: answer() });
  const tts = await FailingVendor.start({ headers: { 'content-type': 'audio/pcm' }, body: tone(600) });
  const stt = await FailingVendor.start({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'What will the weather be like tomorrow?' }),
  });
  const { client, stop } = await embeddedAvatar();
  const played = await tapOf(client);
  const clock = new CountingClock();
  const told: string[] = [];
  const waits = { apiKey: KEY, firstByteMs: patienceMs, idleMs: patienceMs };
  const chat = await openChat(
    {
      hears,
      llm: { engine: 'mine', engines: { mine: { type: 'openai', model: 'm', baseUrl: llm.url, ...waits } } },
      speech: { engine: 'voice', engines: { voice: { type: 'openai', baseUrl: tts.url, ...waits } } },
      recognition: {
        engine: 'ear',
        engines: { ear: { type: 'openai', model: 'whisper-1', answer: 'plain', baseUrl: stt.url, ...waits } },
      },
      voice: { topology: 'stream', lips: 'peer' },
      conversation: {
        limits: { recognitionMs: 3000, modelMs: 3000, speakingMs: 3000 },
        hearing: { pauseMs: { fixed: 300 } },
      },
    },
    {
      client,
      clock,
      env: {},
      host: systemHost({ PATH: '' }),
      logger: SILENT_LOGGER,
      version: 'test',
      tell: (text) => told.push(text),
    },
  );
  const microphone = new TestMicrophone(chat.conversation);
  chat.conversation.events.on('error', (error, stage) =>
    told.push(`${stage}: ${error.message} (${error.code})`),
  );
  return {
    ...{ chat, llm, tts, stt, told },
    timers: () => clock.waiting,
    playedMs: () => played.samples.length / 16,
    speak: () => spoken(microphone, chat.conversation),
    close: async () => {
      microphone.close();
      await chat.close();
      await stop();
      await Promise.all([llm.close(), tts.close(), stt.close()]);
    },
  };
}

/** A microphone that is always open, as they are: silence, and now and then a voice. */
class TestMicrophone {
  #pcm = Buffer.alloc(0);
  #isOpen = true;

  constructor(conversation: Conversation) {
    void this.#run(conversation);
  }

  /** A second of voice, after a pause in which an echo would have died away. */
  speak(): void {
    const voice = readFileSync(fixturePath('speech-sample.wav')).subarray(44, 44 + 50 * VOICE_FRAME_BYTES);
    this.#pcm = Buffer.concat([Buffer.alloc(25 * VOICE_FRAME_BYTES), voice]);
  }

  close(): void {
    this.#isOpen = false;
  }

  async #run(conversation: Conversation): Promise<void> {
    const silence = Buffer.alloc(VOICE_FRAME_BYTES);
    for (let dueMs = performance.now(); this.#isOpen; dueMs += 20) {
      await wait(Math.max(0, dueMs - performance.now()));
      const frame = this.#pcm.subarray(0, VOICE_FRAME_BYTES);
      this.#pcm = this.#pcm.subarray(VOICE_FRAME_BYTES);
      conversation.hear(frame.byteLength > 0 ? frame : silence, performance.now());
    }
  }
}

async function spoken(microphone: TestMicrophone, { events }: Conversation): Promise<TurnEnd> {
  return new Promise((resolve) => {
    const off = events.on('turnEnded', (end) => {
      off();
      resolve(end);
    });
    microphone.speak();
  });
}

/** Of Chat Completions, a word at a time. */
function answer(): string {
  const parts = WORDS.split(/(?<= )/).map((content) => ({ choices: [{ index: 0, delta: { content } }] }));
  const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
  return `${[...parts, last].map((part) => `data: ${JSON.stringify(part)}\n\n`).join('')}data: [DONE]\n\n`;
}

/** s16le mono 24 kHz. */
function tone(ms: number): Uint8Array {
  const samples = Int16Array.from({ length: ms * 24 }, (_, at) => 6000 * Math.sin((at * 2 * Math.PI) / 80));
  return new Uint8Array(samples.buffer);
}
