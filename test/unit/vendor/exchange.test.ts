import { describe, expect, test, vi } from 'vitest';
import { FakeClock, ProviderError } from '../../../src/runtime/index.js';
import { Exchange, type ExchangeOptions } from '../../../src/vendor/exchange.js';
import { type FaultFamily, retryAfterMs } from '../../../src/vendor/provider-fault.js';
import { Redaction } from '../../../src/vendor/redaction.js';
import { VendorClient } from '../../../src/vendor/vendor-client.js';

/** Codes of a family that exists for this test alone would say nothing: those of the models stand for all. */
const FAMILY: FaultFamily = {
  codes: {
    key: 'BRIDGE_ERR_LLM_KEY',
    unreachable: 'BRIDGE_ERR_LLM_UNREACHABLE',
    absent: 'BRIDGE_ERR_LLM_MODEL',
    refused: 'BRIDGE_ERR_LLM_REFUSED',
    busy: 'BRIDGE_ERR_LLM_BUSY',
    failed: 'BRIDGE_ERR_LLM_FAILED',
    stalled: 'BRIDGE_ERR_LLM_STALLED',
    truncated: 'BRIDGE_ERR_LLM_TRUNCATED',
  },
  absentHelp: 'check the model',
  refusedHelp: 'change the request',
  tooMuchHelp: 'ask for less',
};

const FACE = {
  family: FAMILY,
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
    expect(await waiting).toMatchObject({ code: 'BRIDGE_ERR_LLM_STALLED' });
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
    expect(await waiting).toMatchObject({ code: 'BRIDGE_ERR_LLM_STALLED' });
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
    expect(await waiting).toMatchObject({ code: 'BRIDGE_ERR_LLM_BUSY', status: 429 });
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

describe('VendorClient', () => {
  test('takes many requests at a time without a warning, and ends all of them when it is closed', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const client = new VendorClient(
      { face: FACE, firstByteMs: 1000, idleMs: 1000, secrets: [] },
      { clock: new FakeClock(), fetch: () => new Promise(() => {}) },
    );
    const ends = Promise.allSettled(
      Array.from({ length: 40 }, () => client.open({ url: 'http://127.0.0.1:1/' })),
    );
    client.close();
    expect((await ends).every(({ status }) => status === 'rejected')).toBe(true);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
