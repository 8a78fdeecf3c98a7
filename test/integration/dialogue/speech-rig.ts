import { Buffer } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chat, type ChatPorts, type ChatSettings, openChat } from '../../../src/chat/index.js';
import { BridgeClient } from '../../../src/client/index.js';
import { defaultConfig } from '../../../src/config/index.js';
import { createMemoryChannels } from '../../../src/control/index.js';
import { embedDaemon } from '../../../src/daemon/index.js';
import { systemHost } from '../../../src/devices/index.js';
import type { ConversationEvents, TurnEnd } from '../../../src/dialogue/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { fixturePath } from '../../support/audio-fixtures.js';
import { BYTES_PER_MS, listen, type RealtimeServer } from '../../support/realtime-server.js';

export const KEY = 'sk-loopback-key';
const FRAME_BYTES = 640;
const FRAME_MS = 20;
const LIMIT_MS = 20_000;
/** What the ear hears is far from silence; what MMDAgent-EX plays of a tone as well. */
const LOUD = 300;

export interface SpeechRigOptions {
  readonly settings?: ChatSettings;
  readonly ports?: Partial<ChatPorts>;
  /** Options of the engine besides its address and key. */
  readonly engine?: Readonly<Record<string, unknown>>;
  /** @default one simulated MMDAgent-EX */
  readonly links?: readonly string[];
}

/**
 * A conversation with a speech-to-speech model as a program has it: everything is real but the model, which is a server on loopback that
 * plays a script, and MMDAgent-EX, which is simulated.
 */
export async function speechRig(server: RealtimeServer, options: SpeechRigOptions = {}) {
  const clock = new SystemClock();
  const model = await listen(server, KEY);
  const directory = mkdtempSync(join(tmpdir(), 'bridge-speech-'));
  const links = [...(options.links ?? ['simulator:'])];
  const daemon = await embedDaemon({ settings: { ...defaultConfig(), links }, logger: SILENT_LOGGER });
  const [left, right] = createMemoryChannels();
  daemon.serve(right, true);
  const client = await BridgeClient.connect({
    open: async () => left,
    client: 'test',
    clock,
    reconnectMs: 0,
  });
  const played: number[] = [];
  const openings: number[] = [];
  if (options.links === undefined) {
    const { lanes } = await client.request('status', {});
    const { tap } = await client.request('tap', { lane: lanes[0]?.lane ?? '' });
    client.events.on('tapSound', ({ stream, pcm }) => {
      if (stream !== tap) return;
      const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
      for (let at = 0; at + 1 < pcm.byteLength; at += 2) played.push(view.getInt16(at, true));
    });
    client.events.on('tapMouth', ({ a, i, u, o }) => void openings.push(a + i + u + o));
  }
  const sent: string[] = [];
  await client.request('subscribe', { topics: ['messages'] });
  client.events.on('sent', ({ text }) => void sent.push(text));
  const closeAll = async (chat?: Chat): Promise<void> => {
    await chat?.close();
    client.close();
    await daemon.stop();
    await model.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const told: string[] = [];
  const engine = { type: 'openai-realtime', baseUrl: model.baseUrl, apiKey: KEY, ...options.engine };
  let chat: Chat;
  try {
    chat = await openChat(
      {
        llm: { engines: { rt: engine } },
        systemPrompt: 'You are Gene.',
        hears: true,
        keep: { store: 'none' },
        ...options.settings,
      },
      {
        client,
        clock,
        env: { PATH: process.env['PATH'] },
        host: systemHost(process.env),
        logger: SILENT_LOGGER,
        version: 'test',
        stateFolder: directory,
        tell: (text) => void told.push(text),
        ...options.ports,
      },
    );
  } catch (error) {
    await closeAll();
    throw error;
  }
  const { conversation } = chat;
  const ends: TurnEnd[] = [];
  const events: string[] = [];
  conversation.events.on('turnEnded', (end) => void ends.push(end));
  for (const name of ['held', 'resumed', 'interrupted', 'ignored', 'error', 'warned'] as const)
    conversation.events.on(name, ((...args: ConversationEvents[typeof name]) => {
      events.push([name, ...args.map((arg) => (arg instanceof Error ? arg.message : arg))].join(' '));
    }) as never);
  const voice = new Voice(chat, clock);
  return {
    clock,
    server,
    chat,
    conversation,
    voice,
    ends,
    events,
    told,
    sent,
    /** How far the mouth was open, of all that was drawn. */
    openings,
    /** Loud sound that MMDAgent-EX has played so far, from the first to the last of it in each stretch; milliseconds. */
    playedMs: (): number => loudMs(played),
    forgetPlayed: (): void => {
      played.length = 0;
      openings.length = 0;
    },
    /** Waits in real time. */
    until: async (what: string, isSo: () => boolean): Promise<void> => {
      const limitMs = clock.nowMs() + LIMIT_MS;
      while (!isSo()) {
        if (clock.nowMs() > limitMs)
          throw new Error(
            `Never: ${what}. ${JSON.stringify({ events, ends, told, types: typesOf(server) })}`,
          );
        await pass(10);
      }
    },
    close: async () => {
      voice.close();
      await closeAll(chat);
    },
  };
}

export type SpeechRig = Awaited<ReturnType<typeof speechRig>>;

export function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What was sent to the server, in order, sound in one word. */
export function typesOf(server: RealtimeServer): string[] {
  const types = server.sessions.flatMap(({ events }) => events.map(({ type }) => String(type)));
  return types.filter((type, at) => type !== 'input_audio_buffer.append' || types[at - 1] !== type);
}

/** A steady sound at 24 kHz. */
export function tone(ms: number): Buffer {
  const pcm = Buffer.alloc(ms * BYTES_PER_MS);
  for (let n = 0; n < pcm.byteLength / 2; n++)
    pcm.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 440 * n) / 24_000)), 2 * n);
  return pcm;
}

/** `ms` of somebody who speaks, s16le 16 kHz. */
export function speech(ms: number, fromMs = 100): Uint8Array {
  return readFileSync(fixturePath('speech-sample.wav')).subarray(44 + fromMs * 32, 44 + (fromMs + ms) * 32);
}

/** The same at 24 kHz, as a model would give it. */
export function spokenAnswer(ms: number): Buffer {
  const source = speech(ms);
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const sample = (at: number): number => (2 * at + 1 < source.byteLength ? view.getInt16(2 * at, true) : 0);
  const pcm = Buffer.alloc(ms * BYTES_PER_MS);
  for (let n = 0; n < pcm.byteLength / 2; n++) {
    const at = (n * 2) / 3;
    const low = sample(Math.floor(at));
    pcm.writeInt16LE(Math.round(low + (sample(Math.floor(at) + 1) - low) * (at % 1)), 2 * n);
  }
  return pcm;
}

/** A microphone: silence, and now and then somebody who speaks, frame by frame in real time. */
class Voice {
  readonly #queue: Uint8Array[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #dueFromMs: number;
  #count = 0;
  /** When the last frame of what was said went into the ear. */
  lastFrameAtMs = 0;

  constructor({ conversation }: Chat, clock: SystemClock) {
    this.#dueFromMs = clock.nowMs();
    this.#timer = setInterval(() => {
      for (; this.#dueFromMs + this.#count * FRAME_MS <= clock.nowMs(); this.#count++) {
        const frame = this.#queue.shift();
        if (frame !== undefined) this.lastFrameAtMs = clock.nowMs();
        conversation.hear(frame ?? new Uint8Array(FRAME_BYTES), clock.nowMs());
      }
    }, 5);
  }

  get isSpeaking(): boolean {
    return this.#queue.length > 0;
  }

  /** Begins to say it. */
  say(pcm: Uint8Array): void {
    for (let at = 0; at + FRAME_BYTES <= pcm.byteLength; at += FRAME_BYTES)
      this.#queue.push(pcm.slice(at, at + FRAME_BYTES));
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** In steps of 5 ms, so that a tone's zeros count. */
function loudMs(samples: readonly number[]): number {
  const step = 80;
  let ms = 0;
  for (let at = 0; at + step <= samples.length; at += step)
    if (samples.slice(at, at + step).some((sample) => Math.abs(sample) > LOUD)) ms += 5;
  return ms;
}
