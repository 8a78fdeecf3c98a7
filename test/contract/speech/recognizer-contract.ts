import { afterEach, describe, expect, test } from 'vitest';
import { type ErrorCode, ProviderError, SystemClock } from '../../../src/runtime/index.js';
import type { RecognitionPart, RecognitionRequest, Recognizer } from '../../../src/speech/index.js';
import type { RecognizerPorts } from '../../../src/speech/stt/index.js';
import { freePort } from '../../support/free-port.js';
import { noise, pieces, silence, speechLike } from '../../support/speech/hearing-sound.js';
import { HEARD_TEXT, type HearingFault, type HearingVendor } from '../../support/speech/hearing-vendor.js';
import { WatchedClock } from '../../support/speech/watched-clock.js';

/** One engine that hears against a vendor that plays by a script. */
export interface HearingRig {
  readonly name: string;
  readonly key: string | undefined;
  /** Whether words come with times. */
  readonly hasWords: boolean;
  readonly hasPartials: boolean;
  /** Sound goes out while it comes in: silence goes too, and there is a talk to refuse. @default false */
  readonly isLive?: boolean;
  readonly refusals?: Readonly<Partial<Record<number, ErrorCode>>>;
  /** Options that lead nowhere. */
  readonly elsewhere: (port: number) => Readonly<Record<string, unknown>>;
  /** The samples that the vendor was given, of its first request. */
  readonly received: (vendor: HearingVendor) => Uint8Array;
  readonly start: () => Promise<HearingVendor>;
}

export interface HeardParts {
  readonly parts: readonly RecognitionPart[];
  readonly partials: readonly string[];
  readonly text: string;
  readonly finals: readonly Extract<RecognitionPart, { type: 'final' }>[];
}

export async function listen(parts: AsyncIterable<RecognitionPart>): Promise<HeardParts> {
  const all: RecognitionPart[] = [];
  for await (const part of parts) all.push(part);
  const finals = all.filter((part) => part.type === 'final');
  return {
    parts: all,
    partials: all.flatMap((part) => (part.type === 'partial' ? [part.text] : [])),
    finals,
    text: finals.map(({ text }) => text).join(' '),
  };
}

export async function thrownBy(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, and there was none');
}

export async function providerError(run: () => Promise<unknown>): Promise<ProviderError> {
  const error = await thrownBy(run);
  if (!(error instanceof ProviderError)) throw error;
  return error;
}

async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const SPEECH = speechLike(1);
const FIRST_BYTE_MS = 61_000;
const IDLE_MS = 7_000;

/** What every engine that hears owes; see `Recognizer`. */
export function recognizerContract(rig: HearingRig): void {
  describe(`${rig.name} keeps the contract of recognizers`, () => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    const meet = async (
      ports: Partial<RecognizerPorts> = {},
      changes: Readonly<Record<string, unknown>> = {},
    ): Promise<{ vendor: HearingVendor; engine: Recognizer }> => {
      const vendor = await rig.start();
      closing.push(() => vendor.close());
      const engine = vendor.create({ clock: new SystemClock(), ...ports }, changes);
      closing.push(() => engine.close());
      return { vendor, engine };
    };
    const request = (more: Partial<RecognitionRequest> = {}): RecognitionRequest => ({
      sound: pieces(SPEECH),
      language: 'en',
      ...more,
    });

    test('gives the text once, with what the vendor tells of it', async () => {
      const { engine } = await meet();
      const { text, finals, parts, partials } = await listen(engine.recognize(request()));
      expect(text).toBe(HEARD_TEXT);
      expect(finals).toHaveLength(1);
      expect(parts.at(-1)?.type).toBe('final');
      expect(partials.length > 0).toBe(rig.hasPartials);
      for (const partial of partials) expect(HEARD_TEXT.startsWith(partial)).toBe(true);
      const [final] = finals;
      expect(final?.words !== undefined).toBe(rig.hasWords);
      if (rig.hasWords) expect(final?.words?.map((word) => word.text)).toEqual(HEARD_TEXT.split(' '));
      let lastMs = 0;
      for (const { startMs, endMs } of final?.words ?? []) {
        expect(startMs).toBeGreaterThanOrEqual(lastMs);
        expect(endMs).toBeGreaterThan(startMs);
        lastMs = startMs;
      }
    });

    test.each([2, 640, 3200, SPEECH.byteLength])(
      'sends every sample, given in pieces of %i bytes',
      async (bytes) => {
        const { vendor, engine } = await meet();
        await listen(engine.recognize(request({ sound: pieces(SPEECH, bytes) })));
        expect(Buffer.compare(rig.received(vendor), SPEECH)).toBe(0);
      },
    );

    test('does not keep the memory of pieces, which whoever gives them may use again', async () => {
      const { vendor, engine } = await meet();
      const shared = new Uint8Array(640);
      async function* reused(): AsyncGenerator<Uint8Array, void> {
        for (let at = 0; at < SPEECH.byteLength; at += 640) {
          shared.set(SPEECH.subarray(at, at + 640));
          yield shared.subarray(0, Math.min(640, SPEECH.byteLength - at));
        }
      }
      await listen(engine.recognize(request({ sound: reused() })));
      expect(Buffer.compare(rig.received(vendor), SPEECH)).toBe(0);
    });

    test('hears many at once without mixing them', async () => {
      const { engine } = await meet();
      const all = await Promise.all(Array.from({ length: 5 }, () => listen(engine.recognize(request()))));
      for (const { text } of all) expect(text).toBe(HEARD_TEXT);
    });

    test('asks nothing before the first part is asked for, and nothing with an aborted signal', async () => {
      const { vendor, engine } = await meet();
      engine.recognize(request());
      const reason = new Error('not any more');
      const aborted = request({ signal: AbortSignal.abort(reason) });
      expect(await thrownBy(() => listen(engine.recognize(aborted)))).toBe(reason);
      expect(vendor.requests).toHaveLength(0);
    });

    test('ends when aborted while the sound hangs', async () => {
      const { engine } = await meet();
      const controller = new AbortController();
      const reason = new Error('the user left');
      async function* hanging(): AsyncGenerator<Uint8Array, void> {
        yield SPEECH;
        await new Promise(() => {});
      }
      const hearing = thrownBy(() =>
        listen(engine.recognize(request({ sound: hanging(), signal: controller.signal }))),
      );
      await new Promise((resolve) => setTimeout(resolve, 30));
      controller.abort(reason);
      expect(await hearing).toBe(reason);
    });

    test.each(['silent', 'half'] as const)(
      'ends the connection when aborted at an answer that is %s',
      async (fault) => {
        const { vendor, engine } = await meet();
        vendor.fault = fault;
        const controller = new AbortController();
        const reason = new Error('the user left');
        const hearing = thrownBy(() => listen(engine.recognize(request({ signal: controller.signal }))));
        await eventually(() => vendor.requests.length > 0);
        await new Promise((resolve) => setTimeout(resolve, 40));
        controller.abort(reason);
        expect(await hearing).toBe(reason);
        await eventually(() => vendor.leftEarly > 0);
      },
    );

    test('tells what the source of the sound threw', async () => {
      const { engine } = await meet();
      const reason = new Error('the microphone is gone');
      async function* broken(): AsyncGenerator<Uint8Array, void> {
        yield SPEECH.subarray(0, 6400);
        throw reason;
      }
      expect(await thrownBy(() => listen(engine.recognize(request({ sound: broken() }))))).toBe(reason);
    });

    test('ends what is under way when closed, closes twice, and asks nothing afterwards', async () => {
      const { vendor, engine } = await meet();
      vendor.fault = 'silent';
      const hearing = thrownBy(() => listen(engine.recognize(request())));
      await eventually(() => vendor.requests.length > 0);
      await new Promise((resolve) => setTimeout(resolve, 40));
      await engine.close();
      await engine.close();
      await hearing;
      await eventually(() => vendor.leftEarly > 0);
      await thrownBy(() => listen(engine.recognize(request())));
      expect(vendor.requests).toHaveLength(1);
    });

    const statuses: readonly (readonly [number, ErrorCode, boolean])[] = [
      [400, 'BRIDGE_ERR_SPEECH_REFUSED', false],
      [401, 'BRIDGE_ERR_SPEECH_KEY', false],
      [403, 'BRIDGE_ERR_SPEECH_KEY', false],
      [404, 'BRIDGE_ERR_SPEECH_REFUSED', false],
      [413, 'BRIDGE_ERR_SPEECH_REFUSED', false],
      [429, 'BRIDGE_ERR_SPEECH_BUSY', true],
      [500, 'BRIDGE_ERR_SPEECH_FAILED', true],
      [503, 'BRIDGE_ERR_SPEECH_BUSY', true],
    ];
    test.each(statuses)('answers %i with %s', async (status, code, retryable) => {
      const { vendor, engine } = await meet();
      vendor.fault = { status, headers: { 'content-type': 'application/json' }, body: '{"error":"no"}' };
      const error = await providerError(() => listen(engine.recognize(request())));
      expect(error).toMatchObject({
        code: rig.refusals?.[status] ?? code,
        retryable,
        status,
        provider: 'the-ear',
      });
      expect(error.message).toContain(String(status));
      expect(error.message).not.toMatch(/voice|text to speak/);
    });

    test('tells how long to wait and the number of the request', async () => {
      const { vendor, engine } = await meet();
      vendor.fault = { status: 429, headers: { 'retry-after': '3', 'x-request-id': 'req_9' }, body: '' };
      const error = await providerError(() => listen(engine.recognize(request())));
      expect(error).toMatchObject({ retryAfterMs: 3000, requestId: 'req_9', retryable: true });
    });

    test('lets no key into an error, though the vendor repeats it', async () => {
      if (rig.key === undefined) return;
      const { vendor, engine } = await meet();
      for (const status of [400, 401, 500]) {
        vendor.fault = {
          status,
          body: JSON.stringify({ error: { message: `wrong key ${rig.key}, really` } }),
        };
        const error = await providerError(() => listen(engine.recognize(request())));
        expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(rig.key.slice(0, 10));
      }
    });

    test('is unreachable where nothing listens', async () => {
      const { engine } = await meet({}, rig.elsewhere(await freePort()));
      const error = await providerError(() => listen(engine.recognize(request())));
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_UNREACHABLE', retryable: true });
    });

    test('notices an answer that breaks off', async () => {
      const { vendor, engine } = await meet();
      vendor.fault = 'cut';
      const error = await providerError(() => listen(engine.recognize(request())));
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TRUNCATED', retryable: true });
    });

    test.each([
      ['silent', FIRST_BYTE_MS, 'BRIDGE_ERR_SPEECH_UNREACHABLE'],
      ['half', IDLE_MS, 'BRIDGE_ERR_SPEECH_STALLED'],
    ] as const)('does not wait for ever for an answer that is %s', async (fault, limitMs, code) => {
      const clock = new WatchedClock();
      const { vendor, engine } = await meet({ clock }, { firstByteMs: FIRST_BYTE_MS, idleMs: IDLE_MS });
      vendor.fault = fault satisfies HearingFault;
      let isOver = false;
      const hearing = providerError(() => listen(engine.recognize(request()))).finally(() => {
        isOver = true;
      });
      await eventually(() => vendor.requests.length > 0);
      while (!isOver) {
        // More may be on its way: only a wait that lasts is the vendor's silence.
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (clock.isWaiting(limitMs)) clock.advance(limitMs);
      }
      expect(await hearing).toMatchObject({ code, retryable: true });
      await eventually(() => vendor.leftEarly > 0);
      expect(clock.pendingCount).toBe(0);
    });

    test('leaves no wait behind when all went well', async () => {
      const clock = new WatchedClock();
      const { engine } = await meet({ clock });
      await listen(engine.recognize(request()));
      await engine.close();
      expect(clock.pendingCount).toBe(0);
    });

    test('fails on garbage', async () => {
      const { vendor, engine } = await meet();
      vendor.fault = 'garbage';
      const error = await providerError(() => listen(engine.recognize(request())));
      expect(error.code).toBe('BRIDGE_ERR_SPEECH_FAILED');
      expect(error.message).not.toMatch(/[<>]/);
    });

    test('takes no more of an answer than an answer can have', async () => {
      const { vendor, engine } = await meet();
      vendor.fault = { text: 'a'.repeat(17 * 1024 * 1024) };
      const error = await providerError(() => listen(engine.recognize(request())));
      expect(['BRIDGE_ERR_SPEECH_FAILED', 'BRIDGE_ERR_SPEECH_UNREACHABLE']).toContain(error.code);
    });

    test('says that nothing was heard where the vendor does', async () => {
      const { vendor, engine } = await meet();
      vendor.fault = 'nothing';
      const { finals } = await listen(engine.recognize(request()));
      expect(finals.map(({ text }) => text)).toEqual(['']);
    });

    test.each([
      ['no sound', new Uint8Array(0)],
      ['digital silence', silence(1)],
    ])('hears nothing in %s, whatever the vendor would make of it', async (_name, sound) => {
      const { vendor, engine } = await meet();
      vendor.fault = { text: 'Thank you for watching!' };
      const { text } = await listen(engine.recognize(request({ sound: pieces(sound) })));
      expect(text).toBe('');
      if (rig.isLive !== true) expect(vendor.requests).toHaveLength(0);
    });

    test('takes out what is invented on noise and keeps the same words when they were spoken', async () => {
      for (const words of ['ご視聴ありがとうございました', 'Thank you.', 'ありがとうございました']) {
        const { vendor, engine } = await meet();
        vendor.fault = { text: words };
        const onNoise = await listen(engine.recognize(request({ sound: pieces(noise(1, -55)) })));
        expect(onNoise.text).toBe('');
        expect(onNoise.partials).toEqual([]);
        expect((await listen(engine.recognize(request()))).text).toBe(words);
      }
    });
  });
}
