import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemHost } from '../../../src/programs/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import {
  createLocalSynthesizer,
  LOCAL_TTS_SCHEMAS,
  type LocalSynthesizer,
} from '../../../src/speech/child/index.js';
import type { SpeechRequest } from '../../../src/speech/index.js';
import { isThere } from '../../support/optional-tools.js';

const engines: LocalSynthesizer[] = [];
const ports = {
  host: systemHost(process.env),
  clock: new SystemClock(),
  toKana: async (text: string) => text,
};

function make(type: 'espeak-ng' | 'open-jtalk', more: Record<string, unknown> = {}): LocalSynthesizer {
  const options = LOCAL_TTS_SCHEMAS[type].schema(z).parse({ type, ...more });
  const engine = createLocalSynthesizer({ name: type, options }, ports);
  engines.push(engine);
  return engine;
}

async function samplesOf(engine: LocalSynthesizer, request: SpeechRequest): Promise<number> {
  let bytes = 0;
  for await (const part of engine.speak(request)) if (part.type === 'sound') bytes += part.pcm.byteLength;
  return bytes / 2;
}

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

describe.skipIf(!isThere('espeak-ng'))('espeak-ng as a program', () => {
  it('speaks English, Japanese by phonemes, and other languages', async () => {
    const engine = make('espeak-ng');
    expect(await engine.advice()).toBeUndefined();
    for (const request of [
      { text: 'Hello there. How are you?' },
      { text: 'ガッコーエ イキマス。', language: 'ja' },
      { text: 'Guten Tag, wie geht es Ihnen?', language: 'de-DE' },
    ])
      expect(await samplesOf(engine, request), request.text).toBeGreaterThan(22_050);
  });

  it('lists voices, and has no other', async () => {
    const engine = make('espeak-ng');
    const ids = (await engine.voices()).map(({ id }) => id);
    expect(ids).toContain('ja+f5');
    expect(ids).toContain('de');
    await expect(samplesOf(engine, { text: 'x', voice: 'nobody' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_VOICE',
    });
  });

  it('is ended in the middle when aborted', async () => {
    const engine = make('espeak-ng');
    const controller = new AbortController();
    const reason = new Error('the user spoke');
    const spoken = (async () => {
      for await (const part of engine.speak({
        text: 'A long story. '.repeat(300),
        signal: controller.signal,
      }))
        if (part.type === 'sound') controller.abort(reason);
    })();
    await expect(spoken).rejects.toBe(reason);
  });
});

/** Voices are in no package: with the program alone, what it says of a file that is none is all there is to see. */
describe.skipIf(!isThere('open-jtalk', 'open-jtalk-mecab-naist-jdic'))('open_jtalk as a program', () => {
  it('finds program and dictionary, and misses a voice', async () => {
    const advice = await make('open-jtalk', { voices: ['/nonexistent'] }).advice();
    expect(advice).toContain('no Japanese voice');
  });

  it('is asked, and its complaint told', async () => {
    const files = {
      list: () => ['x.htsvoice'],
      isFolder: () => false,
      isFile: () => true,
      head: () => Buffer.from('FULLCONTEXT_FORMAT:HTS_TTS_JPN'),
    };
    const { OpenJtalkSynthesizer } = await import(
      '../../../src/speech/tts/open-jtalk/open-jtalk-synthesizer.js'
    );
    const { SYSTEM_FILES } = await import('../../../src/speech/child/file-port.js');
    const options = LOCAL_TTS_SCHEMAS['open-jtalk']
      .schema(z)
      .parse({ type: 'open-jtalk', voices: ['/nonexistent/x.htsvoice'] });
    const engine = new OpenJtalkSynthesizer('open-jtalk', options, {
      ...ports,
      files: { ...SYSTEM_FILES, ...files },
    });
    engines.push(engine);
    await expect(samplesOf(engine, { text: 'はい' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_PROGRAM',
      message: expect.stringContaining('voice cannot be loaded'),
    });
  });
});
