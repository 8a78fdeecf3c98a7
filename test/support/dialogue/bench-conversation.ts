import {
  Conversation,
  conversationSettings,
  type PartialSettings,
  type TurnEnd,
} from '../../../src/dialogue/index.js';
import { SystemClock, sleep } from '../../../src/runtime/index.js';
import { ScriptedEar } from './scripted-ear.js';
import { ScriptedModel } from './scripted-model.js';
import { ScriptedRecognizer } from './scripted-recognizer.js';
import { ScriptedVoice } from './scripted-voice.js';
import { SIMPLE_JUDGE } from './simple-judge.js';
import { SimpleReader } from './simple-reader.js';
import { type SimulationResult, simulate } from './simulate.js';
import { talk } from './talk.js';

/** First clause 6 letters, sentence 11: as AIAvatarKit was measured. */
const FIXED = 'はい、そう、今日は晴れですよ。';
const LIKELY_END_MS = 120;
const STT_MS = 150;
const LETTER_MS = 30;
const TTS_MS = 100;

/** Of voice turns on the machine's own clock: milliseconds from the end of speech to the first audio on the wire. */
export async function voiceTurns(
  count: number,
  fixedPauseMs: number,
  settings: PartialSettings = {},
): Promise<readonly number[]> {
  const clock = new SystemClock();
  const ear = new ScriptedEar(clock, { pauseMs: fixedPauseMs, likelyEndMs: LIKELY_END_MS });
  const model = new ScriptedModel(clock, { msPerCharacter: LETTER_MS });
  model.answer = () => FIXED;
  const voice = new ScriptedVoice(clock, { synthesisMs: TTS_MS, msPerCharacter: 5 });
  const conversation = new Conversation(
    {
      clock,
      ear,
      model,
      voice,
      recognizer: new ScriptedRecognizer(clock, { delayMs: STT_MS }),
      judge: SIMPLE_JUDGE,
      openReader: () => new SimpleReader(),
    },
    conversationSettings(settings),
  );
  const sent: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const ended = new Promise<TurnEnd>((resolve) => conversation.events.once('turnEnded', resolve));
    ear.say({ text: fixedPauseMs === 300 ? '今日の天気は？' : '今日の天気', ms: 250 });
    const { trace } = await ended;
    sent.push(trace.sent ?? Number.NaN);
    await sleep(clock, 20);
  }
  await conversation.close();
  ear.close();
  return sent;
}

/** What engines and pauses take of it by themselves. */
export const ENGINES_MS = LIKELY_END_MS + STT_MS + 6 * LETTER_MS + TTS_MS;

/** The same engines' timers with nothing between them: what the machine's clock adds. */
export async function timersAlone(count: number): Promise<readonly number[]> {
  const clock = new SystemClock();
  const taken: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const fromMs = clock.nowMs();
    await sleep(clock, LIKELY_END_MS);
    await sleep(clock, STT_MS / 2);
    await sleep(clock, STT_MS / 2);
    for (let letter = 0; letter < 6; letter++) await sleep(clock, LETTER_MS);
    await sleep(clock, TTS_MS);
    taken.push(clock.nowMs() - fromMs);
  }
  return taken;
}

export async function* interruptions(
  total: number,
): AsyncGenerator<SimulationResult & { readonly seed: number }> {
  let left = total;
  for (let seed = 1; left > 0; seed++) {
    const options = { seed, isStreaming: seed % 2 === 0, faults: seed % 4 < 2 ? 0 : 0.15 };
    const result = await simulate({ ...options, interruptions: Math.min(100, left) });
    left -= result.interruptions;
    yield { ...result, seed };
  }
}

/** Simulated hours of a conversation: heap in use at the end of each, bytes. */
export async function* hours(count: number, gc: () => void): AsyncGenerator<number> {
  const t = talk();
  t.model.answer = (_request, turn) => `これは${turn}番目の答えです。とても長い話になります。まだ続きます。`;
  for (let hour = 0; hour < count; hour++) {
    const untilMs = (hour + 1) * 3_600_000;
    while (t.clock.nowMs() < untilMs) {
      t.ear.say({ text: `今は${Math.round(t.clock.nowMs())}です。`, ms: 900 });
      await t.pass(4000);
      if (t.clock.nowMs() % 3 < 1.5) t.ear.say({ text: '待って', ms: 500 });
      await t.pass(20_000);
      // What the scripted engines write down is not the conversation's.
      for (const list of [t.voice.sent, t.model.requests, t.ends, t.records, t.told, t.sink.captions])
        list.length = 0;
      for (const list of [t.sink.phases, t.recognizer.heard, t.sink.cues]) list.length = 0;
      t.voice.replies.splice(0, t.voice.replies.length - 1);
    }
    gc();
    yield process.memoryUsage().heapUsed;
  }
  await t.end();
}
