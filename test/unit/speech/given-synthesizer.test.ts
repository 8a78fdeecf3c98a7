import { describe, expect, it } from 'vitest';
import { systemHost } from '../../../src/programs/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { createSpeech, type SpeechSettings, type Synthesizer } from '../../../src/speech/index.js';
import { FakeEngine, fault, type Script, sound, start } from './around/fake-engine.js';

async function speechOf(script?: Script, settings: SpeechSettings = {}) {
  const clock = new FakeClock();
  const own = new FakeEngine('own', clock, script);
  const ports = { clock, env: {}, host: systemHost({}), random: () => 1 };
  const speech = await createSpeech(settings, { ...ports, synthesizer: own });
  const hear = async (): Promise<number> => {
    let bytes = 0;
    for await (const part of speech.speak('Hello there.', { engine: 'own' }))
      if (part.type === 'sound') bytes += part.pcm.byteLength;
    return bytes;
  };
  /** Lets time pass until it is over. */
  const heard = async (): Promise<number> => {
    let isOver = false;
    const hearing = hear().finally(() => {
      isOver = true;
    });
    hearing.catch(() => {});
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advanceAsync(1000);
    }
    return hearing;
  };
  return { clock, own, speech, heard };
}

describe("A program's own synthesizer", () => {
  it('speaks before all others, also before those of the settings, and is told as such', async () => {
    const engines = { openai: { apiKey: 'sk-test' } };
    const { speech } = await speechOf(undefined, { engines });
    expect(await speech.describe()).toEqual({
      engine: 'own',
      type: 'given',
      voice: undefined,
      tells: 'nothing',
    });
    const [first] = await speech.voices();
    expect(first).toMatchObject({ name: 'own', isChosen: true, isReady: true });
    await speech.close();
  });

  it('stands back for an engine that is asked for by name', async () => {
    const { speech } = await speechOf(undefined, { engine: 'embedded' });
    expect((await speech.describe()).engine).toBe('embedded');
    expect((await speech.describe({ engine: 'own' })).engine).toBe('own');
    await speech.close();
  });

  it('is heard exactly, given text that can be spoken, and is left open', async () => {
    const { own, speech, heard } = await speechOf();
    expect(await heard()).toBe(3200);
    expect(own.requests.map(({ text }) => text)).toEqual(['Hello there.']);
    await speech.close();
    expect(own.isClosed).toBe(false);
  });

  it.each<[string, Script, string]>([
    ['fails', () => [fault(false)], 'BRIDGE_ERR_SPEECH_FAILED'],
    ['throws anything', () => [new Error('boom')], 'BRIDGE_ERR_SPEECH_FAILED'],
    ['never says a word', () => ['forever'], 'BRIDGE_ERR_SPEECH_STALLED'],
    ['stops in the middle', () => [start(), sound(100), 'forever'], 'BRIDGE_ERR_SPEECH_STALLED'],
    ['gives no sound', () => [start()], 'BRIDGE_ERR_SPEECH_FAILED'],
    ['begins with sound', () => [sound(100)], 'BRIDGE_ERR_SPEECH_FAILED'],
  ])('that %s ends with an error of its own, not with silence for ever', async (_what, script, code) => {
    const { speech, heard } = await speechOf(script);
    const error = await heard().then(
      () => 'heard',
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code });
    await speech.close();
  });

  it('has the shape that the library exports', () => {
    const own: Synthesizer = new FakeEngine('own', new FakeClock());
    expect(own.name).toBe('own');
  });
});
