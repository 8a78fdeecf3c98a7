import { afterEach, describe, expect, it } from 'vitest';
import { connect, type SpeechRequest, type Synthesizer } from '../../../src/index.js';
import { until } from '../daemon/rig.js';

/** The README's example of a voice of one's own, as a class. */
class Beeper implements Synthesizer {
  readonly name = 'beeper';
  readonly tells = 'nothing';
  readonly languages: readonly string[] = [];
  readonly fingerprint = 'beeper 1';
  readonly said: string[] = [];
  isClosed = false;

  async *speak({ text }: SpeechRequest) {
    this.said.push(text);
    yield { type: 'start' as const, sampleRateHz: 16_000 };
    const tone = Int16Array.from({ length: 8000 }, (_, at) => 8000 * Math.sin(at / 6));
    yield { type: 'sound' as const, pcm: new Uint8Array(tone.buffer) };
  }

  async voices() {
    return [];
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

describe("A conversation with a program's own voice", () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  it('is heard through the avatar, sentence by sentence, and leaves the voice open', async () => {
    const bridge = await connect({ embedded: { links: ['simulator:'] }, speech: { cacheBytes: 0 } });
    closing.push(() => bridge.close());
    // Under load an avatar takes longer than a conversation waits for it.
    await until(async () => (await bridge.status()).lanes[0]?.state === 'ready');
    const synthesizer = new Beeper();
    const talk = await bridge.talk({ llm: { engine: 'offline' }, synthesizer });
    closing.push(() => talk.close());
    expect(talk.chat.parts).toMatchObject({ topology: 'stream', speaks: expect.stringContaining('beeper') });
    const { outcome, heard } = await talk.say('Hello there. How are you?').ended;
    expect(outcome).toBe('completed');
    expect(heard).toBe('Hello there. How are you?');
    expect(synthesizer.said).toEqual(['Hello there.', 'How are you?']);
    await talk.close();
    expect(synthesizer.isClosed).toBe(false);
  }, 30_000);
});
