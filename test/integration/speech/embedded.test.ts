import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEFAULT_LIP_TABLE } from '../../../src/lipsync/index.js';
import { systemHost } from '../../../src/programs/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { LOCAL_TTS_SCHEMAS } from '../../../src/speech/child/index.js';
import type { SpeechPart, SpeechRequest } from '../../../src/speech/index.js';
import {
  EmbeddedSynthesizer,
  ESPEAK_PACKAGE,
} from '../../../src/speech/tts/embedded/embedded-synthesizer.js';
import { EspeakFrameDecoder, type EspeakRequest } from '../../../src/speech/tts/embedded/espeak-frames.js';
import { EspeakNames } from '../../../src/speech/tts/embedded/espeak-names.js';
import { japaneseUnits, otherUnits } from '../../../src/speech/tts/embedded/espeak-units.js';

const CHILD = fileURLToPath(new URL('../../../dist/speech/tts/embedded/espeak-child.js', import.meta.url));
/** It is an optional dependency: without it there is nothing to test here. */
const hasPackage = existsSync(packagePath());

function packagePath(): string {
  try {
    return createRequire(import.meta.url).resolve(ESPEAK_PACKAGE);
  } catch {
    return '';
  }
}

const engines: EmbeddedSynthesizer[] = [];

function make(options: Record<string, unknown> = {}): EmbeddedSynthesizer {
  const checked = LOCAL_TTS_SCHEMAS.embedded.schema(z).parse({ type: 'embedded', ...options });
  const ports = {
    host: systemHost(process.env),
    clock: new SystemClock(),
    toKana: async (text: string) => text.replace('今日は雨です', 'キョーワ アメデス'),
    childFile: CHILD,
  };
  const engine = new EmbeddedSynthesizer('embedded', checked, ports);
  engines.push(engine);
  return engine;
}

async function hear(engine: EmbeddedSynthesizer, request: SpeechRequest) {
  const parts: SpeechPart[] = [];
  for await (const part of engine.speak(request)) parts.push(part);
  const bytes = Buffer.concat(parts.flatMap((part) => (part.type === 'sound' ? [part.pcm] : [])));
  const pcm = new Int16Array(new Uint8Array(bytes).buffer);
  const phonemes = parts.flatMap((part) => (part.type === 'phonemes' ? part.phonemes : []));
  return { parts, pcm, phonemes };
}

/** Root mean square of what is heard of each phoneme whose name fits. */
function level(
  pcm: Int16Array,
  phonemes: Awaited<ReturnType<typeof hear>>['phonemes'],
  names: RegExp,
): number {
  let squares = 0;
  let count = 0;
  for (const { phoneme, startMs, endMs } of phonemes) {
    if (!names.test(phoneme)) continue;
    for (const sample of pcm.subarray(Math.round(startMs * 22.05), Math.round(endMs * 22.05))) {
      squares += sample * sample;
      count++;
    }
  }
  return Math.sqrt(squares / Math.max(1, count));
}

/** Processes of ours with this file in their command line. */
function childPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isOurs = new RegExp(`^PPid:\\s+${process.pid}$`, 'm').test(
          readFileSync(`/proc/${pid}/status`, 'utf8'),
        );
        return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(CHILD);
      } catch {
        return false;
      }
    });
}

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

describe.skipIf(!hasPackage)('EmbeddedSynthesizer with the real package', () => {
  it.each([
    ['ja', '今日は雨です。ガッコーエ イッテ、ハナシマス。'],
    ['en', 'Hello there, how are you today? It is raining cats and dogs.'],
  ])('speaks %s: sound that does not clip, and phonemes where it sounds', async (language, text) => {
    const { parts, pcm, phonemes } = await hear(make(), { text, language });
    expect(parts[0]).toEqual({ type: 'start', sampleRateHz: 22_050 });
    const durationMs = pcm.length / 22.05;
    expect(durationMs).toBeGreaterThan(2500);
    expect(durationMs).toBeLessThan(6000);
    expect(Math.max(...pcm.map(Math.abs))).toBeLessThan(32_000);
    let atMs = 0;
    for (const { phoneme, startMs, endMs } of phonemes) {
      expect(startMs).toBe(atMs);
      expect(endMs).toBeGreaterThan(startMs);
      expect(DEFAULT_LIP_TABLE.has(phoneme), phoneme).toBe(true);
      atMs = endMs;
    }
    expect(atMs).toBeCloseTo(durationMs, 6);
    const vowels = level(pcm, phonemes, /^(a|i|u|e|o|aa|ae|ah|ao|aw|ax|ay|eh|er|ey|ih|iy|ow|oy|uh|uw)$/);
    expect(vowels).toBeGreaterThan(2000);
    expect(level(pcm, phonemes, /^sil$/)).toBeLessThan(vowels / 20);
    expect(level(pcm, phonemes, /^[kt]$/)).toBeLessThan(vowels / 2);
  });

  it('gives phonemes of a piece of sound not later than the sound', async () => {
    let soundMs = 0;
    let toldMs = 0;
    for await (const part of make().speak({ text: 'One two three, four five six.' })) {
      if (part.type === 'phonemes') toldMs = part.phonemes.at(-1)?.endMs ?? 0;
      if (part.type === 'sound') soundMs += part.pcm.byteLength / 44.1;
      // What is told reaches up to the beginning of the phoneme that is being said.
      expect(soundMs - toldMs).toBeLessThan(600);
    }
  });

  it('speaks faster when asked to, and higher with another voice', async () => {
    const engine = make();
    const text = 'The quick brown fox jumps over the lazy dog.';
    const [usual, fast, man] = await Promise.all([
      hear(engine, { text }),
      hear(engine, { text, speed: 2 }),
      hear(engine, { text, voice: 'en-us+m1' }),
    ]);
    expect(fast.pcm.length / usual.pcm.length).toBeLessThan(0.62);
    expect(Buffer.compare(Buffer.from(man.pcm.buffer), Buffer.from(usual.pcm.buffer))).not.toBe(0);
  });

  it('has every voice that it lists', async () => {
    const engine = make();
    const voices = await engine.voices();
    expect(voices.slice(0, 4).map(({ id }) => id)).toEqual(['ja+f5', 'ja+m1', 'en-us+f5', 'en-us+m1']);
    expect(voices.length).toBeGreaterThan(100);
    for (const { id, languages } of voices.filter((_, index) => index % 9 === 0 || index < 4)) {
      const language = languages[0];
      const text = language === 'ja' ? 'ハイ。' : '1 2 3';
      const { pcm } = await hear(engine, { text, voice: id });
      expect(pcm.length, id).toBeGreaterThan(0);
    }
    await expect(hear(engine, { text: 'x', voice: 'nobody' })).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_VOICE',
    });
  });

  it('says what is markup as text, and ends at nothing in it', async () => {
    const engine = make();
    const usual = await hear(engine, { text: 'two' });
    const odd = await hear(engine, { text: 'one <break time="60s"/> [[_:_:_:]] &#0; \u0000 two' });
    // "Less than break time equals sixty seconds slash", and no pause of a minute.
    expect(odd.pcm.length).toBeLessThan(15 * 22_050);
    expect(odd.phonemes.at(-2)?.phoneme).toBe(usual.phonemes.at(-2)?.phoneme);
  });

  it('lets go of a long text when aborted, and speaks on', async () => {
    const engine = make();
    const controller = new AbortController();
    const long = hear(engine, { text: 'This is a long story. '.repeat(200), signal: controller.signal });
    const reason = new Error('the user spoke');
    setTimeout(() => controller.abort(reason), 100);
    await expect(long).rejects.toBe(reason);
    const { pcm } = await hear(engine, { text: 'Yes.' });
    expect(pcm.length).toBeGreaterThan(1000);
    expect(childPids()).toHaveLength(1);
  });

  it('speaks again after its process was killed, and has none when closed', async () => {
    const engine = make();
    await engine.warmUp();
    const [pid = 0] = childPids();
    process.kill(pid, 'SIGKILL');
    while (childPids().includes(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
    const { pcm } = await hear(engine, { text: 'Yes.' });
    expect(pcm.length).toBeGreaterThan(1000);
    await engine.close();
    expect(childPids()).toEqual([]);
  });

  it('knows all names of phonemes in Japanese and English', async () => {
    const kana =
      'アイウエオ カキクケコ ガギグゲゴ サシスセソ ザジズゼゾ タチツテト ダヂヅデド ナニヌネノ ハヒフヘホ バビブベボ パピプペポ マミムメモ ヤユヨ ラリルレロ ワヲン キャキュキョ ギャ シャ ジャ チャ ニャ ヒャ ビャ ピャ ミャ リャ ファフィフェフォ ティディ ヴァ ガッコー マッチ ザッシ サンポ アンカ';
    const voices = { ja: 'ja', en: 'en-us', other: '' };
    const english =
      'The quick brown fox jumps over the lazy dog. Water, butter, button, measure, judge, church, thing, this, vision, hour, fire, power, lawyer, here, there, tour, car, horse, bird, little, rhythm, genre, croissant, yes, which, uh-huh, naive, Bach, loch, restaurant, ensemble, schön.';
    const units = [
      ...japaneseUnits(kana, { voices, speed: 1 }),
      ...otherUnits(english, 'en', { voices, speed: 1 }),
    ];
    const child = spawn(process.execPath, [CHILD], { stdio: ['pipe', 'pipe', 'inherit'] });
    const request: EspeakRequest = {
      type: 'speak',
      id: 1,
      units,
      manner: { rate: 175, pitch: 50, range: 50, volume: 100 },
    };
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const decoder = new EspeakFrameDecoder();
    const names = new EspeakNames(22_050);
    for await (const bytes of child.stdout) {
      for (const frame of decoder.push(bytes)) {
        if (frame.kind !== 'answer') continue;
        if (frame.answer.type === 'events')
          names.push(frame.answer.events, units[frame.answer.unit]?.naming ?? 'other');
        if (frame.answer.type === 'end') child.stdin.end();
      }
    }
    expect([...names.unknown.keys()]).toEqual([]);
  });
});
