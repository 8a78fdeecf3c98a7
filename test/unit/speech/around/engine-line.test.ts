import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../src/runtime/index.js';
import { DailyCap } from '../../../../src/speech/around/daily-cap.js';
import { EngineLine } from '../../../../src/speech/around/engine-line.js';
import { SpeechCache } from '../../../../src/speech/around/speech-cache.js';
import { UsageCounts } from '../../../../src/speech/around/usage-counts.js';
import type { SpeechPart } from '../../../../src/speech/index.js';
import { collect, FakeEngine, fault, type Script, sound, start } from './fake-engine.js';

const clock = new FakeClock();
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'speech-line-'));
});
const caches: SpeechCache[] = [];
afterEach(async () => {
  await Promise.all(caches.splice(0).map((cache) => cache.whenIdle()));
  await rm(folder, { recursive: true, force: true });
});

interface Rig {
  readonly engine: FakeEngine;
  readonly line: EngineLine;
  readonly usage: UsageCounts;
  readonly cache: SpeechCache;
  readonly retries: number[];
  readonly warnings: string[];
}

function rig(script: Script, more: { capCharacters?: number; maxBytes?: number; folder?: string } = {}): Rig {
  const engine = new FakeEngine('fake', clock, script);
  const usage = new UsageCounts();
  const warnings: string[] = [];
  const retries: number[] = [];
  const warn = (text: string): number => warnings.push(text);
  const cacheFolder = more.folder ?? join(folder, 'cache');
  const cache = new SpeechCache({ clock, folder: cacheFolder, maxBytes: more.maxBytes ?? 1e7, warn });
  caches.push(cache);
  const cap = new DailyCap({
    clock,
    warn,
    characters: more.capCharacters ?? 0,
    folder: more.folder ?? join(folder, 'state'),
  });
  const line = new EngineLine(engine, {
    ...{ clock, usage, cap, cache },
    random: () => 1,
    idleMs: 1000,
    onRetry: (_error, delayMs) => retries.push(delayMs),
  });
  return { engine, line, usage, cache, retries, warnings };
}

async function timed<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => {});
  for (let at = 0; at < 200 && !isDone; at++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (!isDone) await clock.advanceAsync(100);
  }
  return done;
}

const say = (at: Rig, text: string, signal?: AbortSignal): Promise<SpeechPart[]> =>
  timed(
    at.line.open({ text, ...(signal === undefined ? {} : { signal }) }).then(({ parts }) => collect(parts)),
  );

describe('EngineLine', () => {
  it('carries a sample that two chunks share, and drops half a sample at the end', async () => {
    const at = rig(() => [
      start(),
      { type: 'sound', pcm: Uint8Array.of(1, 2, 3) },
      { type: 'sound', pcm: Uint8Array.of(4) },
      { type: 'sound', pcm: Uint8Array.of(5, 6, 7) },
    ]);
    const parts = await say(at, 'Hi');
    const bytes = parts.flatMap((part) => (part.type === 'sound' ? [[...part.pcm]] : []));
    expect(bytes).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  it.each([
    ['gives no sound', [start()]],
    ['gives nothing', []],
    ['gives sound before its format', [sound(10)]],
    ['begins twice', [start(), start(), sound(10)]],
  ] as const)('refuses an engine that %s', async (_what, steps) => {
    const at = rig(() => [...steps]);
    await expect(say(at, 'Hi')).rejects.toMatchObject({ code: 'BRIDGE_ERR_SPEECH_FAILED' });
    expect(at.engine.requests).toHaveLength(3);
  });

  it('tries again what fails before the first sound, waiting longer each time, and gives each part once', async () => {
    const at = rig((_request, call) =>
      call < 2 ? [start(), { type: 'words', words: [] }, fault()] : [start(), sound(10)],
    );
    const parts = await say(at, 'Hi');
    expect(parts.map(({ type }) => type)).toEqual(['start', 'sound']);
    expect(at.retries).toEqual([250, 500]);
    expect(at.usage.snapshot()['fake']).toMatchObject({
      requests: 3,
      retries: 2,
      failures: 2,
      characters: 6,
    });
  });

  it.each([
    ['what cannot succeed later', fault(false)],
    ['a provider that asks to wait longer than anybody does', fault(true, 60_000)],
    ['an error nobody foresaw', new TypeError('bug')],
  ])('does not try again %s', async (_what, error) => {
    const at = rig(() => [start(), error]);
    await expect(say(at, 'Hi')).rejects.toBe(error);
    expect(at.engine.requests).toHaveLength(1);
  });

  it('waits as long as the provider asks', async () => {
    const at = rig((_request, call) => (call === 0 ? [fault(true, 3000)] : [start(), sound(10)]));
    await say(at, 'Hi');
    expect(at.retries).toEqual([3000]);
  });

  it('does not try again after the first sound: nobody hears the same words twice', async () => {
    const at = rig(() => [start(), sound(10), fault()]);
    await expect(say(at, 'Hi')).rejects.toMatchObject({ code: 'BRIDGE_ERR_SPEECH_FAILED' });
    expect(at.engine.requests).toHaveLength(1);
  });

  it.each([
    ['never answers', ['forever'] as const],
    ['stops in the middle', [start(), sound(10), 'forever'] as const],
  ])('ends an engine that %s', async (_what, steps) => {
    const at = rig(() => [...steps]);
    await expect(say(at, 'Hi')).rejects.toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED', retryable: true });
    expect(at.engine.aborted).toBe(at.engine.requests.length);
    expect(clock.pendingCount).toBe(0);
  });

  it('does not count the time in which nobody asks for the next part', async () => {
    const at = rig(() => [start(), sound(10), sound(10)]);
    const { parts } = await timed(at.line.open({ text: 'Hi' }));
    const iterator = parts[Symbol.asyncIterator]();
    await iterator.next();
    await clock.advanceAsync(60_000);
    await iterator.next();
    await clock.advanceAsync(60_000);
    await expect(iterator.next()).resolves.toMatchObject({ value: { type: 'sound' } });
  });

  it('ends at once with the reason of the signal, while it waits to try again too', async () => {
    const abort = new AbortController();
    const at = rig(() => [fault()]);
    const open = at.line.open({ text: 'Hi', signal: abort.signal });
    open.catch(() => {});
    while (at.retries.length === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('enough'));
    await expect(open).rejects.toThrow('enough');
    expect(at.engine.requests).toHaveLength(1);
    expect(clock.pendingCount).toBe(0);
  });

  describe('cache', () => {
    const spoken: Script = () => [
      start(24_000, 'by somebody'),
      { type: 'phonemes', phonemes: [{ phoneme: 'a', startMs: 0, endMs: 250 }], isExact: true },
      sound(200, 7, 24_000),
      sound(50, 9, 24_000),
    ];

    it('says again from disk what was said to its end: start, timings and every sample', async () => {
      const first = rig(spoken);
      const parts = await say(first, 'Hi');
      await first.cache.whenIdle();
      const second = rig(() => [new Error('nobody asks')]);
      const opened = await second.line.open({ text: 'Hi' });
      expect(opened.isCached).toBe(true);
      const again = await collect(opened.parts);
      const bytes = (all: readonly SpeechPart[]): Buffer =>
        Buffer.concat(all.flatMap((part) => (part.type === 'sound' ? [part.pcm] : [])));
      expect(bytes(again)).toEqual(bytes(parts));
      expect(again.filter(({ type }) => type !== 'sound')).toEqual(
        parts.filter(({ type }) => type !== 'sound'),
      );
      expect(again.filter(({ type }) => type === 'sound')).toHaveLength(3);
      expect(second.usage.snapshot()['fake']).toMatchObject({ cacheHits: 1, requests: 0 });
    });

    it.each([
      ['text', { text: 'Ho' }],
      ['voice', { text: 'Hi', voice: 'b' }],
      ['language', { text: 'Hi', language: 'en' }],
      ['speed', { text: 'Hi', speed: 1.1 }],
      ['instructions', { text: 'Hi', instructions: 'softly' }],
    ])('takes another %s for another answer', async (_what, request) => {
      const at = rig(spoken);
      await say(at, 'Hi');
      await at.cache.whenIdle();
      expect((await timed(at.line.open(request))).isCached).toBe(false);
      at.engine.fingerprint = 'fake:2';
      expect((await timed(at.line.open({ text: 'Hi' }))).isCached).toBe(false);
    });

    it('keeps nothing of what failed or was left in the middle', async () => {
      const at = rig((_request, call) => [start(), sound(10), ...(call === 0 ? [fault()] : [sound(10)])]);
      await expect(say(at, 'Hi')).rejects.toThrow();
      const { parts } = await at.line.open({ text: 'Hi' });
      for await (const part of parts) if (part.type === 'sound') break;
      await at.cache.whenIdle();
      await expect(readdir(join(folder, 'cache'))).rejects.toMatchObject({ code: 'ENOENT' });
    });

    it('is not harmed by who changes the sound it is given', async () => {
      const at = rig(() => [start(), sound(10, 5)]);
      const { parts } = await at.line.open({ text: 'Hi' });
      for await (const part of parts) if (part.type === 'sound') part.pcm.fill(0);
      await at.cache.whenIdle();
      const again = await collect((await at.line.open({ text: 'Hi' })).parts);
      expect(again.filter(({ type }) => type === 'sound')).toEqual([sound(10, 5)]);
    });

    it('takes damaged entries for missing and removes them', async () => {
      const at = rig(spoken);
      await say(at, 'Hi');
      await at.cache.whenIdle();
      const [name = ''] = await readdir(join(folder, 'cache'));
      const path = join(folder, 'cache', name);
      const whole = await readFile(path);
      for (const damaged of [
        whole.subarray(0, 20),
        whole.subarray(0, -1),
        Buffer.alloc(0),
        Buffer.from(whole.map((byte, index) => (index === whole.length >> 1 ? byte ^ 1 : byte))),
      ]) {
        await writeFile(path, damaged);
        await expect(at.cache.read(name.slice(0, 64))).resolves.toBeUndefined();
        await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
      }
    });

    it('is private, and leaves no unfinished files', async () => {
      const at = rig(spoken);
      await say(at, 'secret words');
      await at.cache.whenIdle();
      expect((await stat(join(folder, 'cache'))).mode & 0o777).toBe(0o700);
      const names = await readdir(join(folder, 'cache'));
      expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.speech$/)]);
      expect((await stat(join(folder, 'cache', names[0] ?? ''))).mode & 0o777).toBe(0o600);
      expect(await readFile(join(folder, 'cache', names[0] ?? ''), 'latin1')).not.toContain('secret');
    });

    it('drops the longest unused when it is full, and what a killed process left', async () => {
      const at = rig(() => [start(), sound(1000)], { maxBytes: 300_000 });
      await say(at, 'one');
      await at.cache.whenIdle();
      const cacheFolder = join(folder, 'cache');
      const [first = ''] = await readdir(cacheFolder);
      const part = join(cacheFolder, `${'0'.repeat(64)}.00000000-0000-0000-0000-000000000000.part`);
      await writeFile(part, 'x');
      await utimes(part, 0, 0);
      for (let index = 0; index < 12; index++) {
        await clock.advanceAsync(5000);
        await say(at, `text ${index}`);
        await at.cache.read(first.slice(0, 64));
        await at.cache.whenIdle();
      }
      const names = await readdir(cacheFolder);
      expect(names).toContain(first);
      expect(names.some((name) => name.endsWith('.part'))).toBe(false);
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(cacheFolder, name))).size));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(300_000);
      expect(names.length).toBeGreaterThan(5);
    });

    it('speaks on when the folder cannot be used, and says so once', async () => {
      await writeFile(join(folder, 'file'), '');
      const at = rig(spoken, { folder: join(folder, 'file') });
      await say(at, 'Hi');
      await say(at, 'Ho');
      await at.cache.whenIdle();
      expect(at.warnings).toEqual([expect.stringContaining('not kept')]);
    });
  });

  describe('cap', () => {
    it('refuses what would pass the day, for all processes, without asking the engine', async () => {
      const first = rig(() => [start(), sound(10)], { capCharacters: 10 });
      await say(first, '123456');
      const second = rig(() => [start(), sound(10)], { capCharacters: 10 });
      await expect(say(second, '12345')).rejects.toMatchObject({
        code: 'BRIDGE_ERR_SPEECH_CAP',
        retryable: false,
      });
      expect(second.engine.requests).toHaveLength(0);
      await say(second, '1234');
    });

    it('holds requests to it that are made side by side', async () => {
      const at = rig(() => [start(), sound(10)], { capCharacters: 10 });
      const all = await Promise.allSettled(
        ['1234', '5678', '90ab', 'cdef'].map((text) => at.line.open({ text })),
      );
      // Any two fit; the cache is asked first, and the disc answers in its own order.
      expect(all.map(({ status }) => status).sort()).toEqual([
        'fulfilled',
        'fulfilled',
        'rejected',
        'rejected',
      ]);
    });

    it('begins anew with the day, and removes the file of the one before', async () => {
      const at = rig(() => [start(), sound(10)], { capCharacters: 10 });
      await say(at, '1234567890');
      await expect(say(at, 'more')).rejects.toMatchObject({ code: 'BRIDGE_ERR_SPEECH_CAP' });
      await clock.advanceAsync(86_400_000);
      await say(at, 'more');
      expect(await readdir(join(folder, 'state'))).toHaveLength(1);
    });

    it('does not count what comes from the cache', async () => {
      const at = rig(() => [start(), sound(10)], { capCharacters: 10 });
      await say(at, '1234567890');
      await at.cache.whenIdle();
      await say(at, '1234567890');
    });

    it('counts in memory when the file cannot be used, and says so', async () => {
      await writeFile(join(folder, 'file'), '');
      const at = rig(() => [start(), sound(10)], { capCharacters: 10, folder: join(folder, 'file') });
      await say(at, '123456');
      await expect(say(at, '12345')).rejects.toMatchObject({ code: 'BRIDGE_ERR_SPEECH_CAP' });
      expect(at.warnings.some((text) => text.includes('this process alone'))).toBe(true);
    });
  });
});
