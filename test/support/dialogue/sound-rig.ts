import {
  Conversation,
  type ConversationEvents,
  type ConversationPorts,
  conversationSettings,
  type PartialSettings,
  RealtimeBrain,
  type TurnEnd,
} from '../../../src/dialogue/index.js';
import type { ExpressionSink } from '../../../src/expression/index.js';
import type { TurnRecord } from '../../../src/kept/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { ScriptedEar } from './scripted-ear.js';
import { ScriptedModel } from './scripted-model.js';
import { ScriptedSession } from './scripted-session.js';
import { ScriptedSoundVoice } from './scripted-sound-voice.js';
import { ScriptedTools } from './scripted-tools.js';
import { SIMPLE_JUDGE } from './simple-judge.js';
import { SimpleReader } from './simple-reader.js';

/** Long enough to be meant: an ear's sound is 32 bytes a millisecond, this one's is its words. */
export const LONG = '\0'.repeat(40_000);

/** A conversation with a scripted speech-to-speech session, and everything that it does written down. */
export function soundRig(more: Partial<ConversationPorts> = {}, settings: PartialSettings = {}) {
  const clock = new FakeClock();
  const ear = new ScriptedEar(clock);
  const voice = new ScriptedSoundVoice(clock);
  const session = new ScriptedSession(clock);
  const tools = new ScriptedTools(() => clock);
  const cues: { readonly tag: string; readonly atMs: number }[] = [];
  const captions: string[] = [];
  const sink: ExpressionSink = {
    name: 'test',
    cue: ({ raw }, atMs) => void cues.push({ tag: raw, atMs }),
    caption: (text, speaker) => void (speaker === 'avatar' && text !== '' && captions.push(text)),
    close: async () => {},
  };
  const records: TurnRecord[] = [];
  const conversation = new Conversation(
    {
      ...{ clock, ear, voice, tools },
      model: new ScriptedModel(clock),
      judge: SIMPLE_JUDGE,
      openReader: () => new SimpleReader(),
      brain: new RealtimeBrain({ session, tools, instructions: 'Be Gene.' }),
      sinks: [sink],
      kept: { append: (record) => void records.push(record) },
      ...more,
    },
    conversationSettings({ systemPrompt: 'Be Gene.', ...settings }),
  );
  const ends: TurnEnd[] = [];
  const errors: string[] = [];
  conversation.events.on('turnEnded', (end) => ends.push(end));
  conversation.events.on('error', (...[{ code }, stage]: ConversationEvents['error']) =>
    errors.push(`${stage} ${code}`),
  );
  return {
    ...{ clock, ear, voice, session, tools, conversation, ends, errors, cues, captions, records },
    /** A typed turn, to its end or for so long. */
    ask: async (text: string, ms = 8000) => {
      const handle = conversation.ask({ text, by: 'typed' });
      await clock.advanceAsync(ms);
      return handle;
    },
    pass: (ms: number) => clock.advanceAsync(ms),
    close: async (): Promise<number> => {
      const closing = conversation.close();
      await clock.advanceAsync(1000);
      await closing;
      ear.close();
      return clock.pendingCount;
    },
  };
}
