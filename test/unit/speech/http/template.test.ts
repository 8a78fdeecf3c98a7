import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { xmlText } from '../../../../src/runtime/index.js';
import {
  filledText,
  filledValue,
  type TemplateValues,
  unknownPlaceholders,
} from '../../../../src/speech/tts/http/template.js';

const values = (text: string, more: Partial<TemplateValues> = {}): TemplateValues => ({
  text,
  voice: undefined,
  language: undefined,
  locale: undefined,
  lang: undefined,
  speed: 1,
  length: 1,
  instructions: undefined,
  key: undefined,
  ...more,
});
const anyText = fc.string({ unit: 'binary' });
/** What XML can hold and does not change by itself (a carriage return becomes a line feed when it is read). */
const xmlAble = anyText.map((text) => xmlText(text).replace(/&\w+;/g, '').replace(/\r/g, ''));

describe('A template', () => {
  test('is JSON again whatever is filled in, and nothing else', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const filled = filledText('{"say":"{{text}}","at":{{ speed }}}', values(text), 'json');
        expect(JSON.parse(filled)).toEqual({ say: text, at: 1 });
      }),
    );
  });

  test('keeps a value in its part of an address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (voice) => {
        fc.pre(!/^\.{1,2}$/.test(voice));
        const url = new URL(filledText('http://host/a/{{voice}}/b?x=1', values('', { voice }), 'url'));
        expect(decodeURIComponent(url.pathname)).toBe(`/a/${voice}/b`);
        expect(url.search).toBe('?x=1');
        expect(url.hash).toBe('');
      }),
    );
  });

  test('bears half a letter', () => {
    expect(filledText('{{text}}', values('a\ud83d'), 'url')).toBe('a%EF%BF%BD');
  });

  test('keeps a value in its field of a form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const form = new URLSearchParams(filledText('a=1&t={{text}}&b=2', values(text), 'form'));
        expect([...form]).toEqual([
          ['a', '1'],
          ['t', text],
          ['b', '2'],
        ]);
      }),
    );
  });

  test('lets nothing become markup, and loses nothing that XML can hold', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const filled = filledText('{{text}}', values(text), 'xml');
        expect(filled).not.toMatch(/[<>"']/);
        expect(filled).not.toMatch(/&(?!(amp|lt|gt|quot|apos);)/);
      }),
    );
    fc.assert(
      fc.property(xmlAble, (text) => {
        const entity: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
        const read = xmlText(text).replace(/&(\w+);/g, (_whole, name: string) => entity[name] ?? '?');
        expect(read).toBe(text);
      }),
    );
  });

  test.each(['\u0000', '\u0008', '\u000b', '\ud800', '\udc00', '\ufffe', '\uffff'])(
    'leaves out %j, which XML cannot hold',
    (letter) => {
      expect(xmlText(`a${letter}b`)).toBe('ab');
    },
  );

  test('does not fill in what a value says', () => {
    expect(filledText('{{text}}', values('{{key}}', { key: 'secret' }), 'none')).toBe('{{key}}');
  });

  test('leaves a field out when its value is not there, and keeps numbers numbers', () => {
    const template = {
      a: '{{voice}}',
      b: ['{{speed}}', '{{voice}}', { c: '{{speed:text}}' }],
      d: 'voice {{voice}}',
      e: true,
      f: null,
    };
    expect(filledValue(template, values('x', { speed: 1.5 }))).toEqual({
      b: [1.5, { c: '1.5' }],
      d: 'voice ',
      e: true,
      f: null,
    });
  });

  test('knows which placeholders there are', () => {
    expect(unknownPlaceholders({ a: '{{text}} {{oops}}', b: [{ c: '{{ Text }}' }] })).toEqual([
      'oops',
      'Text',
    ]);
    expect(unknownPlaceholders('{{toString}}')).toEqual(['toString']);
    expect(filledText('[{{toString}}]', values('x'), 'none')).toBe('[]');
  });
});
