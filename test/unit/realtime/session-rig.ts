import {
  openRealtime,
  type RealtimeInput,
  type RealtimePart,
  type RealtimeSession,
  type RealtimeSessionOptions,
  type RealtimeTurn,
} from '../../../src/realtime/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { RealtimeServer } from '../../support/realtime-server.js';

export interface Rig {
  readonly clock: FakeClock;
  readonly server: RealtimeServer;
  readonly session: RealtimeSession;
  readonly told: unknown[][];
  /** Lets everything that needs no time happen. */
  settle(ms?: number): Promise<void>;
  start(input: RealtimeInput): Heard;
}

/** A turn whose parts are read as they come. */
export interface Heard {
  readonly turn: RealtimeTurn;
  readonly parts: RealtimePart[];
  error: unknown;
  isDone: boolean;
}

export const ENGINE = { type: 'openai-realtime', apiKey: 'sk-secret-key-1' };

export async function rig(
  options: Partial<RealtimeSessionOptions> = {},
  engine: Readonly<Record<string, unknown>> = {},
  server = new RealtimeServer(),
): Promise<Rig> {
  const clock = new FakeClock();
  let ids = 0;
  const model = await openRealtime(
    { engines: { rt: { ...ENGINE, ...engine } }, engine: 'rt' },
    {
      clock,
      env: {},
      openSocket: server.openSocket,
      newId: () => String(++ids).padStart(24, '0').padEnd(32, '0'),
    },
  );
  const opening = model.connect({ instructions: 'You are Gene.', ...options });
  opening.catch(() => {});
  await clock.advanceAsync(0);
  await clock.advanceAsync(20_000);
  const session = await opening;
  const told: unknown[][] = [];
  for (const name of [
    'connected',
    'dropped',
    'userBegan',
    'userPaused',
    'turnBegan',
    'rateLimits',
    'warned',
  ] as const)
    session.events.on(name, (...args: unknown[]) => told.push([name, ...args]));
  const settle = async (ms = 0): Promise<void> => {
    for (let step = 0; step < 4; step++) await clock.advanceAsync(ms / 4);
    // An answer is some dozen events, each of which takes its turns.
    for (let step = 0; step < 8; step++) await clock.advanceAsync(0);
  };
  return { clock, server, session, told, settle, start: (input) => listen(session.turn(input)) };
}

export function listen(turn: RealtimeTurn): Heard {
  const heard: Heard = { turn, parts: [], error: undefined, isDone: false };
  (async () => {
    for await (const part of turn.parts) heard.parts.push(part);
  })()
    .catch((error: unknown) => {
      heard.error = error;
    })
    .finally(() => {
      heard.isDone = true;
    });
  return heard;
}

export function soundOf({ parts }: Heard): Buffer {
  return Buffer.concat(parts.flatMap((part) => (part.type === 'sound' ? [part.pcm] : [])));
}

export function textOf({ parts }: Heard): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** The user's sound, handed over by the test. */
export class Speech implements AsyncIterable<Uint8Array> {
  readonly #frames: (Uint8Array | 'end')[] = [];
  #wake: () => void = () => {};

  /** `ms` of a tone, s16le mono 16 kHz. */
  say(ms: number): this {
    const pcm = Buffer.alloc(ms * 32);
    for (let at = 0; at < pcm.byteLength; at += 2) pcm.writeInt16LE(Math.round(8000 * Math.sin(at / 20)), at);
    this.#frames.push(pcm);
    this.#wake();
    return this;
  }

  end(): this {
    this.#frames.push('end');
    this.#wake();
    return this;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame === 'end') return;
      if (frame !== undefined) yield frame;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
