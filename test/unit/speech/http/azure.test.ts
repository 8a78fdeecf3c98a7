import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { azureVisemeTimeline } from '../../../../src/lipsync/index.js';
import { decodeSpeechMessage, encodeSpeechMessage } from '../../../../src/speech/tts/azure/speech-message.js';
import { SpokenMetadata } from '../../../../src/speech/tts/azure/spoken-metadata.js';
import { ssmlOf } from '../../../../src/speech/tts/azure/ssml.js';

describe("Azure's SSML", () => {
  test('holds one voice and the tags it was made with, whatever text and names say', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        (text, voice, style) => {
          const ssml = ssmlOf({ text, voice, style, role: 'Girl', speed: 1.5, language: 'en' });
          const tags = [...ssml.matchAll(/<\/?([\w:-]+)/g)].map(([, tag]) => tag);
          expect(tags).toEqual([
            ...['speak', 'voice', 'mstts:express-as', 'prosody'],
            ...['prosody', 'mstts:express-as', 'voice', 'speak'],
          ]);
          const attributes = [...ssml.matchAll(/ ([\w:]+)="/g)].map(([, name]) => name);
          expect(attributes).toEqual([
            ...['version', 'xmlns', 'xmlns:mstts', 'xml:lang', 'name', 'style', 'role', 'rate'],
          ]);
        },
      ),
    );
  });
});

describe("Azure's messages", () => {
  test('are read back as they were written, whatever they carry', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (body) => {
        const text = encodeSpeechMessage({
          path: 'ssml',
          requestId: 'ABC',
          timestamp: '2026-01-01T00:00:00.000Z',
          contentType: 'application/ssml+xml',
          body,
        });
        const message = decodeSpeechMessage(new TextEncoder().encode(text), false);
        expect(message).toMatchObject({ path: 'ssml', requestId: 'abc' });
        expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(message?.body)).toBe(
          Buffer.from(body).toString(),
        );
      }),
    );
  });

  test('of any bytes are a message or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isBinary) => {
        const message = decodeSpeechMessage(bytes, isBinary);
        if (message !== undefined) expect(message.path).not.toBe('');
      }),
    );
  });

  test.each([
    [[], undefined],
    [[0], undefined],
    [[0, 9, 65], undefined],
    [[0, 10, ...Buffer.from('Path:audio'), 1, 2], 2],
  ])('in binary have the length of their headers first: %j', (bytes, bodyBytes) => {
    expect(decodeSpeechMessage(Uint8Array.from(bytes), true)?.body.byteLength).toBe(bodyBytes);
  });
});

describe("Azure's visemes", () => {
  const visemes = fc
    .array(
      fc.tuple(
        fc.oneof(fc.constantFrom(0, 2, 4, 6, 7, 15, 19), fc.integer({ min: 0, max: 21 })),
        fc.integer({ min: 1, max: 100 }),
      ),
      {
        minLength: 1,
        maxLength: 40,
      },
    )
    .map((steps) => {
      let atMs = -1;
      return steps.map(([id, stepMs]) => {
        atMs += stepMs;
        return { id, startMs: atMs };
      });
    });
  const tellsOf = (some: readonly { id: number; startMs: number }[]): unknown => ({
    Metadata: some.map(({ id, startMs }) => ({
      Type: 'Viseme',
      Data: { Offset: startMs * 10_000, VisemeId: id },
    })),
  });

  test('come out the same however they are told, and what was given never changes', () => {
    fc.assert(
      fc.property(
        visemes,
        fc.constantFrom('ja-JP', 'en-US'),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 40, maxLength: 40 }),
        (all, language, sizes) => {
          const durationMs = (all.at(-1)?.startMs ?? 0) + 120;
          const metadata = new SpokenMetadata('', language);
          const parts = [];
          let at = 0;
          for (const size of sizes) {
            parts.push(...metadata.push(tellsOf(all.slice(at, at + size))));
            at += size;
          }
          parts.push(...metadata.end(durationMs));
          const phonemes = parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : []));
          expect(phonemes).toEqual(azureVisemeTimeline(all, { language, durationMs }));
        },
      ),
    );
  });

  test('wait for the two behind them: the stop of ツ is told by its vowel', () => {
    const told = [
      { id: 0, startMs: 0 },
      { id: 19, startMs: 50 },
      { id: 15, startMs: 80 },
      { id: 4, startMs: 130 },
      { id: 0, startMs: 200 },
    ];
    const metadata = new SpokenMetadata('', 'ja-JP');
    const parts = [...told.flatMap((one) => metadata.push(tellsOf([one]))), ...metadata.end(250)];
    const phonemes = parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : []));
    expect(phonemes.map(({ phoneme }) => phoneme).join(' ')).toBe('sil t s u sil');
  });

  test.each([
    undefined,
    null,
    7,
    'x',
    {},
    { Metadata: 3 },
    { Metadata: [{ Type: 'Viseme' }, { Type: 'Viseme', Data: { Offset: 'x' } }] },
  ])('bear %j', (body) => {
    const metadata = new SpokenMetadata('', 'ja');
    expect(metadata.push(body)).toEqual([]);
    expect(metadata.end(100)).toEqual([]);
  });
});
