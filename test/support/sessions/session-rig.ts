import type { Caller } from '../../../src/access/index.js';
import type { ChatPorts, ChatSettings } from '../../../src/chat/index.js';
import type { BridgeClient } from '../../../src/client/index.js';
import { systemHost } from '../../../src/devices/index.js';
import type { ChatModel, ChatPart, ChatRequest } from '../../../src/llm/index.js';
import { SILENT_LOGGER, SystemClock, sleep } from '../../../src/runtime/index.js';
import {
  createSessions,
  type Session,
  type SessionBook,
  type SessionBookOptions,
  type SessionEvents,
  type SessionWish,
} from '../../../src/sessions/index.js';
// Loaded before a test begins to count: sessions load it with the first of them.
import '../../../src/chat/index.js';
import type { Recognizer, Synthesizer } from '../../../src/speech/index.js';
import { CodedEngine } from '../reply/coded-engine.js';

/** Says back what it was asked, with how many things were said before; `slowly …` takes a second between its words. */
export class EchoModel implements ChatModel {
  readonly name = 'echo';
  readonly type = 'echo';
  readonly model = 'echo-1';
  readonly seesImages = true;
  readonly callsTools = true;
  readonly requests: ChatRequest[] = [];
  readonly #clock = new SystemClock();

  async *stream(request: ChatRequest): AsyncGenerator<ChatPart, void> {
    this.requests.push(request);
    const { messages, signal } = request;
    const last = messages.at(-1);
    const asked = last !== undefined && 'text' in last ? String(last.text) : '';
    if (asked.includes('fail')) throw new Error('the model is broken');
    const hasImage = JSON.stringify(last).includes('data:image');
    if (asked.includes('look') && !hasImage) yield { type: 'text', text: '[vision:camera]Let me see.' };
    else yield { type: 'text', text: `[face:joy]You said ${asked}${hasImage ? ' with a picture' : ''}. ` };
    if (asked.includes('slowly')) await sleep(this.#clock, 1000, signal);
    yield { type: 'text', text: `There were ${messages.length} messages.` };
    yield { type: 'end', reason: 'stop' };
  }

  async warmUp(): Promise<void> {}
  async close(): Promise<void> {}
}

/** Understands the number of seconds, and nothing else. */
export class LengthRecognizer implements Recognizer {
  readonly name = 'length';
  readonly isStreaming = false;

  async *recognize({ sound }: Parameters<Recognizer['recognize']>[0]) {
    let bytes = 0;
    for await (const piece of sound) bytes += piece.byteLength;
    yield { type: 'final', text: `about ${Math.round(bytes / 32_000)} seconds` } as const;
  }

  async close(): Promise<void> {}
}

export const CALLER: Caller = { id: 'key:one', role: 'client', label: 'key:one' };
export const OTHER: Caller = { id: 'key:two', role: 'client', label: 'key:two' };
export const OPERATOR: Caller = { id: 'key:op', role: 'operator', label: 'key:op' };

/** Whoever asks it anything fails: sessions without an avatar need no daemon. */
const NO_DAEMON = {
  request: async () => {
    throw new Error('Nobody shall ask a daemon');
  },
} as unknown as BridgeClient;

export interface SessionRig {
  readonly sessions: SessionBook;
  readonly model: EchoModel;
  readonly voice: Synthesizer;
  open(changes?: Partial<SessionWish>): Session;
}

export function sessionRig(
  changes: Partial<SessionBookOptions> = {},
  settings: ChatSettings = {},
  { recognizer = new LengthRecognizer(), synthesizer }: Pick<ChatPorts, 'recognizer' | 'synthesizer'> = {},
): SessionRig {
  const clock = new SystemClock();
  const model = new EchoModel();
  const voice = synthesizer ?? new CodedEngine('coded', clock, 'characters', { latencyMs: 5 });
  const sessions = createSessions({
    clock,
    logger: SILENT_LOGGER,
    allowsLinks: false,
    personas: { default: { llm: { custom: { echo: model } }, ...settings } },
    standardPersona: 'default',
    ports: {
      client: NO_DAEMON,
      clock,
      env: {},
      host: systemHost({}),
      logger: SILENT_LOGGER,
      version: 'test',
      ...{ synthesizer: voice, recognizer },
    },
    ...changes,
  });
  return {
    sessions,
    ...{ model, voice },
    open: (wish = {}) =>
      sessions.open({ caller: CALLER, name: 'one', by: 'test', voice: { to: 'nobody' }, ...wish }),
  };
}

/** Everything that a session tells, as it comes. */
export function recorded(
  session: Session,
): { readonly name: keyof SessionEvents; readonly args: unknown[] }[] {
  const told: { readonly name: keyof SessionEvents; readonly args: unknown[] }[] = [];
  const names: readonly (keyof SessionEvents)[] = [
    ...(['phase', 'voice', 'partial', 'accepted', 'ignored', 'turn', 'cut', 'resumed', 'piece'] as const),
    ...(['pieceAgain', 'sound', 'lips', 'given', 'heard', 'tool', 'vision', 'looked', 'face'] as const),
    ...(['credit', 'notice', 'error', 'context', 'ended', 'closed'] as const),
  ];
  for (const name of names) session.events.on(name, (...args: unknown[]) => void told.push({ name, args }));
  return told;
}
