import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  audioChunkOf,
  CLIENT_FRAMES,
  decodeClientFrame,
  decodeServerFrame,
  encodeAudioChunk,
  encodeFrame,
  payloadText,
  SERVER_FRAMES,
} from '../../../src/popup/frames.js';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('popup frames', () => {
  it('W21: has the numbers of the tutorial, and its own beside them', () => {
    expect(CLIENT_FRAMES).toMatchObject({ setClientId: 1, userText: 2, userAudioChunk: 3, userAudioEnd: 4 });
    expect(SERVER_FRAMES).toMatchObject({ ok: 1, error: 0x99, textChunk: 0x11, textEnd: 0x12 });
    for (const types of [Object.values(CLIENT_FRAMES), Object.values(SERVER_FRAMES)])
      expect(new Set(types).size).toBe(types.length);
  });

  it('W21: is the type in byte 0, then the payload', () => {
    expect([...encodeFrame(CLIENT_FRAMES.userText, 'こ')]).toEqual([2, 0xe3, 0x81, 0x93]);
    expect([...encodeFrame(CLIENT_FRAMES.userAudioEnd)]).toEqual([4]);
  });

  it('W-t2: carries the text of an error as UTF-8 behind the type', () => {
    expect(Buffer.from(encodeFrame(SERVER_FRAMES.error, 'Nein – 駄目')).toString('latin1')).toBe(
      Buffer.concat([Buffer.from([0x99]), Buffer.from('Nein – 駄目', 'utf8')]).toString('latin1'),
    );
  });

  it('gives back every payload of every type, as it was', () => {
    fc.assert(
      fc.property(fc.nat(255), bytes, (type, payload) => {
        const frame = encodeFrame(type, payload);
        expect(frame.byteLength).toBe(1 + payload.byteLength);
        for (const decode of [decodeClientFrame, decodeServerFrame])
          expect(decode(frame)).toMatchObject({ type, payload });
      }),
    );
  });

  it('gives back every well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const frame = decodeClientFrame(encodeFrame(CLIENT_FRAMES.userText, text));
        expect(frame?.name).toBe('userText');
        expect(frame && payloadText(frame)).toBe(text);
      }),
    );
  });

  it('keeps a byte order mark, and reads what is no UTF-8 without failing', () => {
    expect(payloadText({ payload: Uint8Array.of(0xef, 0xbb, 0xbf, 0x41) })).toBe('\ufeffA');
    fc.assert(fc.property(bytes, (payload) => typeof payloadText({ payload }) === 'string'));
  });

  it('knows no type that is not in its table, and no frame without bytes', () => {
    const known = new Set<number>(Object.values(CLIENT_FRAMES));
    for (let type = 0; type < 256; type++)
      expect(decodeClientFrame(Uint8Array.of(type))?.name === undefined).toBe(!known.has(type));
    expect(decodeClientFrame(new Uint8Array())).toBeUndefined();
  });

  it('W31: gives back sound with its number', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), bytes, (piece, file) => {
        const frame = decodeServerFrame(encodeAudioChunk(piece, file));
        expect(frame?.name).toBe('audioChunk');
        expect(frame && audioChunkOf(frame.payload)).toEqual({ piece, file });
      }),
    );
    expect(audioChunkOf(Uint8Array.of(0, 0, 1))).toBeUndefined();
  });
});
