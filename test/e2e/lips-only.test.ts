import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type PageRig, SAMPLE, startPageRig } from '../integration/server/page-rig.js';
import { speechBeats, speechWav } from '../support/speech-beats.js';
import {
  type BuiltPage,
  buildPage,
  isChromiumThere,
  launch,
  type OpenedPage,
  openPage,
  QUIET_SPEAKER,
  WAIT,
  whySkipped,
} from './page-browser.js';

/** A second: silence, and from 400 ms to about 600 ms a spoken `wa`; by the timings あ until 700 ms. */
const BEATS = 8;
const OPENS_MS = Array.from({ length: BEATS }, (_, beat) => 1000 * beat + 400);

describe.skipIf(!isChromiumThere)(`lips only on the page${whySkipped}`, () => {
  let folder: string;
  let built: BuiltPage;
  let browser: Browser;
  let rig: PageRig;
  let opened: OpenedPage;
  let page: Page;
  /** Wall clock at which the simulator's mouth began to open, and to be closed. */
  let mouth: { openedAtMs: number[]; closedAtMs: number[] };
  let isOpen = false;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lips-e2e-'));
    writeFileSync(
      join(folder, 'beats.wav'),
      speechWav(speechBeats({ beats: BEATS, everyMs: 1000, opensMs: 400 })),
    );
    const phonemes = OPENS_MS.flatMap((atMs) => [
      { phoneme: 'sil', start: (atMs - 400) / 1000, end: atMs / 1000 },
      { phoneme: 'a', start: atMs / 1000, end: (atMs + 300) / 1000 },
    ]);
    writeFileSync(join(folder, 'beats.json'), JSON.stringify(phonemes));
    writeFileSync(join(folder, 'broken.json'), '[{"phoneme": 3}]');
    built = buildPage();
    rig = await startPageRig({ staticDir: built.folder, speaker: QUIET_SPEAKER });
    await rig.client.request('tap', { lane: 'simulator' });
    rig.client.events.on('tapMouth', ({ a }) => {
      if (!isOpen && a > 0.3) mouth.openedAtMs.push(Date.now());
      if (isOpen && a < 0.1) mouth.closedAtMs.push(Date.now());
      isOpen = isOpen ? a >= 0.1 : a > 0.3;
    });
    browser = await launch();
  });

  afterAll(async () => {
    await browser.close();
    await rig.close();
    built.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await page.context().close();
    expect(opened.complaints).toEqual([]);
  });

  async function open(): Promise<void> {
    mouth = { openedAtMs: [], closedAtMs: [] };
    opened = await openPage(browser, rig.server.url, {}, (one) =>
      // When sound is started, and when that context time is heard by the browser's own account.
      one.addInitScript(`
        window.starts = [];
        const start = AudioBufferSourceNode.prototype.start;
        AudioBufferSourceNode.prototype.start = function (when, offset) {
          window.starts.push({ context: this.context, when, offset: offset ?? 0 });
          return start.call(this, when, offset);
        };
        window.heardAtMs = (n) => {
          const { context, when, offset } = window.starts.at(n);
          const { contextTime, performanceTime } = context.getOutputTimestamp();
          return performance.timeOrigin + performanceTime + 1000 * (when - contextTime) - 1000 * offset;
        };`),
    );
    page = opened.page;
    await page.click('#way-lips');
  }
  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? '';
  const choose = async (...names: string[]): Promise<void> => {
    await page.setInputFiles(
      '#lips-file',
      names.map((name) => join(folder, name)),
    );
    await expect.poll(() => text('#lips-drop-main'), WAIT).toBe('beats.wav');
  };
  /** Wall clock at which position 0 of what plays was heard, or would have been. */
  const zeroHeardAtMs = (): Promise<number> => page.evaluate('window.heardAtMs(-1)') as Promise<number>;
  const median = (values: number[]): number =>
    values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  const opensWithin = (count: number): Promise<unknown> =>
    expect.poll(() => mouth.openedAtMs.length, WAIT).toBeGreaterThanOrEqual(count);

  it('moves the mouth in step with the sound, by the timings that were dropped with it', async () => {
    await open();
    await choose('beats.wav', 'beats.json');
    expect(await text('#lips-drop-kinds')).toBe(`Timings: beats.json, ${2 * BEATS} phonemes`);
    await page.click('#lips-play');
    await opensWithin(6);
    const zeroMs = await zeroHeardAtMs();
    const offMs = mouth.openedAtMs.map((atMs, n) => atMs - zeroMs - (OPENS_MS[n] ?? 0));
    // A shape fades in, and the simulator shows a frame in 33 ms: it is begun before it can be seen.
    expect(Math.abs(median(offMs) - 40), offMs.map(Math.round).join(' ')).toBeLessThan(60);
    expect(Math.max(...offMs) - Math.min(...offMs)).toBeLessThan(150);
    expect(await page.locator('#stage').getAttribute('data-level'), 'not played twice').toBe('0.000');
  });

  it('shows the mouth on the page itself, and comes to the end with it closed', async () => {
    await open();
    await choose('beats.wav', 'beats.json');
    await page.locator('#lips-seek').fill('6000');
    await page.click('#lips-play');
    await expect
      .poll(() => page.locator('#face').evaluate((face) => Number(face.getAttribute('data-mouth'))), WAIT)
      .toBeGreaterThan(0.3);
    await expect.poll(() => text('#lips-play'), WAIT).toBe('Play');
    await wait(500);
    expect(isOpen).toBe(false);
    expect(await text('#lips-time')).toBe('0:00 / 0:08');
  });

  it('closes the mouth when it is paused, and goes on from there in step', async () => {
    await open();
    await choose('beats.wav', 'beats.json');
    await page.click('#lips-play');
    await opensWithin(2);
    await page.click('#lips-play');
    expect(await text('#lips-play')).toBe('Go on');
    await expect.poll(() => isOpen, { timeout: 600 }).toBe(false);
    const before = mouth.openedAtMs.length;
    await wait(1500);
    expect(mouth.openedAtMs.length).toBe(before);
    await page.click('#lips-play');
    await opensWithin(before + 3);
    const zeroMs = await zeroHeardAtMs();
    const offMs = mouth.openedAtMs.slice(before + 1).map((atMs) => (atMs - zeroMs) % 1000);
    expect(Math.abs(median(offMs) - 440), offMs.join(' ')).toBeLessThan(60);
  });

  it('follows a jump by the keyboard', async () => {
    await open();
    await choose('beats.wav', 'beats.json');
    await page.click('#lips-play');
    await opensWithin(1);
    await page.locator('#lips-seek').focus();
    await page.keyboard.press('PageUp');
    await page.keyboard.press('PageUp');
    const before = mouth.openedAtMs.length;
    await opensWithin(before + 3);
    const zeroMs = await zeroHeardAtMs();
    const offMs = mouth.openedAtMs.slice(-2).map((atMs) => (atMs - zeroMs) % 1000);
    expect(Math.abs(median(offMs) - 440), offMs.join(' ')).toBeLessThan(60);
  });

  it('closes the mouth at once when it is stopped', async () => {
    await open();
    await choose('beats.wav', 'beats.json');
    await page.click('#lips-play');
    await opensWithin(2);
    await page.click('#lips-stop');
    await expect.poll(() => isOpen, { timeout: 600 }).toBe(false);
    const before = mouth.openedAtMs.length;
    await wait(1500);
    expect(mouth.openedAtMs.length).toBe(before);
    expect(await text('#lips-time')).toBe('0:00 / 0:08');
    expect(await page.locator('#lips-stop').isDisabled()).toBe(true);
  });

  it('moves the lips later by what is set, and remembers it', async () => {
    await open();
    await page.locator('#lips-offset').fill('300');
    await page.reload();
    await page.waitForSelector('body[data-link="online"]', WAIT);
    await page.click('#way-lips');
    expect(await text('#lips-offset-text')).toBe('300 ms');
    await choose('beats.wav', 'beats.json');
    await page.click('#lips-play');
    await opensWithin(4);
    const zeroMs = await zeroHeardAtMs();
    const offMs = mouth.openedAtMs.map((atMs, n) => atMs - zeroMs - (OPENS_MS[n] ?? 0));
    expect(Math.abs(median(offMs) - 340), offMs.map(Math.round).join(' ')).toBeLessThan(60);
  });

  it('follows what is heard where there are no timings, and says so', async () => {
    await open();
    await choose('beats.wav');
    expect(await text('#lips-drop-kinds')).toBe('No timings: the mouth follows what is heard');
    await page.click('#lips-play');
    await opensWithin(4);
    const zeroMs = await zeroHeardAtMs();
    const offMs = mouth.openedAtMs.map((atMs) => (atMs - zeroMs) % 1000);
    expect(Math.abs(median(offMs) - 440), offMs.map(Math.round).join(' ')).toBeLessThan(80);
  });

  it('plays the sample when nothing was chosen, and takes files dropped anywhere', async () => {
    await open();
    expect(await text('#lips-play')).toBe('Play the sample');
    await page.click('#lips-play');
    await opensWithin(2);
    expect(await text('#lips-name')).toBe('Sample');
    await page.setInputFiles('#lips-file', SAMPLE);
    await expect.poll(() => text('#lips-drop-main'), WAIT).toBe('speech-sample.wav');
    await expect.poll(() => isOpen, { timeout: 600 }).toBe(false);
    expect(await text('#lips-play')).toBe('Play');
  });

  it('says what is wrong with files and plays what it can', async () => {
    await open();
    await page.setInputFiles('#lips-file', join(folder, 'beats.json'));
    await expect.poll(() => text('#lips-error'), WAIT).toContain('There is no sound file among these.');
    await choose('beats.wav', 'broken.json');
    expect(await text('#lips-error')).toContain(
      'The timings could not be read; the mouth follows what is heard.',
    );
    expect(await text('#lips-drop-kinds')).toContain('No timings');
    await page.setInputFiles('#lips-file', {
      name: 'x.wav',
      mimeType: 'audio/wav',
      buffer: Buffer.alloc(5000, 65),
    });
    await expect.poll(() => text('#lips-error'), WAIT).toContain('The browser cannot play this sound.');
    expect(await text('#lips-drop-main')).toBe('beats.wav');
  });
});
