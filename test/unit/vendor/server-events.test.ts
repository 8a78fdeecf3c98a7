import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LLM_FAMILY } from '../../../src/llm/engines/index.js';
import { FakeClock, ProviderError } from '../../../src/runtime/index.js';
import { Exchange, Redaction, type ServerEvent, serverEvents } from '../../../src/vendor/index.js';

const FACE = { family: LLM_FAMILY, name: 'it', place: 'host:1', keyHelp: '', reachHelp: '' };

async function eventsOf(
  pieces: readonly Uint8Array[],
  contentType = 'text/event-stream',
  maxBytes = 1e6,
): Promise<readonly ServerEvent[]> {
  const options = {
    face: FACE,
    redaction: new Redaction([]),
    clock: new FakeClock(),
    signal: undefined,
    firstByteMs: 1000,
    idleMs: 1000,
  };
  const exchange = await Exchange.open(options, async () => {
    const body = ReadableStream.from(pieces) as ReadableStream<Uint8Array>;
    return new Response(body, { headers: { 'content-type': contentType } });
  });
  const all: ServerEvent[] = [];
  for await (const event of serverEvents(exchange, FACE, maxBytes)) all.push(event);
  return all;
}

const of = (text: string, contentType?: string): Promise<readonly ServerEvent[]> =>
  eventsOf([Buffer.from(text)], contentType);
const one = (fields: ServerEvent['fields'], event?: string): ServerEvent => ({ event, fields });

describe('Events of a server', () => {
  test.each<[string, string, readonly ServerEvent[]]>([
    ['lines that LF ends', 'data: {"a":1}\n\ndata: [DONE]\n\n', [one({ a: 1 }), one(undefined)]],
    ['lines that CRLF ends', 'event: x\r\ndata: {"a":1}\r\n\r\n', [one({ a: 1 }, 'x')]],
    ['lines that CR ends', 'data: {"a":1}\r\rdata: {"a":2}\r\r', [one({ a: 1 }), one({ a: 2 })]],
    ['no blank behind the colon', 'data:{"a":1}\n\n', [one({ a: 1 })]],
    [
      'comments, other fields and events without data',
      ': hi\n\nid: 7\nretry: 10\nevent: ping\n\ndata: {"a":1}\n\n',
      [one({ a: 1 })],
    ],
    ['data on several lines', 'data: {"a":\ndata: 1}\n\n', [one({ a: 1 })]],
    ['empty data', 'data:\n\ndata: {"a":1}\n\n', [one({ a: 1 })]],
    ['a byte order mark and empty lines in front', '\uFEFF\n\ndata: {"a":1}\n\n', [one({ a: 1 })]],
    ['no empty line behind the last', 'data: {"a":1}\n\ndata: [DONE]', [one({ a: 1 }), one(undefined)]],
    ['a last event that was cut', 'data: {"a":1}\n\ndata: {"b":', [one({ a: 1 })]],
    ['an error as a field of its own', 'error: {"message":"no"}\n\n', [one({ message: 'no' }, 'error')]],
    ['one object instead of events', ' {"a":\n1}\n', [one({ a: 1 })]],
    ['a list of objects instead of events', '[{"a":1}\n,\r\n{"a":2}]', [one({ a: 1 }), one({ a: 2 })]],
    ['nothing', '', []],
    ['blanks', ' \n\n', []],
    ['the beginning of a stream', 'da', []],
  ])('are read with %s', async (_what, text, events) => {
    expect(await of(text)).toEqual(events);
  });

  test.each([
    ['a page', '<html>', 'text/html'],
    ['a binary', '\u0001\u0002\u0003\n\n', 'application/octet-stream'],
    ['words', 'Internal error', 'text/plain'],
    ['data without JSON', 'data: hello\n\n', 'text/event-stream'],
    ['JSON that is no object', 'data: 7\n\n', 'text/event-stream'],
    ['an object without end', '{"a":', 'application/json'],
    ['an empty list', '[]', 'application/json'],
  ])('are not made of %s', async (_what, text, contentType) => {
    const error = await of(text, contentType).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_FAILED', provider: 'it' });
    expect(String(error)).not.toMatch(/hello|[<>]/);
  });

  test('are bounded in all and each', async () => {
    const error = await eventsOf([Buffer.from(`data: {"a":"${'x'.repeat(500)}`)], undefined, 300).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_LLM_FAILED' });
    expect(String(error)).toContain('300');
  });

  test('are the same however the bytes are cut', async () => {
    const field = fc.constantFrom('data: ', 'data:', ': ', 'event: x', 'id: 1', 'retry: 5', '');
    const value = fc.constantFrom('', '{"a":"あ😊"}', '[DONE]', '{"b":[1,{"c":null}]}');
    const end = fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, value, end), { maxLength: 8 }),
        fc.array(fc.nat(300), { maxLength: 8 }),
        async (lines, cuts) => {
          // Values stand behind `data` alone: elsewhere they would be names of fields.
          const text = lines
            .map(([name, given, last]) => `${name}${name.startsWith('data') ? given : ''}${last}`)
            .join('');
          const bytes = Buffer.from(`data: {"first":1}\n\n${text}`);
          const places = [0, ...cuts.map((at) => Math.min(at, bytes.length)), bytes.length].sort(
            (a, b) => a - b,
          );
          const pieces = places.slice(1).map((to, at) => bytes.subarray(places[at], to));
          const settled = async (all: readonly Uint8Array[]): Promise<unknown> =>
            eventsOf(all).catch((error: unknown) => String(error));
          expect(await settled(pieces)).toEqual(await settled([bytes]));
        },
      ),
      { numRuns: 300 },
    );
  });
});
