import {
  Conversation,
  type ConversationEvents,
  type ConversationPorts,
  conversationSettings,
  type History,
  type PartialSettings,
  type TurnEnd,
} from '../../../src/dialogue/index.js';
import type { Cue, ExpressionSink, Phase } from '../../../src/expression/index.js';
import type { TurnRecord } from '../../../src/kept/index.js';
import type { ChatMessage } from '../../../src/llm/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { ScriptedEar, type ScriptedEarOptions } from './scripted-ear.js';
import { ScriptedModel, type ScriptedModelOptions } from './scripted-model.js';
import { ScriptedRecognizer, type ScriptedRecognizerOptions } from './scripted-recognizer.js';
import { ScriptedVoice, type ScriptedVoiceOptions } from './scripted-voice.js';
import { SIMPLE_JUDGE } from './simple-judge.js';
import { SimpleReader } from './simple-reader.js';

export interface TalkOptions {
  /** Of what else is under way. @default its own */
  readonly clock?: FakeClock;
  readonly settings?: PartialSettings;
  readonly ear?: ScriptedEarOptions;
  readonly recognizer?: ScriptedRecognizerOptions;
  readonly model?: ScriptedModelOptions;
  readonly voice?: ScriptedVoiceOptions;
  readonly ports?: Partial<ConversationPorts>;
  readonly history?: History;
}

/** What a sink was told. */
export class RecordingSink implements ExpressionSink {
  readonly name = 'recording';
  readonly cues: { readonly cue: Cue; readonly atMs: number }[] = [];
  readonly phases: Phase[] = [];
  readonly captions: string[] = [];
  interruptions = 0;

  cue(cue: Cue, atMs: number): void {
    this.cues.push({ cue, atMs });
  }

  phase(phase: Phase): void {
    this.phases.push(phase);
  }

  caption(text: string, speaker: 'user' | 'avatar'): void {
    this.captions.push(`${speaker}: ${text}`);
  }

  interrupted(): void {
    this.interruptions++;
  }

  async close(): Promise<void> {}
}

/** A whole conversation of scripted engines on a clock that moves when told. */
export function talk(options: TalkOptions = {}) {
  const clock = options.clock ?? new FakeClock();
  const ear = new ScriptedEar(clock, options.ear);
  const recognizer = new ScriptedRecognizer(clock, options.recognizer);
  const model = new ScriptedModel(clock, options.model);
  const voice = new ScriptedVoice(clock, options.voice);
  const sink = new RecordingSink();
  const records: TurnRecord[] = [];
  const ends: TurnEnd[] = [];
  const told: (readonly [keyof ConversationEvents, ...unknown[]])[] = [];
  const conversation = new Conversation(
    {
      clock,
      model,
      voice,
      ear,
      recognizer,
      judge: SIMPLE_JUDGE,
      openReader: () => new SimpleReader(),
      sinks: [sink],
      kept: { append: (record) => records.push(record) },
      ...options.ports,
    },
    conversationSettings(options.settings),
    options.history,
  );
  conversation.events.on('turnEnded', (end) => ends.push(end));
  for (const name of EVENTS) conversation.events.on(name, (...args: unknown[]) => told.push([name, ...args]));
  return {
    clock,
    ear,
    recognizer,
    model,
    voice,
    sink,
    records,
    ends,
    told,
    conversation,
    /** Time passes; everything due happens. */
    pass: (ms: number) => clock.advanceAsync(ms),
    /** What the model was asked last. */
    asked: (): readonly ChatMessage[] => model.requests.at(-1)?.messages ?? [],
    /** Ends everything; the number of timers left must be 0. */
    end: async (): Promise<number> => {
      const closing = conversation.close();
      await clock.advanceAsync(600);
      await closing;
      ear.close();
      await clock.advanceAsync(0);
      return clock.pendingCount;
    },
  };
}

const EVENTS = [
  'held',
  'resumed',
  'interrupted',
  'ignored',
  'error',
  'awake',
  'forgotten',
  'warned',
] as const satisfies readonly (keyof ConversationEvents)[];

export type Talk = ReturnType<typeof talk>;
