import { describe, expect, it } from 'vitest';
import { FakeClock, ProviderError } from '../../../../src/runtime/index.js';
import type { RecognitionPart } from '../../../../src/speech/index.js';
import { type AvatarEar, createRecognizer } from '../../../../src/speech/stt/index.js';
import { pieces, speechLike } from '../../../support/speech/hearing-sound.js';
import { hearingOptions } from '../../../support/speech/hearing-vendor.js';

function rig(options: Readonly<Record<string, unknown>> = {}) {
  const clock = new FakeClock();
  const listeners = new Set<(type: string, args: readonly string[]) => void>();
  const sent: Uint8Array[] = [];
  const ear: AvatarEar = {
    onMessage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    sendSound: async (pcm) => {
      sent.push(pcm.slice());
    },
  };
  const engine = createRecognizer(
    { name: 'julius', options: hearingOptions('mmdagent', options) },
    { clock, ear },
  );
  const tell = (type: string, ...args: string[]): void => {
    for (const listener of [...listeners]) listener(type, args);
  };
  return { clock, engine, tell, sent, listeners };
}

async function collect(parts: AsyncIterable<RecognitionPart>): Promise<string[]> {
  const texts: string[] = [];
  for await (const part of parts) texts.push(part.text);
  return texts;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function settled(): Promise<void> {
  for (let count = 0; count < 200; count++) await turn();
}

describe('MmdagentRecognizer', () => {
  it('takes what Julius hears while the sound lasts, and passes the sound on', async () => {
    const { clock, engine, tell, sent, listeners } = rig();
    const sound = speechLike(0.2);
    const hearing = collect(engine.recognize({ sound: pieces(sound) }));
    await settled();
    tell('RECOG_EVENT_START');
    tell('RECOG_EVENT_STOP', 'こんにちは');
    await settled();
    clock.advance(1000);
    expect(await hearing).toEqual(['こんにちは']);
    expect(Buffer.compare(Buffer.concat(sent), sound)).toBe(0);
    expect(listeners.size).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });

  it('waits for the result of what was begun', async () => {
    const { clock, engine, tell } = rig();
    const hearing = collect(engine.recognize({ sound: pieces(speechLike(0.2)) }));
    await settled();
    tell('RECOG_EVENT_START');
    await settled();
    clock.advance(14_999);
    await settled();
    tell('RECOG_EVENT_STOP', '今日はいい天気ですね');
    await settled();
    clock.advance(1000);
    expect(await hearing).toEqual(['今日はいい天気ですね']);
  });

  it('heard nothing when nothing begins in time', async () => {
    const { clock, engine, tell } = rig();
    const hearing = collect(engine.recognize({ sound: pieces(speechLike(0.2)) }));
    await settled();
    tell('TIMER_EVENT_STOP', 'x');
    clock.advance(1000);
    expect(await hearing).toEqual(['']);
  });

  it('gives several results, also with the sign that divides arguments', async () => {
    const { clock, engine, tell } = rig();
    const hearing = collect(engine.recognize({ sound: pieces(speechLike(0.2)) }));
    await settled();
    for (const text of ['はい', 'a|b']) {
      tell('RECOG_EVENT_START');
      tell('RECOG_EVENT_STOP', ...text.split('|'));
      await settled();
    }
    clock.advance(1000);
    expect(await hearing).toEqual(['はい', 'a|b']);
  });

  it('fails when a result never comes', async () => {
    const { clock, engine, tell, listeners } = rig({ thinkMs: 3000 });
    const hearing = collect(engine.recognize({ sound: pieces(speechLike(0.2)) })).catch(
      (error: unknown) => error,
    );
    await settled();
    tell('RECOG_EVENT_START');
    await settled();
    clock.advance(3000);
    const error = await hearing;
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED', retryable: true });
    expect(listeners.size).toBe(0);
  });

  it('ends at once when aborted or closed, and leaves nothing behind', async () => {
    for (const how of ['abort', 'close'] as const) {
      const { clock, engine, listeners } = rig();
      const controller = new AbortController();
      const hearing = collect(
        engine.recognize({ sound: pieces(speechLike(0.2)), signal: controller.signal }),
      ).catch((error: unknown) => error);
      await settled();
      if (how === 'abort') controller.abort(new Error('left'));
      else await engine.close();
      expect(await hearing).toBeInstanceOf(Error);
      expect(listeners.size).toBe(0);
      expect(clock.pendingCount).toBe(0);
    }
  });

  it('needs an avatar', () => {
    expect(() =>
      createRecognizer(
        { name: 'julius', options: hearingOptions('mmdagent', {}) },
        { clock: new FakeClock() },
      ),
    ).toThrow('expected an avatar');
  });
});
