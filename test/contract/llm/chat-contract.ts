import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChatMessage, ChatModel, ChatPart, ChatRequest, ToolCall } from '../../../src/llm/chat-model.js';
import { type ErrorCode, ProviderError, SystemClock } from '../../../src/runtime/index.js';
import type { VendorPorts } from '../../../src/vendor/index.js';
import { freePort } from '../../support/free-port.js';
import {
  ASKED,
  CALLS,
  type ChatRig,
  fetchOf,
  IMAGE_TURN,
  KEY,
  MODEL_NAME,
  modelOf,
  partsOf,
  QUESTION,
  RESULTS,
  recording,
  TOKENS,
  TOOLS,
  textOf,
  WORDS,
} from '../../support/llm/chat-rigs.js';
import { ChatVendor, streamed } from '../../support/llm/chat-vendor.js';
import type { ScriptedAnswer } from '../../support/speech/scripted-server.js';
import { WatchedClock } from '../../support/speech/watched-clock.js';

const FIRST_BYTE_MS = 61_000;
const IDLE_MS = 7_000;

async function thrownBy(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, and there was none');
}

async function providerError(run: () => Promise<unknown>): Promise<ProviderError> {
  const error = await thrownBy(run);
  if (!(error instanceof ProviderError)) throw error;
  return error;
}

async function eventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const someTime = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** What every engine of language models owes; see `ChatModel`. */
export function chatContract(rig: ChatRig): void {
  describe(`${rig.name} keeps the contract of language models`, () => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    const make = async (
      ports: Partial<VendorPorts> & Pick<VendorPorts, 'fetch'>,
      changes = {},
    ): Promise<ChatModel> => {
      const model = await modelOf(rig, { clock: new SystemClock(), ...ports }, changes);
      closing.push(() => model.close());
      return model;
    };
    const meet = async (
      changes: Readonly<Record<string, unknown>> = {},
      ports: Partial<VendorPorts> = {},
    ): Promise<{ vendor: ChatVendor; model: ChatModel }> => {
      const vendor = await ChatVendor.start(rig);
      closing.push(() => vendor.close());
      return { vendor, model: await make({ fetch: vendor.fetch(), ...ports }, changes) };
    };
    const request = (more: Partial<ChatRequest> = {}): ChatRequest => ({ messages: ASKED, ...more });
    const bodyOf = (vendor: ChatVendor, at: number): Readonly<Record<string, unknown>> =>
      JSON.parse(vendor.questions[at]?.body ?? '{}');

    test('gives text, thoughts and usage, and ends once, last', async () => {
      const { vendor, model } = await meet();
      const parts = await partsOf(model.stream(request()));
      expect(textOf(parts)).toBe(WORDS);
      expect(textOf(parts, 'reasoning')).toBe(rig.reasoning);
      expect(parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
      expect(parts.filter(({ type }) => type === 'end')).toHaveLength(1);
      expect(parts.filter(({ type }) => type === 'usage')).toEqual(
        rig.usage === undefined ? [] : [rig.usage],
      );
      expect(vendor.questions).toHaveLength(1);
      expect(vendor.questions[0]?.method).toBe('POST');
      expect(vendor.questions[0]?.headers).toMatchObject(rig.keyHeader);
      expect(vendor.leftEarly).toBe(0);
    });

    test('gives every token before the next has come', async () => {
      const body = recording(rig.folder, 'text').toString('utf8');
      const events = body.split(/(?<=\r?\n\r?\n)/);
      const given: string[] = [];
      let sent = '';
      const model = await make({
        fetch: fetchOf(async function* () {
          for (const event of events) {
            await someTurns();
            // Nothing that was sent whole is held back: whoever speaks could speak it.
            const due = TOKENS.filter((token) => sent.includes(JSON.stringify(token).slice(1, -1))).join('');
            if (due !== '') expect(given.join('')).toBe(due);
            sent += event;
            yield Buffer.from(event);
          }
        }),
      });
      for await (const part of model.stream(request())) if (part.type === 'text') given.push(part.text);
      expect(given.join('')).toBe(WORDS);
    });

    test.each(['text', ...rig.has.filter((name) => name === 'call')])(
      'gives the same of %s wherever the bytes are cut',
      async (name) => {
        const body = recording(rig.folder, name);
        let pieces: readonly Uint8Array[] = [body];
        let ids = 0;
        const model = await make({ fetch: fetchOf(() => pieces), newId: () => `${ids++}` });
        const heard = async (): Promise<unknown> => {
          ids = 0;
          return joined(await partsOf(model.stream(request({ tools: TOOLS }))));
        };
        const whole = await heard();
        for (let at = 1; at < body.byteLength; at++) {
          pieces = [body.subarray(0, at), body.subarray(at)];
          expect(await heard(), `cut behind byte ${at}`).toEqual(whole);
        }
        pieces = Array.from(body, (byte) => Uint8Array.of(byte));
        expect(await heard(), 'byte by byte').toEqual(whole);
      },
    );

    test('never takes a part of an answer for the whole, wherever it ends', async () => {
      const body = recording(rig.folder, 'text');
      let end = 0;
      const model = await make({ fetch: fetchOf(() => [body.subarray(0, end)]) });
      let cut = 0;
      for (end = 0; end <= body.byteLength; end++) {
        const parts: ChatPart[] = [];
        try {
          for await (const part of model.stream(request())) parts.push(part);
          expect(textOf(parts), `${end} bytes`).toBe(WORDS);
          expect(parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
        } catch (error) {
          expect(error, `${end} bytes`).toMatchObject({ code: 'BRIDGE_ERR_LLM_TRUNCATED', retryable: true });
          expect(WORDS.startsWith(textOf(parts))).toBe(true);
          expect(parts.some(({ type }) => type === 'end')).toBe(false);
          cut++;
        }
      }
      expect(cut).toBeGreaterThan(body.byteLength / 2);
      expect(cut).toBeLessThan(body.byteLength);
    });

    test('gives an event of two megabytes whole', async () => {
      const long = 'あ'.repeat(700_000);
      const body = recording(rig.folder, 'text').toString('utf8').replaceAll('今日は', long);
      const model = await make({ fetch: fetchOf(() => [Buffer.from(body)]) });
      expect(textOf(await partsOf(model.stream(request())))).toBe(WORDS.replaceAll('今日は', long));
    });

    test('stops at a line without end', async () => {
      let read = 0;
      const model = await make({
        fetch: fetchOf(function* () {
          const line = Buffer.alloc(1024 * 1024, 'x');
          yield Buffer.from('data: {"x":"');
          for (; read < 200; read++) yield line;
        }),
      });
      const error = await providerError(() => partsOf(model.stream(request())));
      expect(error.code).toBe('BRIDGE_ERR_LLM_FAILED');
      expect(read).toBeLessThan(100);
    });

    test('answers many at once without mixing them', async () => {
      const { model } = await meet();
      const all = await Promise.all(Array.from({ length: 5 }, () => partsOf(model.stream(request()))));
      for (const parts of all) expect(textOf(parts)).toBe(WORDS);
    });

    test('asks nothing before the first part is asked for, and nothing with an aborted signal', async () => {
      const { vendor, model } = await meet();
      model.stream(request());
      const reason = new Error('not any more');
      const signal = AbortSignal.abort(reason);
      expect(await thrownBy(() => partsOf(model.stream(request({ signal }))))).toBe(reason);
      expect(vendor.requests).toHaveLength(0);
    });

    test.each(['silent', 'headers', 'half'] as const)(
      'ends the connection when aborted where the vendor is at: %s',
      async (ending) => {
        const { vendor, model } = await meet();
        vendor.answers = [streamed(recording(rig.folder, 'text'), { ending })];
        const controller = new AbortController();
        const reason = new Error('the user spoke');
        const parts: ChatPart[] = [];
        const heard = thrownBy(async () => {
          for await (const part of model.stream(request({ signal: controller.signal }))) parts.push(part);
        });
        await eventually(() => vendor.questions.length > 0);
        await someTime();
        controller.abort(reason);
        const before = parts.length;
        expect(await heard).toBe(reason);
        expect(parts).toHaveLength(before);
        if (ending === 'half') expect(parts).not.toEqual([]);
        await eventually(() => vendor.leftEarly > 0);
      },
    );

    test('gives nothing more of what has come when aborted in the loop', async () => {
      const { model } = await meet();
      const controller = new AbortController();
      const reason = new Error('enough');
      let words = 0;
      const error = await thrownBy(async () => {
        for await (const part of model.stream(request({ signal: controller.signal }))) {
          if (part.type === 'text') words++;
          controller.abort(reason);
        }
      });
      expect(error).toBe(reason);
      expect(words).toBeLessThanOrEqual(1);
    });

    test('ends the connection when the loop is left', async () => {
      const { vendor, model } = await meet();
      vendor.answers = [streamed(recording(rig.folder, 'text'), { ending: 'half' })];
      for await (const part of model.stream(request())) if (part.type === 'text') break;
      await eventually(() => vendor.leftEarly > 0);
    });

    test('ends what is under way when closed, closes twice, and asks nothing afterwards', async () => {
      const { vendor, model } = await meet();
      vendor.answers = [streamed('', { ending: 'silent' })];
      const heard = thrownBy(() => partsOf(model.stream(request())));
      await eventually(() => vendor.questions.length > 0);
      await model.close();
      await model.close();
      await heard;
      await eventually(() => vendor.leftEarly > 0);
      await thrownBy(() => partsOf(model.stream(request())));
      expect(vendor.questions).toHaveLength(1);
    });

    const statuses: readonly (readonly [number, ErrorCode, boolean])[] = [
      [400, 'BRIDGE_ERR_LLM_REFUSED', false],
      [401, 'BRIDGE_ERR_LLM_KEY', false],
      [402, 'BRIDGE_ERR_LLM_BUSY', false],
      [403, 'BRIDGE_ERR_LLM_KEY', false],
      [404, 'BRIDGE_ERR_LLM_MODEL', false],
      [408, 'BRIDGE_ERR_LLM_STALLED', true],
      [429, 'BRIDGE_ERR_LLM_BUSY', true],
      [500, 'BRIDGE_ERR_LLM_FAILED', true],
      [502, 'BRIDGE_ERR_LLM_FAILED', true],
      [503, 'BRIDGE_ERR_LLM_BUSY', true],
      [529, 'BRIDGE_ERR_LLM_BUSY', true],
    ];
    test.each(statuses)('answers %i with %s', async (status, code, retryable) => {
      const { vendor, model } = await meet();
      vendor.answers = [{ status, body: '{"error":{"message":"no"}}' }];
      const error = await providerError(() => partsOf(model.stream(request())));
      expect(error).toMatchObject({ code, retryable, status, provider: MODEL_NAME });
      expect(error.message).toContain(String(status));
      // An engine never tries again by itself.
      expect(vendor.questions).toHaveLength(1);
    });

    test('tells how long to wait and the number of the request', async () => {
      const { vendor, model } = await meet();
      vendor.answers = [{ status: 429, headers: { 'retry-after': '3', 'x-request-id': 'req_123' } }];
      const error = await providerError(() => partsOf(model.stream(request())));
      expect(error).toMatchObject({ retryAfterMs: 3000, requestId: 'req_123', retryable: true });
    });

    test.each([
      ['insufficient_quota', 429, 'You exceeded your current quota', 'BRIDGE_ERR_LLM_BUSY'],
      ['a long conversation', 400, 'the maximum context length is 8192 tokens', 'BRIDGE_ERR_LLM_REFUSED'],
      ['content', 400, 'rejected by the content management policy', 'BRIDGE_ERR_LLM_FILTERED'],
    ] as const)(
      'says what a refusal for %s means, and that trying again is no use',
      async (_what, status, message, code) => {
        const { vendor, model } = await meet();
        vendor.answers = [{ status, body: JSON.stringify({ error: { message } }) }];
        const error = await providerError(() => partsOf(model.stream(request())));
        expect(error).toMatchObject({ code, retryable: false, status });
      },
    );

    const noAnswers: readonly (readonly [string, ScriptedAnswer, ErrorCode])[] = [
      [
        'a page',
        { headers: { 'content-type': 'text/html' }, body: '<html><h1>Hi</h1></html>' },
        'BRIDGE_ERR_LLM_FAILED',
      ],
      ['garbage', streamed(Buffer.from('\u0001\u0002zzzz\n\nqqqq')), 'BRIDGE_ERR_LLM_FAILED'],
      ['events without JSON', streamed('data: hello\n\ndata: there\n\n'), 'BRIDGE_ERR_LLM_FAILED'],
      [
        'broken JSON',
        { headers: { 'content-type': 'application/json' }, body: '{"choices": [' },
        'BRIDGE_ERR_LLM_FAILED',
      ],
      ['nothing', streamed(''), 'BRIDGE_ERR_LLM_TRUNCATED'],
      ['comments alone', streamed(': still here\n\n: still here\n\n'), 'BRIDGE_ERR_LLM_TRUNCATED'],
      ['events of another kind', streamed('data: {"hello":"there"}\n\n'), 'BRIDGE_ERR_LLM_TRUNCATED'],
    ];
    test.each(noAnswers)('fails on %s', async (_name, answer, code) => {
      const { vendor, model } = await meet();
      vendor.answers = [answer];
      const error = await providerError(() => partsOf(model.stream(request())));
      expect(error.code).toBe(code);
      expect(error.message).not.toMatch(/[<>]|zzzz|hello/);
    });

    test("keeps a proxy's page out of the message", async () => {
      const { vendor, model } = await meet();
      vendor.answers = [{ status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad</html>' }];
      const error = await providerError(() => partsOf(model.stream(request())));
      expect(error.message).not.toMatch(/[<>]/);
    });

    test('does not follow a redirect, which could take key and conversation elsewhere', async () => {
      const { vendor, model } = await meet();
      vendor.answers = [{ status: 307, headers: { location: 'http://127.0.0.1:9/' } }];
      const error = await providerError(() => partsOf(model.stream(request())));
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_FAILED', retryable: false });
      expect(vendor.questions).toHaveLength(1);
    });

    test('lets neither key nor words into an error, though the vendor repeats them', async () => {
      const { vendor, model } = await meet();
      const said = `wrong key ${KEY} for ${QUESTION}, really`;
      const faults = [
        ...[400, 401, 429, 500].map((status) => ({
          status,
          body: JSON.stringify({ error: { message: said } }),
        })),
        streamed(`data: ${JSON.stringify({ event: 'error', error: { message: said }, message: said })}\n\n`),
      ];
      for (const fault of faults) {
        vendor.answers = [fault];
        expectNoSecret(await providerError(() => partsOf(model.stream(request()))));
      }
    });

    test('is unreachable where nothing listens', async () => {
      const vendor = await ChatVendor.start(rig);
      closing.push(() => vendor.close());
      const model = await make({ fetch: vendor.fetch(await freePort()) });
      const error = await providerError(() => partsOf(model.stream(request())));
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_UNREACHABLE', retryable: true });
      expectNoSecret(error);
    });

    test('notices an answer that breaks off', async () => {
      const { vendor, model } = await meet();
      vendor.answers = [streamed(recording(rig.folder, 'text'), { ending: 'cut' })];
      const parts: ChatPart[] = [];
      const error = await providerError(async () => {
        for await (const part of model.stream(request())) parts.push(part);
      });
      expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_TRUNCATED', retryable: true });
      expect(textOf(parts)).not.toBe('');
    });

    test('waits for an answer, and not for ever', async () => {
      const clock = new WatchedClock();
      const { vendor, model } = await meet({ firstByteMs: FIRST_BYTE_MS, idleMs: IDLE_MS }, { clock });
      vendor.answers = [streamed('', { ending: 'silent' })];
      const heard = providerError(() => partsOf(model.stream(request())));
      await eventually(() => vendor.questions.length > 0);
      clock.advance(FIRST_BYTE_MS + 1);
      expect(await heard).toMatchObject({ code: 'BRIDGE_ERR_LLM_UNREACHABLE', retryable: true });
      await eventually(() => vendor.leftEarly > 0);
      expect(clock.pendingCount).toBe(0);
    });

    test('notices an answer that stops in the middle', async () => {
      const clock = new WatchedClock();
      const { vendor, model } = await meet({ firstByteMs: FIRST_BYTE_MS, idleMs: IDLE_MS }, { clock });
      vendor.answers = [streamed(recording(rig.folder, 'text'), { ending: 'half' })];
      let isOver = false;
      const heard = providerError(() => partsOf(model.stream(request()))).finally(() => {
        isOver = true;
      });
      await eventually(() => vendor.questions.length > 0);
      while (!isOver) {
        await eventually(() => isOver || clock.isWaiting(IDLE_MS));
        // More may be on its way: only a wait that lasts is the vendor's silence.
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (clock.isWaiting(IDLE_MS)) clock.advance(IDLE_MS);
      }
      expect(await heard).toMatchObject({ code: 'BRIDGE_ERR_LLM_STALLED', retryable: true });
      await eventually(() => vendor.leftEarly > 0);
      expect(clock.pendingCount).toBe(0);
    });

    test('uses a connection again, also where the vendor ends it behind its last word', async () => {
      const { vendor, model } = await meet();
      vendor.answers = [streamed(recording(rig.folder, 'text'), { ending: 'late' })];
      for (let turn = 0; turn < 3; turn++) {
        expect(textOf(await partsOf(model.stream(request())))).toBe(WORDS);
        await eventually(() => vendor.finished + vendor.leftEarly > turn);
        // The end of the answer is on its way.
        await someTime();
      }
      expect(vendor.leftEarly).toBe(0);
      expect(vendor.connections).toBe(1);
    });

    test('does not wait for the vendor to end an answer that has ended', async () => {
      const clock = new WatchedClock();
      const { vendor, model } = await meet({ firstByteMs: FIRST_BYTE_MS, idleMs: IDLE_MS }, { clock });
      const whole = Buffer.concat([recording(rig.folder, 'text'), Buffer.from('\n')]);
      vendor.answers = [streamed(Buffer.concat([whole, whole]), { ending: 'half' })];
      const given: ChatPart[] = [];
      let isOver = false;
      const heard = (async () => {
        for await (const part of model.stream(request())) given.push(part);
      })().finally(() => {
        isOver = true;
      });
      // Gemini says nothing behind its last words: there it is the silence that ends the answer.
      if (rig.type === 'gemini') {
        await eventually(() => isOver || (textOf(given) === WORDS && clock.isWaiting(IDLE_MS)));
        await someTime();
        clock.advance(IDLE_MS);
      }
      await heard;
      expect(textOf(given)).toBe(WORDS);
      expect(given.at(-1)).toEqual({ type: 'end', reason: 'stop' });
      // The connection is let go all the same, when nothing comes to end it.
      clock.advance(1000);
      await eventually(() => vendor.leftEarly > 0);
      await model.close();
      expect(clock.pendingCount).toBe(0);
    });

    test('leaves nothing on a signal that lives on', async () => {
      const { model } = await meet();
      const { signal } = new AbortController();
      for (let turn = 0; turn < 12; turn++) await partsOf(model.stream(request({ signal })));
      await model.close();
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });

    test('leaves no wait behind when all went well', async () => {
      const clock = new WatchedClock();
      const { model } = await meet({}, { clock });
      await partsOf(model.stream(request()));
      await model.close();
      expect(clock.pendingCount).toBe(0);
    });

    test('merges what the settings add into the body, and sends no temperature unless it is set', async () => {
      if (rig.type === 'dify') return;
      const { vendor, model } = await meet({ extraBody: { top_k: 7 } });
      await partsOf(model.stream(request()));
      expect(bodyOf(vendor, 0)).toMatchObject({ top_k: 7 });
      expect(vendor.questions[0]?.body).not.toContain('temperature');
      await partsOf(model.stream(request({ temperature: 0.25, maxTokens: 77 })));
      expect(vendor.questions[1]?.body).toContain('"temperature":0.25');
      expect(vendor.questions[1]?.body).toContain(':77');
    });

    test('gives images to a model that sees, and none to one that does not', async () => {
      const { vendor, model } = await meet();
      await partsOf(model.stream({ messages: IMAGE_TURN }));
      expect(rig.messagesOf(bodyOf(vendor, 0))).toEqual(rig.image);
      const blind = await make({ fetch: vendor.fetch() }, { vision: false });
      expect([model.seesImages, blind.seesImages]).toEqual([true, false]);
      await partsOf(blind.stream({ messages: IMAGE_TURN }));
      expect(vendor.questions[1]?.body).not.toMatch(/base64|photo\.webp|file-1/);
    });

    test('warms up without asking anything, whatever becomes of it', async () => {
      const { vendor, model } = await meet();
      await model.warmUp();
      expect(vendor.requests.length).toBeGreaterThan(0);
      expect(vendor.questions).toHaveLength(0);
      for (const { headers } of vendor.requests) expect(headers).toMatchObject(rig.keyHeader);
      const nowhere = await make({ fetch: vendor.fetch(await freePort()) });
      await nowhere.warmUp();
      await nowhere.warmUp(AbortSignal.abort(new Error('never mind')));
    });

    if (rig.has.includes('error'))
      test('fails on an error in the middle of the answer, behind what had come', async () => {
        const { vendor, model } = await meet();
        vendor.play('error');
        const parts: ChatPart[] = [];
        const error = await providerError(async () => {
          for await (const part of model.stream(request())) parts.push(part);
        });
        expect(textOf(parts)).toBe(TOKENS[0]);
        expect(error.code).toBe(rig.errorCode);
        expect(error.retryable).toBe(rig.type !== 'dify');
        expect(error.message.length).toBeGreaterThan(40);
      });

    if (rig.has.includes('filter'))
      test('tells an answer that the provider withheld from a failure', async () => {
        const { vendor, model } = await meet();
        vendor.play('filter');
        const error = await providerError(() => partsOf(model.stream(request())));
        expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_FILTERED', retryable: false });
      });

    if (rig.has.includes('length'))
      test('tells that the limit of tokens cut an answer', async () => {
        const { vendor, model } = await meet();
        vendor.play('length');
        const parts = await partsOf(model.stream(request()));
        expect(textOf(parts)).toBe(`${TOKENS[0]}${TOKENS[1]}`);
        expect(parts.at(-1)).toEqual({ type: 'end', reason: 'length' });
      });

    if (rig.has.includes('call')) describeCalls();

    function describeCalls(): void {
      test('gives calls whole, each with an id of its own', async () => {
        const { vendor, model } = await meet();
        vendor.play('call');
        const parts = await partsOf(model.stream(request({ tools: TOOLS })));
        const calls = callsOf(parts);
        expect(
          calls.map(({ name, argumentsJson }) => ({ name, arguments: JSON.parse(argumentsJson || '{}') })),
        ).toEqual(CALLS);
        expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
        for (const { id } of calls) expect(id).toMatch(/^[\w-]+$/);
        expect(textOf(parts)).toBe(rig.callWords);
        expect(parts.at(-1)).toEqual({ type: 'end', reason: 'calls' });
        expect(vendor.questions[0]?.body).toContain('Tells the weather');
      });

      test('gives calls, results and its own notes back as the vendor gave them', async () => {
        const { vendor, model } = await meet();
        vendor.play('call', 'text');
        const parts = await partsOf(model.stream(request({ tools: TOOLS })));
        const calls = callsOf(parts);
        const messages: readonly ChatMessage[] = [
          ...ASKED,
          { role: 'assistant', text: textOf(parts), calls, vendor: notesOf(parts) },
          ...calls.map((call, at): ChatMessage => {
            const result = {
              role: 'tool',
              callId: call.id,
              name: call.name,
              result: RESULTS[at] ?? '',
            } as const;
            return at === 0 ? result : { ...result, isError: true };
          }),
        ];
        expect(textOf(await partsOf(model.stream({ messages, tools: TOOLS })))).toBe(WORDS);
        expect(rig.messagesOf(bodyOf(vendor, 1))).toEqual(rig.roundTrip(calls.map(({ id }) => id)));
      });

      test('is told of no tools when the settings say that it has none', async () => {
        const { vendor, model } = await meet({ tools: false });
        expect(model.callsTools).toBe(false);
        await partsOf(model.stream(request({ tools: TOOLS, toolChoice: 'required' })));
        expect(vendor.questions[0]?.body).not.toMatch(/tool|weather/i);
      });
    }
  });
}

function callsOf(parts: readonly ChatPart[]): readonly ToolCall[] {
  return parts.flatMap((part) => (part.type === 'call' ? [part.call] : []));
}

/** As a history on disk would hold them. */
function notesOf(parts: readonly ChatPart[]): readonly unknown[] {
  const notes = parts.flatMap((part) => (part.type === 'vendor' ? [part.value] : []));
  return JSON.parse(JSON.stringify(notes)) as unknown[];
}

/** Parts with neighbouring words as one: where words are cut is the network's. */
function joined(parts: readonly ChatPart[]): readonly unknown[] {
  const all: ChatPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (last !== undefined && (part.type === 'text' || part.type === 'reasoning') && last.type === part.type)
      all[all.length - 1] = { ...part, text: last.text + part.text };
    else all.push(part);
  }
  return all;
}

async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

function expectNoSecret(error: unknown): void {
  let at: unknown = error;
  for (let depth = 0; depth < 6 && at !== undefined && at !== null; depth++) {
    const shown = at instanceof Error ? `${at.message} ${at.stack} ${JSON.stringify(at)}` : String(at);
    for (const secret of [KEY, KEY.slice(0, 12), KEY.slice(-8), QUESTION, QUESTION.slice(0, 6)])
      expect(shown).not.toContain(secret);
    at = at instanceof Error ? at.cause : undefined;
  }
}
