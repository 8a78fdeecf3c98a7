import { afterEach, describe, expect, it } from 'vitest';
import { type ChatMessage, type ChatModel, connect } from '../../../src/index.js';

/** Says how much it was told. */
class CountingModel implements ChatModel {
  readonly name = 'counting';
  readonly type = 'custom';
  readonly model = 'counting';
  readonly seesImages = false;
  readonly callsTools = false;
  readonly asked: (readonly ChatMessage[])[] = [];

  async *stream({ messages }: { readonly messages: readonly ChatMessage[] }) {
    this.asked.push(messages);
    yield { type: 'text' as const, text: 'Yes.' };
    yield { type: 'end' as const, reason: 'stop' as const };
  }

  async warmUp(): Promise<void> {}

  async close(): Promise<void> {}
}

describe('A shared context', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  it('is what two conversations of a program were told together', async () => {
    const bridge = await connect({ embedded: { links: ['simulator:'] } });
    closing.push(() => bridge.close());
    const model = new CountingModel();
    const common = { llm: { custom: { counting: model } }, voice: { topology: 'text' as const } };
    const first = await bridge.talk(common);
    closing.push(() => first.close());
    const second = await bridge.talk({ ...common, history: first.history });
    closing.push(() => second.close());
    await first.ask('I like tea.').ended;
    await second.ask('What do I like?').ended;
    expect(
      model.asked
        .at(-1)
        ?.flatMap(({ role, ...rest }) => ('text' in rest && role !== 'system' ? [rest.text] : [])),
    ).toEqual(['I like tea.', 'Yes.', 'What do I like?']);
    expect(first.conversation.messages()).toEqual(second.conversation.messages());
  }, 30_000);
});
