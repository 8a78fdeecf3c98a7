import { afterEach, describe, expect, it } from 'vitest';
import { connect, type LongTermMemory } from '../../../src/index.js';

/** Says in which order it was told to remember and to forget. */
function recordingMemory() {
  const told: string[] = [];
  const memory: LongTermMemory = {
    remember: ({ userText }) => void told.push(`remember ${userText}`),
    search: async () => [],
    forget: async () => void told.push('forget'),
    close: async () => {},
  };
  return { told, memory };
}

describe('A conversation that is forgotten in the midst of a reply', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  it('leaves nothing of that turn in the long-term memory', async () => {
    const bridge = await connect({ embedded: { links: ['simulator:'] } });
    closing.push(() => bridge.close());
    const { told, memory } = recordingMemory();
    const talk = await bridge.talk({ llm: { engine: 'offline' }, voice: { topology: 'text' }, memory });
    closing.push(() => talk.close());
    const turn = talk.ask('Tell me a long story.');
    await new Promise<void>(
      (resolve) => void turn.events.on('heard', ({ text }) => text !== '' && resolve()),
    );
    await talk.chat.forget();
    expect((await turn.ended).outcome).toBe('interrupted');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(told.at(-1)).toBe('forget');
  }, 30_000);
});
