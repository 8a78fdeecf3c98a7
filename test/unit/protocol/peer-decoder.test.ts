import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeerDecoder, type PeerMessage } from '../../../src/protocol/index.js';
import { seededRandom } from '../../../src/runtime/index.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(pieces: readonly Uint8Array[]): PeerMessage[] {
  const decoder = new PeerDecoder();
  const messages: PeerMessage[] = [];
  for (const piece of pieces) decoder.push(piece, (message) => messages.push(message));
  return messages;
}

const SESSION = bytesOf(
  'PLUGIN_EVENT_ENABLE|VIManager\nMODEL_ADD|0|gene/Gene.pmd\r\n\nMODEL_EVENT_ADD|0\nMENU|1|メニュー|😀\nSOUND_STOP\nCURRENT_TIME|23|59\n',
);
const TEXTS = [
  'PLUGIN_EVENT_ENABLE|VIManager',
  'MODEL_ADD|0|gene/Gene.pmd',
  'MODEL_EVENT_ADD|0',
  'MENU|1|メニュー|😀',
  'SOUND_STOP',
  'CURRENT_TIME|23|59',
];

describe('PeerDecoder', () => {
  it('reads several messages out of one read', () => {
    const messages = decode([SESSION]);
    expect(messages.map((message) => message.text)).toEqual(TEXTS);
    expect(messages[3]).toEqual({
      type: 'MENU',
      args: ['1', 'メニュー', '😀'],
      text: TEXTS[3],
      isTruncated: false,
    });
  });

  it('reads the same when split at any point', () => {
    for (let at = 0; at <= SESSION.length; at++) {
      expect(decode([SESSION.subarray(0, at), SESSION.subarray(at)]).map((message) => message.text)).toEqual(
        TEXTS,
      );
    }
  });

  it('reads the same byte by byte', () => {
    const pieces = Array.from(SESSION, (byte) => Uint8Array.of(byte));
    expect(decode(pieces).map((message) => message.text)).toEqual(TEXTS);
  });

  it('cuts where the peer cut a long line, so that the message glued to it is read whole', () => {
    const long = `TEST|${'x'.repeat(2042)}`;
    const glued = bytesOf(`${long}LIPSYNC_EVENT_START|0\n`);
    for (const at of [0, 5, 2046, 2047, 2048, glued.length]) {
      expect(decode([glued.subarray(0, at), glued.subarray(at)])).toEqual([
        expect.objectContaining({ text: long, isTruncated: true }),
        expect.objectContaining({ text: 'LIPSYNC_EVENT_START|0', isTruncated: false }),
      ]);
    }
  });

  it('gives a line of 2046 bytes whole, and one cut inside a character with U+FFFD', () => {
    expect(decode([bytesOf(`${'y'.repeat(2046)}\n`)])).toEqual([
      expect.objectContaining({ isTruncated: false }),
    ]);
    const japanese = bytesOf('あ'.repeat(700)).subarray(0, 2047);
    expect(decode([japanese])[0]?.text.endsWith('\ufffd')).toBe(true);
  });

  it('does not make an empty message of the newline after a line of exactly 2047 bytes', () => {
    const line = bytesOf(`${'z'.repeat(2047)}\nNEXT\n`);
    for (const at of [2047, 2048]) {
      expect(decode([line.subarray(0, at), line.subarray(at)]).map((message) => message.type.length)).toEqual(
        [2047, 4],
      );
    }
  });

  it('forgets an unfinished line on reset', () => {
    const decoder = new PeerDecoder();
    const seen: string[] = [];
    decoder.push(bytesOf('HALF|a'), (message) => seen.push(message.text));
    expect(decoder.pendingBytes).toBe(6);
    decoder.reset();
    decoder.push(bytesOf('WHOLE\n'), (message) => seen.push(message.text));
    expect(seen).toEqual(['WHOLE']);
  });

  it('takes any bytes at all without an error, whatever the splits, and holds at most 2047', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (pieces) => {
        const decoder = new PeerDecoder();
        const split: string[] = [];
        for (const piece of pieces) {
          decoder.push(piece, (message) => split.push(message.text));
          expect(decoder.pendingBytes).toBeLessThan(2047);
        }
        const whole = decode([Uint8Array.from(pieces.flatMap((piece) => [...piece]))]);
        expect(split).toEqual(whole.map((message) => message.text));
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  it('keeps count through 100 000 random lines in random pieces', () => {
    const random = seededRandom(7);
    const decoder = new PeerDecoder();
    let sent = 0;
    let got = 0;
    let expected = '';
    while (sent < 100_000) {
      const lines = Array.from(
        { length: 200 },
        () => `M${sent++}|${'q'.repeat(Math.floor(random() * 40))}\n`,
      );
      const bytes = bytesOf(lines.join(''));
      let at = 0;
      while (at < bytes.length) {
        const size = 1 + Math.floor(random() * 900);
        decoder.push(bytes.subarray(at, at + size), (message) => {
          expected = `M${got++}`;
          if (message.type !== expected) throw new Error(`expected ${expected}, got ${message.text}`);
        });
        at += size;
      }
    }
    expect(got).toBe(100_000);
  });
});
