import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openEngineSound } from '../../../../src/speech/http/engine-sound.js';
import { SPEECH_FAMILY } from '../../../../src/speech/http/speech-family.js';
import { WholeSamples } from '../../../../src/speech/http/whole-samples.js';
import { Redaction } from '../../../../src/vendor/index.js';
import { testPcm, wavOf } from '../../../support/speech/sound.js';

const FACE = {
  family: SPEECH_FAMILY,
  name: 'it',
  place: 'host:1',
  keyHelp: 'set the key',
  reachHelp: 'start it',
};

const caught = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('Samples', () => {
  test('are whole however the bytes are cut, and none is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 7 }), { maxLength: 30 }), (chunks) => {
        const samples = new WholeSamples();
        const out = chunks.map((chunk) => samples.push(chunk));
        for (const piece of out) expect(piece.byteLength % 2).toBe(0);
        const all = Buffer.concat(chunks);
        const whole = all.subarray(0, all.byteLength - (all.byteLength % 2));
        expect(Buffer.compare(Buffer.concat(out), whole)).toBe(0);
        expect(samples.hasHalf).toBe(all.byteLength % 2 === 1);
      }),
    );
  });
});

describe("An engine's sound", () => {
  const open = (bytes: Uint8Array, sizes: () => number, form: 'pcm' | 'file', contentType = '') =>
    openEngineSound(
      (async function* () {
        for (let at = 0; at < bytes.byteLength; ) {
          const size = sizes();
          yield bytes.slice(at, at + size);
          at += size;
        }
      })(),
      {
        face: FACE,
        redaction: new Redaction([]),
        form,
        sampleRateHz: 24_000,
        contentType,
        signal: undefined,
      },
    );
  const all = async (sound: Awaited<ReturnType<typeof open>>): Promise<Uint8Array> => {
    const parts: Uint8Array[] = [];
    for await (const pcm of sound.pcm()) parts.push(pcm);
    return Buffer.concat(parts);
  };

  test('is the samples of a WAV at its own rate, however header and body are cut and whatever the header omits', async () => {
    const pcm = testPcm(500);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(8000, 16_000, 22_050, 24_000, 44_100, 48_000, 192_000),
        fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined }),
        fc.constantFrom(undefined, 0xffff_ffff, 0x7fff_ffff, 0),
        fc.infiniteStream(fc.integer({ min: 1, max: 70 })),
        async (sampleRateHz, listBytes, dataBytes, sizes) => {
          const wav = wavOf(pcm, {
            sampleRateHz,
            ...(listBytes === undefined ? {} : { listBytes }),
            ...(dataBytes === undefined ? {} : { dataBytes }),
          });
          const sound = await open(wav, () => sizes.next().value as number, 'file');
          expect(sound.sampleRateHz).toBe(sampleRateHz);
          expect(Buffer.compare(await all(sound), pcm)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('knows its length from a header that tells it', async () => {
    const sound = await open(wavOf(testPcm(2400), { sampleRateHz: 24_000 }), () => 999, 'file');
    expect(sound.durationMs).toBe(100);
    await sound.close();
  });

  test('is cut short when the header promises more', async () => {
    const sound = await open(wavOf(testPcm(100), { sampleRateHz: 24_000, dataBytes: 999 }), () => 50, 'file');
    expect(await caught(all(sound))).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TRUNCATED' });
  });

  test('is cut short when it ends inside a sample', async () => {
    const sound = await open(testPcm(100).subarray(0, 199), () => 50, 'pcm');
    expect(await caught(all(sound))).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TRUNCATED' });
  });

  test.each([
    ['{"error":{"message":"asleep"}}', 'pcm', 'application/json', 'asleep'],
    ['{"error":{"message":"asleep"}}', 'file', '', 'asleep'],
    ['<html>', 'file', 'text/html', 'text/html'],
    ['\u0000\u0001\u0002\u0003\u0004\u0005 no sound at all', 'file', 'audio/wav', 'audio/wav'],
  ] as const)('is not %j', async (text, form, contentType, said) => {
    const error = await caught(open(Buffer.from(text), () => 7, form, contentType));
    expect(error).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_FAILED' });
    expect((error as Error).message).toContain(said);
  });

  test('may begin with the bytes of letters when nothing says that it is text', async () => {
    const pcm = Buffer.concat([Buffer.from('{"Hello'), Buffer.alloc(101, 3)]);
    expect(Buffer.compare(await all(await open(pcm, () => 5, 'pcm', 'audio/pcm')), pcm)).toBe(0);
  });
});
