import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPronouncer } from '../../../src/language/index.js';
import { ThreadedPronouncer } from '../../../src/language/threaded-pronouncer.js';

const THREAD = new URL('../../../dist/language/pronouncer-thread.js', import.meta.url);
const TEXT = '今日はJavaScriptの話。';

describe('A pronouncer in a thread of its own', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bridge-thread-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const program = (name: string, text: string): URL => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name));
  };

  it('reads as one without, while everything else goes on', async () => {
    const threaded = new ThreadedPronouncer(THREAD);
    let turns = 0;
    let isLoaded = false;
    const loading = threaded.prepareFor(TEXT, 'ja').then(() => {
      isLoaded = true;
    });
    while (!isLoaded && turns < 1e7) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    await loading;
    // Loading it here leaves a handful.
    expect(turns).toBeGreaterThan(100);
    const here = createPronouncer();
    expect(await threaded.pronounce(TEXT, 'ja')).toEqual(await here.pronounce(TEXT, 'ja'));
    expect(await threaded.kanaOf(TEXT)).toBe(await here.kanaOf(TEXT));
    const many = await Promise.all(['One.', 'Two.', '三。'].map((text) => threaded.pronounce(text)));
    expect(many.map((words) => words[0]?.text)).toEqual(['One', 'Two', '三']);
  });

  it.each([
    ['is not there', () => new URL('nothing.js', THREAD)],
    ['cannot start', () => program('broken.mjs', 'syntax error here')],
    [
      'ends in the middle',
      () =>
        program(
          'ends.mjs',
          `import { parentPort } from 'node:worker_threads'; parentPort.once('message', () => process.exit(0));`,
        ),
    ],
    [
      'fails',
      () =>
        program(
          'fails.mjs',
          `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { throw new Error('no'); });`,
        ),
    ],
  ])('reads without its thread when that %s', async (_, file) => {
    const threaded = new ThreadedPronouncer(file());
    const [first, second] = await Promise.all([threaded.pronounce('Hello'), threaded.kanaOf('今日')]);
    expect(first[0]?.readings[0]).toEqual(['hh', 'ax', 'l', 'ow']);
    expect(second).toBe('キョー');
    expect((await threaded.pronounce('Hello')).length).toBe(1);
  });

  it('tells what the thread could not do', async () => {
    const file = program(
      'refuses.mjs',
      `import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ id }) => parentPort.postMessage({ id, error: new Error('not today') }));`,
    );
    await expect(new ThreadedPronouncer(file).pronounce('Hello')).rejects.toThrow('not today');
  });
});
