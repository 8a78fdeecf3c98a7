import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { printable, printableJson } from '../../../src/cli/printable.js';
import { anyText } from '../../support/any-text.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';

/** What a terminal would obey. */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
/** What no line of JSON holds as it is. */
const RAW = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
const CLI = fileURLToPath(new URL('../../../src/cli/', import.meta.url));
const texts = fc.oneof(
  anyText,
  fc.constantFrom(...Object.values(HOSTILE_TEXTS)),
  fc.string({ unit: 'binary' }),
);

describe('What others say, in a terminal', () => {
  it('is all there and steers nothing', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const shown = printable(text);
        expect(shown).not.toMatch(STEERING);
        expect(shown).toHaveLength(text.length);
      }),
    );
  });

  it('keeps letters of every writing, emoji with their joiners, and marks of direction that end with their letter', () => {
    const text = 'やあ、שלום\u200f مرحبا 👩\u200d🚀 é';
    expect(printable(text)).toBe(text);
  });

  it('is the same JSON, escaped', () => {
    fc.assert(
      fc.property(fc.dictionary(texts, texts), (value) => {
        const shown = printableJson(value);
        expect(shown).not.toMatch(RAW);
        expect(shown).toBe(printableJson(JSON.parse(shown)));
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is escaped by four digits each: C1, marks of direction, and separators of lines and paragraphs', () => {
    expect(printableJson('\u009b31m \u0085 \u061c\u200e\u200f \u202e \u2066\u2069 \u2028\u2029')).toBe(
      '"\\u009b31m \\u0085 \\u061c\\u200e\\u200f \\u202e \\u2066\\u2069 \\u2028\\u2029"',
    );
    expect(printableJson('やあ 👩\u200d🚀')).toBe('"やあ 👩\u200d🚀"');
  });

  it('is written by no command in another way', () => {
    const files = readdirSync(CLI, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const others = files.filter((name) =>
      /print(?:Line)?\([^;]*\bJSON\.stringify/.test(readFileSync(join(CLI, name), 'utf8')),
    );
    expect(files.length).toBeGreaterThan(50);
    expect(others).toEqual([]);
  });

  it.each([[], ['--debug']])(
    'steers no terminal in the error of a command, for people (%j)',
    async (...more) => {
      const stderr = new PassThrough();
      const { signal } = new AbortController();
      await main(['chat', ...more, '--script', 'no\u001b]0;owned\u0007\u009b31m\r\u202e.txt'], {
        ...{ stdin: new PassThrough(), stdout: new PassThrough(), stderr, env: {} },
        ...{ drain: signal, quit: signal, isTerminal: true },
      });
      const text = String(stderr.read());
      expect(text).toContain('no\ufffd]0;owned\ufffd\ufffd31m\ufffd\ufffd.txt');
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    },
  );

  it('is escaped in the error of a command too', async () => {
    const stdout = new PassThrough();
    const { signal } = new AbortController();
    const code = await main(['chat', '--json', '--script', 'no\u009b31m\u2028\u202e.txt'], {
      ...{ stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} },
      ...{ drain: signal, quit: signal, isTerminal: false },
    });
    const line = String(stdout.read());
    expect(code).toBe(2);
    expect(line.trimEnd()).not.toMatch(RAW);
    expect(JSON.parse(line)).toMatchObject({
      error: { code: 'BRIDGE_ERR_USAGE', message: expect.stringContaining('no\u009b31m\u2028\u202e.txt') },
    });
  });
});
