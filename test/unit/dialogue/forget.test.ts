import { describe, expect, it } from 'vitest';
import { Conversation, type ConversationEvents, conversationSettings } from '../../../src/dialogue/index.js';
import { ReplyReader } from '../../../src/expression/index.js';
import { createReplyVoice } from '../../../src/reply/index.js';
import { FakeClock, sleep } from '../../../src/runtime/index.js';
import { openToolBox, tool } from '../../../src/tools/index.js';
import { END, ScriptedModel, text } from '../../support/llm/scripted-model.js';

const CALL = { type: 'call', call: { id: '1', name: 'search', argumentsJson: '{}' } } as const;

/** A conversation whose tool goes on in the background for a minute. */
async function begun() {
  const clock = new FakeClock();
  let [isRunning, isStopped] = [false, false];
  const search = tool({
    name: 'search',
    description: 'Searches for long',
    parameters: { type: 'object' },
    backgroundAfterMs: 100,
    run: async function* (_args, { signal }) {
      isRunning = true;
      signal.addEventListener('abort', () => {
        isStopped = true;
      });
      for (const value of ['a third', 'two thirds']) {
        await sleep(clock, 20_000, signal);
        yield { type: 'progress' as const, value };
      }
      await sleep(clock, 20_000, signal);
      yield { type: 'result' as const, value: 'found' };
    },
  });
  const model = new ScriptedModel(
    'm',
    [
      [CALL, END],
      [text('It takes a while.'), END],
    ],
    clock,
  );
  const tools = openToolBox({}, { clock, tools: [search] });
  const voice = createReplyVoice({ topology: 'text', msPerCharacter: 10 }, { clock } as never);
  const openReader = () => new ReplyReader();
  const conversation = new Conversation({ clock, model, voice, tools, openReader }, conversationSettings());
  const turns: string[] = [];
  const progress: ConversationEvents['toolProgress'][0][] = [];
  conversation.events.on('toolProgress', (news) => progress.push(news));
  conversation.events.on('turnEnded', ({ by, heard }) => turns.push(`${by}: ${heard}`));
  conversation.ask({ text: 'Search', by: 'typed' });
  // Arguments are checked by what is loaded first.
  while (!isRunning) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advanceAsync(0);
  }
  await clock.advanceAsync(10_000);
  return { clock, conversation, turns, progress, isStopped: () => isStopped };
}

describe('What a tool goes on with in the background', () => {
  it('is told when it is there', async () => {
    const { clock, turns } = await begun();
    await clock.advanceAsync(120_000);
    expect(turns).toEqual(['typed: It takes a while.', 'tool: It takes a while.']);
  });

  it('tells how far it is, with the turn that called it, until it is forgotten', async () => {
    const { clock, conversation, progress } = await begun();
    await clock.advanceAsync(20_000);
    expect(progress).toEqual([
      { turn: 1, callId: '1', name: 'search', argumentsJson: '{}', stage: 'progress', value: 'a third' },
    ]);
    void conversation.forget();
    await clock.advanceAsync(120_000);
    expect(progress).toHaveLength(1);
  });

  it('ends with a forget: nothing of the context before comes back into the new one', async () => {
    const { clock, conversation, turns, isStopped } = await begun();
    void conversation.forget();
    await clock.advanceAsync(120_000);
    expect(turns).toEqual(['typed: It takes a while.']);
    expect(conversation.messages()).toEqual([]);
    expect(isStopped()).toBe(true);
  });
});
