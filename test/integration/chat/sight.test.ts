import { afterEach, describe, expect, it } from 'vitest';
import { type ChatMessage, type ChatModel, connect, type TalkOptions } from '../../../src/index.js';

/** Keeps what it was told. */
class ReadingModel implements ChatModel {
  readonly name = 'reading';
  readonly type = 'custom';
  readonly model = 'reading';
  readonly callsTools = false;
  readonly seesImages: boolean;
  system = '';

  constructor(seesImages: boolean) {
    this.seesImages = seesImages;
  }

  async *stream({ messages }: { readonly messages: readonly ChatMessage[] }) {
    const [first] = messages;
    if (first?.role === 'system') this.system = first.text;
    yield { type: 'text' as const, text: 'Yes.' };
    yield { type: 'end' as const, reason: 'stop' as const };
  }

  async warmUp(): Promise<void> {}

  async close(): Promise<void> {}
}

const CAMERA = /write \[vision:camera\]/;

describe('A model that can look', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function told(options: TalkOptions, seesImages = true): Promise<string> {
    const bridge = await connect({ embedded: { links: ['simulator:'] } });
    closing.push(() => bridge.close());
    const model = new ReadingModel(seesImages);
    const talk = await bridge.talk({
      ...{ llm: { custom: { reading: model } }, voice: { topology: 'text' }, systemPrompt: 'You are Gene.' },
      ...options,
    });
    closing.push(() => talk.close());
    await talk.ask('Look!').ended;
    return model.system;
  }

  const getImageUrl = () => undefined;

  it('is told so, behind its own prompt', async () => {
    const system = await told({ getImageUrl });
    expect(system).toMatch(/^You are Gene\./);
    expect(system).toMatch(CAMERA);
    expect(await told({ tools: { vision: { commands: { phone: ['phone-photo'] } } } })).toMatch(
      /what phone shows, write \[vision:phone\]/,
    );
  }, 30_000);

  it('is not, where it sees no pictures, is told nothing of marks, or knows it from its own prompt', async () => {
    expect(await told({ getImageUrl }, false)).not.toMatch(CAMERA);
    expect(await told({ getImageUrl, expression: { tellModel: false } })).not.toMatch(CAMERA);
    const systemPrompt = 'To see me, say [vision:camera].';
    expect(await told({ getImageUrl, systemPrompt })).not.toMatch(CAMERA);
    // Nobody asked for pictures: what this machine could take is no model's to choose.
    expect(await told({})).not.toContain('[vision:');
  }, 30_000);
});
