import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import { boundedFetch } from '../../../src/tools/mcp/bounded-fetch.js';
import { FloodGate } from '../../../src/tools/mcp/flood-gate.js';
import { mcpResult } from '../../../src/tools/mcp/mcp-result.js';
import { serverEnvironment } from '../../../src/tools/mcp/mcp-settings.js';
import { MessageLines } from '../../../src/tools/mcp/message-lines.js';
import { cutText, faultText, resultText } from '../../../src/tools/result-text.js';
import { searchTerms } from '../../../src/tools/search-terms.js';

/** Splits bytes at places. */
function splitAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...cuts, bytes.length].map((to, index) => bytes.subarray(cuts[index - 1] ?? 0, to));
}

describe('MessageLines', () => {
  it('gives the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat()), (texts, places) => {
        const messages = texts.map((text) => JSON.stringify(text));
        const bytes = Buffer.from(messages.map((line) => `${line}\r\n`).join(''));
        const lines = new MessageLines(1_000_000);
        expect(splitAt(bytes, places).flatMap((part) => lines.push(part))).toEqual(messages);
      }),
    );
  });

  it('keeps its own copy of what waits', () => {
    const lines = new MessageLines(100);
    const shared = Buffer.from('abc');
    lines.push(shared);
    shared.fill(0);
    expect(lines.push(Buffer.from('d\n'))).toEqual(['abcd']);
  });

  it('refuses a line that is too long, whether it ends or not', () => {
    expect(() => new MessageLines(4).push(Buffer.from('12345\n'))).toThrow(/longer than 4 bytes/);
    const lines = new MessageLines(4);
    expect(lines.push(Buffer.from('1234\n1234'))).toEqual(['1234']);
    expect(() => lines.push(Buffer.from('5'))).toThrow(/longer than 4 bytes/);
  });
});

describe('FloodGate', () => {
  it('lets through what use explains, second by second', () => {
    const clock = new FakeClock();
    const gate = new FloodGate(clock);
    for (let second = 0; second < 100; second++) {
      expect(gate.take(2000, 64 * 1024 * 1024)).toBe(false);
      clock.advance(1000);
    }
    expect(gate.take(1999, 0) || gate.take(1, 0)).toBe(false);
    expect(gate.take(1, 0)).toBe(true);
    clock.advance(1000);
    expect(gate.take(1, 64 * 1024 * 1024 + 1)).toBe(true);
  });
});

describe('boundedFetch', () => {
  const answering = (type: string, parts: readonly string[]) =>
    boundedFetch(
      async () =>
        new Response(
          new ReadableStream({
            start(controller) {
              for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
              controller.close();
            },
          }),
          { headers: { 'content-type': type }, status: 202 },
        ),
      10,
    );

  it('passes what is short, with its status and headers', async () => {
    const response = await answering('application/json', ['{"a"', ':1}'])('http://x');
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      202,
      'application/json',
      '{"a":1}',
    ]);
    expect((await boundedFetch(async () => new Response(null, { status: 204 }), 1)('http://x')).status).toBe(
      204,
    );
  });

  it('ends a body that is too long, and an event; not a stream of short ones', async () => {
    await expect((await answering('application/json', ['12345678901'])('http://x')).text()).rejects.toThrow(
      /longer than 10 bytes/,
    );
    const short = Array.from({ length: 50 }, () => ['data:1\n', '\r\n']).flat();
    expect((await (await answering('text/event-stream', short)('http://x')).text()).length).toBe(450);
    await expect(
      (await answering('text/event-stream', ['data: 1\n\n', 'data: 12', '34\n'])('http://x')).text(),
    ).rejects.toThrow(/longer/);
  });
});

describe('mcpResult', () => {
  it('puts what has words into words, and pictures apart', () => {
    expect(
      mcpResult({
        content: [
          { type: 'text', text: 'Look:' },
          { type: 'image', mimeType: 'image/PNG', data: 'AAAA' },
          { type: 'image', mimeType: 'image/svg+xml', data: 'AAAA' },
          { type: 'audio', mimeType: 'audio/wav', data: 'AAAA' },
          { type: 'resource_link', uri: 'file:///a', name: 'a.txt' },
          { type: 'resource', resource: { uri: 'file:///b', text: 'inside b' } },
          { type: 'resource', resource: { uri: 'file:///c', blob: 'AAAA' } },
        ],
      }),
    ).toEqual({
      value:
        'Look:\n\n[picture 1]\n\n[a picture of the kind image/svg+xml, which cannot be shown]\n\n[a sound of the kind audio/wav]\n\n[a.txt: file:///a]\n\ninside b\n\n[file:///c: bytes]',
      isError: false,
      images: ['data:image/png;base64,AAAA'],
    });
  });

  it('tells structure once', () => {
    const structuredContent = { sum: 5 };
    expect(mcpResult({ structuredContent }).value).toBe('{"sum":5}');
    expect(mcpResult({ structuredContent, content: [{ type: 'text', text: '{"sum": 5}' }] }).value).toBe(
      '{"sum": 5}',
    );
    expect(mcpResult({ isError: true })).toEqual({ value: '', isError: true, images: [] });
  });
});

describe('serverEnvironment', () => {
  it('hands on what is harmless and what is given, and no key', () => {
    const ours = {
      PATH: '/bin',
      Path: 'C:\\',
      HOME: '/h',
      OPENAI_API_KEY: 's',
      AWS_SECRET: 's',
      BRIDGE_TOKEN: 's',
      SHELL: '() { evil; }',
      LANG: undefined,
    };
    expect(serverEnvironment(ours, { GITHUB_TOKEN: 't', HOME: '/other' })).toEqual({
      PATH: '/bin',
      Path: 'C:\\',
      HOME: '/other',
      GITHUB_TOKEN: 't',
    });
  });
});

describe('What a model reads of a result', () => {
  it.each([
    [undefined, 'Done. The tool gave no result.'],
    [null, 'Done. The tool gave no result.'],
    [() => 1, 'Done. The tool gave no result.'],
    ['晴れ', '晴れ'],
    [0, '0'],
    [false, 'false'],
    [{ big: 10n ** 20n }, '{"big":"100000000000000000000"}'],
    [new Map([['a', 1]]), '{"a":1}'],
    [new Set([1, 2]), '[1,2]'],
    [{ bytes: new Uint8Array(9) }, '{"bytes":"[9 bytes]"}'],
    [{ fault: new Error('no') }, '{"fault":"no"}'],
    [`data:image/png;base64,${'A'.repeat(1000)}`, '[image/png, 1022 characters left out]'],
  ])('of %s', (value, text) => {
    expect(resultText(value, 500)).toBe(text);
  });

  it('is bounded and holds no half character, whatever the value', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true }),
        fc.integer({ min: 20, max: 300 }),
        (value, limit) => {
          const text = resultText(value, limit);
          expect(text.length).toBeLessThanOrEqual(limit + 60);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 30 }),
        fc.integer({ min: 1, max: 29 }),
        (text, limit) => {
          expect(/\p{Surrogate}/u.test(cutText(text, limit))).toBe(false);
        },
      ),
    );
  });

  it('does not cost what is not told', () => {
    let read = 0;
    const row = (): object => ({
      inner: {
        get text() {
          read += 1;
          return 'text';
        },
      },
    });
    resultText(Array.from({ length: 10_000 }, row), 1000);
    expect(read).toBeLessThan(200);
  });

  it('says of a fault one line', () => {
    expect(faultText(new Error('one\n  at two'))).toBe('one');
    expect(faultText(new Error(''))).toBe('it told no reason');
    expect(faultText('thrown text')).toBe('thrown text');
    expect(faultText(new Error('x'.repeat(9999))).length).toBeLessThan(600);
  });
});

describe('searchTerms', () => {
  it.each([
    ['東京タワー', ['東京', '京タ', 'タワ', 'ワー']],
    ['犬', ['犬']],
    ['ＡＢＣ　ｶﾅ', ['カナ', 'abc']],
    ['What is the forecast for cities?', ['forecast', 'city']],
    ['get_weather', ['get', 'weather']],
    ['', []],
    ['😀 !?', []],
  ])('of %j are %j', (text, terms) => {
    expect(searchTerms(text)).toEqual(terms);
  });

  it('are never empty and always the same for the same words in another case and width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const terms = searchTerms(text);
        expect(terms).not.toContain('');
        expect(searchTerms(text.normalize('NFKC'))).toEqual(terms);
      }),
    );
  });
});
