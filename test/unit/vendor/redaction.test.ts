import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Redaction, vendorWords } from '../../../src/vendor/redaction.js';

const KEY = 'sk-proj-AbCdEfGhIjKlMnOp0123';

describe('Redaction', () => {
  test.each([
    [`Incorrect API key provided: ${KEY}.`, 'Incorrect API key provided: [key].'],
    ['Incorrect API key provided: sk-proj-********0123. See', 'Incorrect API key provided: [key] See'],
    ['key sk-proj-AbCdE… is wrong', 'key [key] is wrong'],
    ['no such voice: "ash"', 'no such voice: "ash"'],
    ['two\nlines\u0000 and\ttabs', 'two lines and tabs'],
  ])('makes %j %j', (words, expected) => {
    expect(new Redaction([KEY]).apply(words)).toBe(expected);
  });

  test('takes out whatever repeats the text', () => {
    const redaction = new Redaction([], '明日の会議は中止です');
    expect(redaction.apply('読めません: 明日の会議は中止です (0)')).toBe('読めません: … (0)');
    expect(redaction.apply('読めません: 会議は中 ?')).toBe('読めません: … ?');
    expect(new Redaction([], '漢字').apply('判別できない: 漢字')).toBe('判別できない: …');
  });

  test('never lets a key of any shape through, nor its beginning', () => {
    const key = fc.stringMatching(/^[A-Za-z0-9_+/=-]{12,60}$/);
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (secret, before, after) => {
        const said = new Redaction([secret]).apply(`${before}${secret}${after} ${secret.slice(0, 10)}... x`);
        expect(said).not.toContain(secret);
        expect(said).not.toContain(secret.slice(0, 10));
      }),
    );
  });

  test('takes out what repeats any of several texts, across line ends', () => {
    const redaction = new Redaction([], ['Where is the key?', '秘密の場所は\n地下です']);
    expect(redaction.apply('cannot read "Where is the key?"')).toBe('cannot read "…"');
    expect(redaction.apply('bad: 秘密の場所は 地下です')).toBe('bad: …');
  });

  test('leaves common words alone though a long text has them, and takes out sentences of it', () => {
    const long = `You are helpful. ${'Answer in short sentences, please. '.repeat(60)}The password is tangerine.`;
    const redaction = new Redaction([], [long]);
    expect(redaction.apply('the answer is too long, please retry')).toBe(
      'the answer is too long, please retry',
    );
    expect(redaction.apply('refused: The password is tangerine. Sorry')).toBe('refused:… Sorry');
  });

  test('keeps a message short', () => {
    expect(new Redaction([]).apply('x'.repeat(10_000)).length).toBeLessThanOrEqual(200);
  });
});

describe("The vendor's words", () => {
  test.each([
    ['{"error":{"message":"bad","type":"x"}}', 'bad'],
    ['{"error":{"code":400,"status":"INVALID","message":"bad"}}', 'bad'],
    ['{"error":"bad"}', 'bad'],
    ['{"detail":[{"loc":["query"],"msg":"bad","type":"value_error"}]}', 'bad'],
    ['{"detail":{"status":"voice_not_found","message":"bad"}}', 'bad'],
    ['{"detail":"bad"}', 'bad'],
    ['{"message":"bad"}', 'bad'],
    ['{"detail":{"text":"bad","error_name":"UNKNOWN_TEXT"}}', 'bad'],
    ['plain words', 'plain words'],
    ['<html><body>no</body></html>', undefined],
    ['', undefined],
    ['{"cut in the mid', undefined],
    ['{"x":1}', undefined],
    ['[[[[[[[[["deep"]]]]]]]]]', undefined],
  ])('in %j are %j', (body, words) => {
    expect(vendorWords(body)).toBe(words);
  });
});
