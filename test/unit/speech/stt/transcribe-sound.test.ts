import { describe, expect, it } from 'vitest';
import { FakeClock, ProviderError } from '../../../../src/runtime/index.js';
import type { RecognitionPart, RecognitionRequest, Recognizer } from '../../../../src/speech/index.js';
import { openRecognizer, type Transcript, transcribeSound } from '../../../../src/speech/stt/index.js';
import { pieces, silence, speechLike } from '../../../support/speech/hearing-sound.js';

async function* soundOf(...sounds: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  for (const sound of sounds) yield* pieces(sound, 3200);
}

/** Answers in turn; an error is thrown. */
function scripted(answers: readonly (readonly RecognitionPart[] | Error)[]) {
  const requests: RecognitionRequest[] = [];
  const recognizer: Recognizer = {
    name: 'scripted',
    isStreaming: false,
    async *recognize(request) {
      requests.push(request);
      for await (const _piece of request.sound) {
        // All of it, as engines do.
      }
      const answer = answers[requests.length - 1] ?? [];
      if (answer instanceof Error) throw answer;
      yield* answer;
    },
    close: async () => {},
  };
  return { recognizer, requests };
}

const final = (text: string, more: object = {}): RecognitionPart => ({ type: 'final', text, ...more });

async function all(transcripts: AsyncIterable<Transcript>): Promise<Transcript[]> {
  const found: Transcript[] = [];
  for await (const transcript of transcripts) found.push(transcript);
  return found;
}

const TWO = () => soundOf(silence(0.5), speechLike(1), silence(2), speechLike(1), silence(1));

describe('transcribeSound', () => {
  it('gives utterances with times of the whole, and leaves out those without a word', async () => {
    const words = [{ text: 'b', startMs: 100, endMs: 200 }];
    const { recognizer, requests } = scripted([
      [final('')],
      [final('a b', { words, confidence: 0.5, language: 'en' }), final('c', { confidence: 1 })],
    ]);
    const read: number[] = [];
    const found = await all(
      transcribeSound({
        recognizer,
        sound: TWO(),
        clock: new FakeClock(),
        language: 'en',
        hints: ['x'],
        onProgress: (ms) => read.push(ms),
      }),
    );
    expect(requests[0]).toMatchObject({ language: 'en', hints: ['x'] });
    expect(found).toHaveLength(1);
    const [only] = found;
    expect(only).toMatchObject({ text: 'a b c', confidence: 0.75, language: 'en' });
    expect(only?.words).toEqual([
      { text: 'b', startMs: (only?.startMs ?? 0) + 100, endMs: (only?.startMs ?? 0) + 200 },
    ]);
    expect(read.at(-1)).toBe(5500);
  });

  it('tries again what may succeed later, with the wait that was asked for', async () => {
    const busy = new ProviderError('BRIDGE_ERR_SPEECH_BUSY', 'busy', {
      provider: 'scripted',
      retryable: true,
      retryAfterMs: 7000,
    });
    const { recognizer, requests } = scripted([busy, [final('one')], [final('two')]]);
    const clock = new FakeClock();
    const delays: number[] = [];
    const finding = all(
      transcribeSound({
        recognizer,
        sound: TWO(),
        clock,
        onRetry: (_error, delayMs) => delays.push(delayMs),
      }),
    );
    await clock.advanceAsync(6999);
    expect(requests).toHaveLength(1);
    await clock.advanceAsync(1);
    expect((await finding).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(delays).toEqual([7000]);
    expect(clock.pendingCount).toBe(0);
  });

  it('gives up after four tries, and at once where trying again is of no use', async () => {
    const fault = (retryable: boolean) =>
      new ProviderError('BRIDGE_ERR_SPEECH_FAILED', 'failed', { provider: 'scripted', retryable });
    const stubborn = scripted([fault(true), fault(true), fault(true), fault(true)]);
    const clock = new FakeClock();
    const failing = all(transcribeSound({ recognizer: stubborn.recognizer, sound: TWO(), clock })).catch(
      (error) => error,
    );
    await clock.advanceAsync(60_000);
    expect(await failing).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_FAILED' });
    expect(stubborn.requests).toHaveLength(4);
    const once = scripted([fault(false)]);
    await expect(
      all(transcribeSound({ recognizer: once.recognizer, sound: TWO(), clock })),
    ).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_FAILED',
    });
    expect(once.requests).toHaveLength(1);
  });

  it('ends with the reason of the signal, also while the sound says nothing', async () => {
    const { recognizer } = scripted([]);
    const controller = new AbortController();
    async function* hanging(): AsyncGenerator<Uint8Array, void> {
      yield silence(1);
      await new Promise(() => {});
    }
    const finding = all(
      transcribeSound({ recognizer, sound: hanging(), clock: new FakeClock(), signal: controller.signal }),
    );
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(finding).rejects.toBe(reason);
  });
});

describe('openRecognizer', () => {
  const clock = new FakeClock();

  it('takes what is set up, then what a key is there for', async () => {
    const own = { local: { type: 'openai', baseUrl: 'http://127.0.0.1:8000/v1', model: 'tiny' } };
    const set = await openRecognizer({ engines: own }, { clock, env: { OPENAI_API_KEY: 'sk-1' } });
    expect(set.recognizer.name).toBe('local');
    expect(set.why).toBe('it is set up in the settings');
    const keyed = await openRecognizer({}, { clock, env: { GOOGLE_API_KEY: 'g-1' } });
    expect(keyed.recognizer.name).toBe('google');
  });

  it('says what to do when there is none, or not that one', async () => {
    await expect(openRecognizer({}, { clock, env: {} })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_ENGINE',
      message: expect.stringContaining('OPENAI_API_KEY'),
    });
    await expect(openRecognizer({ engine: 'opnai' }, { clock, env: {} })).rejects.toThrow(
      'Did you mean openai',
    );
    await expect(openRecognizer({ engine: 'google' }, { clock, env: {} })).rejects.toThrow('GOOGLE_API_KEY');
    await expect(
      openRecognizer({ engines: { azure: { regon: 'x' } } }, { clock, env: {} }),
    ).rejects.toMatchObject({ code: 'BRIDGE_ERR_CONFIG_INVALID' });
  });
});
