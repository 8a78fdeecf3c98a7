import { describe, expect, it } from 'vitest';
import { Conversation, conversationSettings, type TurnEnd } from '../../../src/dialogue/index.js';
import { ReplyReader } from '../../../src/expression/index.js';
import { type ChatModel, openLlm } from '../../../src/llm/index.js';
import { createReplyVoice } from '../../../src/reply/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { END, ScriptedModel, type Step, text } from '../../support/llm/scripted-model.js';

/** How one typed turn ends, and after how long. */
async function turn(
  clock: FakeClock,
  model: ChatModel,
  modelMs?: number,
): Promise<TurnEnd & { readonly tookMs: number }> {
  const voice = createReplyVoice({ topology: 'text', msPerCharacter: 10 }, { clock } as never);
  const settings = conversationSettings(modelMs === undefined ? {} : { limits: { modelMs } });
  const conversation = new Conversation(
    { clock, model, voice, openReader: () => new ReplyReader() },
    settings,
  );
  const { ended } = conversation.ask({ text: 'Hello', by: 'typed' });
  const done = ended.then((end) => ({ ...end, tookMs: clock.nowMs() }));
  await clock.advanceAsync(300_000);
  await conversation.close();
  await voice.close();
  return done;
}

function scripts(clock: FakeClock, ...all: (readonly Step[])[]) {
  const models = all.map((steps, at) => [`model${at}`, new ScriptedModel(`model${at}`, [steps], clock)]);
  const engine = models.map(([name]) => name).join(',');
  return openLlm({ engine, custom: Object.fromEntries(models) }, { clock, env: {}, random: () => 1 });
}

const SLOW: readonly Step[] = [{ waitMs: 50_000 }, text('Here I am.'), END];

describe('A conversation whose model says nothing for long', () => {
  it('waits as long as those who watch over the model do', async () => {
    const clock = new FakeClock();
    expect(await turn(clock, await scripts(clock, SLOW))).toMatchObject({
      outcome: 'completed',
      heard: 'Here I am.',
    });
  });

  it('lets the next model answer when the first is given up', async () => {
    const clock = new FakeClock();
    const llm = await scripts(clock, ['hang'], [text('I stand in.'), END]);
    expect(await turn(clock, llm)).toMatchObject({ outcome: 'completed', heard: 'I stand in.' });
  });

  it('waits no longer than its settings say', async () => {
    const clock = new FakeClock();
    const end = await turn(clock, await scripts(clock, SLOW), 10_000);
    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'BRIDGE_ERR_LLM_STALLED' } });
    expect(end.trace.ended).toBeLessThan(15_000);
  });

  it('gives one up after 30 s that nobody watches over', async () => {
    const clock = new FakeClock();
    const end = await turn(clock, new ScriptedModel('bare', [SLOW], clock));
    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'BRIDGE_ERR_LLM_STALLED' } });
    expect(end.trace.ended).toBeLessThan(35_000);
  });
});
