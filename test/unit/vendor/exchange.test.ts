import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock, ProviderError } from '../../../../src/runtime/index.js';
import { openEngineSound } from '../../../../src/speech/http/engine-sound.js';
import { Exchange, type ExchangeOptions } from '../../../../src/speech/http/exchange.js';
import { retryAfterMs } from '../../../../src/speech/http/provider-fault.js';
import { Redaction } from '../../../../src/speech/http/redaction.js';
import { WholeSamples } from '../../../../src/speech/http/whole-samples.js';
import { testPcm, wavOf } from '../../../support/speech/sound.js';

const FACE = {
  name: 'it',
  place: 'host:1',
  keyHelp: 'set the key',
  reachHelp: 'start it',
};

function optionsOf(clock: FakeClock, signal?: AbortSignal): ExchangeOptions {
  return { face: FACE, redaction: new Redaction([]), clock, signal, firstByteMs: 5000, idleMs: 1000 };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

async function read(exchange: Exchange): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of exchange.chunks(1e6)) parts.push(chunk);
  return Buffer.concat(parts);
}

const caught = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('An exchange', () => {
  test('does not blame the vendor while nobody reads', async () => {
    const clock = new FakeClock();
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        send = controller;
      },
    });
    const exchange = await Exchange.open(optionsOf(clock), async () => new Response(body));
    const chunks = exchange.chunks(1e6);
    send?.enqueue(new Uint8Array([1]));
    expect((await chunks.next()).value).toEqual(new Uint8Array([1]));
    clock.advance(3_600_000);
    send?.enqueue(new Uint8Array([2]));
    expect((await chunks.next()).value).toEqual(new Uint8Array([2]));
    const waiting = caught(chunks.next());
    await settle();
    clock.advance(999);
    await settle();
    expect(clock.pendingCount).toBe(1);
    clock.advance(1);
    expect(await waiting).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED' });
    expect(clock.pendingCount).toBe(0);
  });

  test('counts the wait for the first byte from the request', async () => {
    const clock = new FakeClock();
    const opening = Exchange.open(optionsOf(clock), async () => {
      clock.advance(4000);
      return new Response(new ReadableStream<Uint8Array>());
    });
    const waiting = caught(opening.then(read));
    await settle();
    clock.advance(999);
    await settle();
    expect(clock.pendingCount).toBe(1);
    clock.advance(1);
    expect(await waiting).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED' });
  });

  test('ends what a fetch does that does not listen to its signal', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = caught(Exchange.open(optionsOf(clock, controller.signal), () => new Promise(() => {})));
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    expect(clock.pendingCount).toBe(0);
  });

  test('tells a refusal although its explanation does not arrive', async () => {
    const clock = new FakeClock();
    const body = new ReadableStream<Uint8Array>();
    const waiting = caught(Exchange.open(optionsOf(clock), async () => new Response(body, { status: 429 })));
    await settle();
    clock.advance(5000);
    expect(await waiting).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_BUSY', status: 429 });
  });

  test('reads no more of a refusal than it needs', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(4096).fill(0x78));
      },
    });
    const error = await caught(
      Exchange.open(optionsOf(new FakeClock()), async () => new Response(body, { status: 400 })),
    );
    expect(error).toBeInstanceOf(ProviderError);
    expect(pulled).toBeLessThan(10);
  });

  test('leaves no listener on a signal that outlives it', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    const exchange = await Exchange.open(optionsOf(new FakeClock(), signal), async () => new Response('abc'));
    expect((await read(exchange)).toString()).toBe('abc');
    expect(listeners).toBeLessThanOrEqual(0);
  });
});

describe('Retry-After', () => {
  const clock = new FakeClock();
  const dated = new Date(clock.wallMs() + 90_000).toUTCString();
  test.each([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '120', 'retry-after': '9' }, 120],
    [{ 'retry-after': '1e9' }, undefined],
    [{ 'retry-after': '99999999999' }, 86_400_000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j is %j', (headers, ms) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), clock)).toBe(ms);
  });

  test('as a date counts from now', () => {
    const ms = retryAfterMs(new Headers({ 'retry-after': dated }), clock) ?? 0;
    expect(Math.abs(ms - 90_000)).toBeLessThanOrEqual(1000);
  });
});

describe('Samples', () => {
  test('are whole however the bytes are cut, and none is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 7 }), { maxLength: 30 }), (chunks) => {
        const samples = new WholeSamples();
        const out = chunks.map((chunk) => samples.push(chunk));
        for (const piece of out) expect(piece.byteLength % 2).toBe(0);
        const all = Buffer.concat(chunks);
        const whole = all.subarray(0, all.byteLength - (all.byteLength % 2));
        expect(Buffer.compare(Buffer.concat(out), whole)).toBe(0);
        expect(samples.hasHalf).toBe(all.byteLength % 2 === 1);
      }),
    );
  });
});

describe("An engine's sound", () => {
  const open = (bytes: Uint8Array, sizes: () => number, form: 'pcm' | 'file', contentType = '') =>
    openEngineSound(
      (async function* () {
        for (let at = 0; at < bytes.byteLength; ) {
          const size = sizes();
          yield bytes.slice(at, at + size);
          at += size;
        }
      })(),
      {
        face: FACE,
        redaction: new Redaction([]),
        form,
        sampleRateHz: 24_000,
        contentType,
        signal: undefined,
      },
    );
  const all = async (sound: Awaited<ReturnType<typeof open>>): Promise<Uint8Array> => {
    const parts: Uint8Array[] = [];
    for await (const pcm of sound.pcm()) parts.push(pcm);
    return Buffer.concat(parts);
  };

  test('is the samples of a WAV at its own rate, however header and body are cut and whatever the header omits', async () => {
    const pcm = testPcm(500);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(8000, 16_000, 22_050, 24_000, 44_100, 48_000, 192_000),
        fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined }),
        fc.constantFrom(undefined, 0xffff_ffff, 0x7fff_ffff, 0),
        fc.infiniteStream(fc.integer({ min: 1, max: 70 })),
        async (sampleRateHz, listBytes, dataBytes, sizes) => {
          const wav = wavOf(pcm, {
            sampleRateHz,
            ...(listBytes === undefined ? {} : { listBytes }),
            ...(dataBytes === undefined ? {} : { dataBytes }),
          });
          const sound = await open(wav, () => sizes.next().value as number, 'file');
          expect(sound.sampleRateHz).toBe(sampleRateHz);
          expect(Buffer.compare(await all(sound), pcm)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('knows its length from a header that tells it', async () => {
    const sound = await open(wavOf(testPcm(2400), { sampleRateHz: 24_000 }), () => 999, 'file');
    expect(sound.durationMs).toBe(100);
    await sound.close();
  });

  test('is cut short when the header promises more', async () => {
    const sound = await open(wavOf(testPcm(100), { sampleRateHz: 24_000, dataBytes: 999 }), () => 50, 'file');
    expect(await caught(all(sound))).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TRUNCATED' });
  });

  test('is cut short when it ends inside a sample', async () => {
    const sound = await open(testPcm(100).subarray(0, 199), () => 50, 'pcm');
    expect(await caught(all(sound))).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TRUNCATED' });
  });

  test.each([
    ['{"error":{"message":"asleep"}}', 'pcm', 'application/json', 'asleep'],
    ['{"error":{"message":"asleep"}}', 'file', '', 'asleep'],
    ['<html>', 'file', 'text/html', 'text/html'],
    ['\u0000\u0001\u0002\u0003\u0004\u0005 no sound at all', 'file', 'audio/wav', 'audio/wav'],
  ] as const)('is not %j', async (text, form, contentType, said) => {
    const error = await caught(open(Buffer.from(text), () => 7, form, contentType));
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_FAILED' });
    expect((error as Error).message).toContain(said);
  });

  test('may begin with the bytes of letters when nothing says that it is text', async () => {
    const pcm = Buffer.concat([Buffer.from('{"Hello'), Buffer.alloc(101, 3)]);
    expect(Buffer.compare(await all(await open(pcm, () => 5, 'pcm', 'audio/pcm')), pcm)).toBe(0);
  });
});
