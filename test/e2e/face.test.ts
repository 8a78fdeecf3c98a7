import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axeViolations } from '../support/axe.js';
import { EVIL_MARKUP, isChromiumThere, type OpenedPage, openPage, WAIT, whySkipped } from './page-browser.js';
import { startVoicePages, type VoicePages } from './voice-pages.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SLOW = { timeout: 30_000 };

const SCREENS = [
  ['on a desk', {}],
  ['on a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
] as const;

describe.skipIf(!isChromiumThere)(`the browser face${whySkipped}`, () => {
  let pages: VoicePages;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    pages = await startVoicePages(5);
  }, 60_000);

  afterAll(async () => {
    await pages?.close();
  });

  beforeEach(() => {
    Object.assign(pages.sessions.manner, { replyMs: 2500, face: 'sad', understandsMs: 150 });
  });

  afterEach(async () => {
    await page.context().close();
    expect(opened.complaints).toEqual([]);
  });

  async function open(query = '', options: BrowserContextOptions = {}): Promise<void> {
    opened = await openPage(pages.browser, `${pages.url}face${query}`, options);
    page = opened.page;
  }
  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? '';
  const face = (name: string): Promise<string | null> =>
    page.locator('#face svg').getAttribute(`data-${name}`);
  const untilMouth = (isOpen: boolean): Promise<unknown> =>
    expect
      .poll(async () => Number(await face('mouth')), { ...SLOW, interval: 20 })
      .toSatisfy((openness: number) => (isOpen ? openness > 0.25 : openness === 0));

  it('talks with whoever types to it: mouth, emotion and words follow the sound', async () => {
    await open();
    expect(await face('phase')).toBe('idle');
    await page.fill('#text', 'Hello');
    await page.press('#text', 'Enter');
    await untilMouth(true);
    expect(await face('face')).toBe('sad');
    expect(await face('phase')).toBe('speaking');
    await expect.poll(() => text('#caption'), WAIT).toBe('It is a fine day. ');
    await page.waitForSelector('#state[data-phase="resting"]', SLOW);
    await untilMouth(false);
    await expect.poll(() => face('face'), WAIT).toBe('neutral');
    expect(await page.locator('#caption span').last().textContent()).toBe('');
  }, 60_000);

  it('shows markup of models as text', async () => {
    pages.sessions.manner.words = ['See', EVIL_MARKUP];
    try {
      await open();
      await page.fill('#text', EVIL_MARKUP);
      await page.press('#text', 'Enter');
      await expect.poll(async () => (await text('#caption')).trim(), SLOW).toContain(`See ${EVIL_MARKUP}`);
      expect(await page.locator('#caption img, #caption script, #caption b').count()).toBe(0);
      expect(await page.evaluate('window.pwned')).toBeUndefined();
    } finally {
      pages.sessions.manner.words = ['It', 'is', 'a', 'fine', 'day.'];
    }
  }, 60_000);

  it.each(SCREENS)(
    'talks with whoever speaks to it, %s',
    async (_, screen) => {
      await open('', screen);
      await page.click('#mic');
      await page.waitForSelector('#state[data-phase="hearing"]', SLOW);
      expect(await face('phase')).toBe('listening');
      await untilMouth(true);
      await page.keyboard.press('Escape');
      await page.waitForSelector('#state[data-phase="resting"]', SLOW);
      expect(await page.locator('#mic').getAttribute('aria-pressed')).toBe('false');
    },
    60_000,
  );

  it('blinks', async () => {
    await open();
    await expect.poll(async () => Number(await face('lids')), { ...SLOW, interval: 10 }).toBeLessThan(0.5);
  }, 60_000);

  it('for OBS is nothing but the face on nothing, and mirrors an avatar of the bridge', async () => {
    await open('?obs=1&size=300&mirror=1');
    expect(await page.locator('#controls').isVisible()).toBe(false);
    expect(
      await page.evaluate(`[getComputedStyle(document.body), getComputedStyle(document.documentElement)]
      .map((style) => style.backgroundColor + style.backgroundImage).join()`),
    ).toBe('rgba(0, 0, 0, 0)none,rgba(0, 0, 0, 0)none');
    expect(await page.locator('#face').boundingBox()).toMatchObject({ width: 300, height: 300 });
    expect(await face('phase')).toBe('idle');
    const handle = await pages.daemon.client.open({ kind: 'recorded' });
    const pcm = new Int16Array(16_000 * 3);
    for (let index = 0; index < pcm.length; index++)
      pcm[index] = 9000 * Math.sin(index / 12) * Math.sin(index / 1600);
    await handle.write(new Uint8Array(pcm.buffer));
    await handle.end();
    await untilMouth(true);
    await expect.poll(() => face('phase'), WAIT).toBe('speaking');
  }, 60_000);

  it('follows a conversation by its number, without sound and without a word of its own', async () => {
    await open();
    await page.fill('#text', 'Hello');
    const { id } = pages.sessions.last;
    const first = page;
    await open(`?obs=1&session=${id}`);
    const done = pages.sessions.last.done.length;
    pages.sessions.manner.face = 'anger';
    await first.press('#text', 'Enter');
    await untilMouth(true);
    expect(await face('face')).toBe('anger');
    await first.waitForSelector('#state[data-phase="resting"]', SLOW);
    await untilMouth(false);
    const told = pages.sessions.last.done.slice(done).filter((what) => !what.startsWith('played'));
    expect(told).toEqual(['ask Hello']);
    await first.context().close();
  }, 60_000);

  it('for OBS waits for the server for ever, asleep, without a word', async () => {
    await open('?obs=1');
    pages.way.cut();
    await expect.poll(() => face('phase'), SLOW).toBe('asleep');
    expect(await page.locator('#error').isVisible()).toBe(false);
    pages.way.lead(pages.daemon.server.url);
    await expect.poll(() => face('phase'), SLOW).toBe('idle');
    opened.complaints = opened.complaints.filter((one) => !/WebSocket|ERR_/.test(one));
  }, 60_000);

  it.each(SCREENS)(
    'ends its reply for whoever speaks into it, %s',
    async (_, screen) => {
      pages.sessions.manner.replyMs = 60_000;
      await open('', screen);
      await page.click('#mic');
      await page.waitForSelector('#state[data-phase="speaking"]', SLOW);
      const session = pages.sessions.last;
      await expect.poll(() => session.turns, SLOW).toBeGreaterThan(1);
      await page.keyboard.press('Escape');
    },
    60_000,
  );

  it.each(SCREENS)(
    'comes back by itself when the server was away, %s',
    async (_, screen) => {
      await open('', screen);
      pages.way.cut();
      await expect.poll(() => face('phase'), SLOW).toBe('asleep');
      pages.way.lead(pages.daemon.server.url);
      await expect.poll(() => face('phase'), SLOW).toBe('idle');
      await page.fill('#text', 'Hello');
      await page.press('#text', 'Enter');
      await untilMouth(true);
      opened.complaints = opened.complaints.filter((one) => !/WebSocket|ERR_/.test(one));
    },
    60_000,
  );

  it.each(SCREENS)(
    'goes on in writing when the microphone is refused, %s',
    async (_, screen) => {
      await open('', screen);
      await page.evaluate(`MediaDevices.prototype.getUserMedia = () =>
      Promise.reject(new DOMException('Permission denied', 'NotAllowedError'))`);
      await page.click('#mic');
      await expect.poll(() => text('#error'), WAIT).toContain('The microphone was refused.');
      await page.fill('#text', 'Hello');
      await page.press('#text', 'Enter');
      await page.waitForSelector('#state[data-phase="speaking"]', SLOW);
    },
    60_000,
  );

  it.each([
    ['light, on a desk', {}],
    ['dark, on a phone, in Japanese', { ...PHONE, locale: 'ja-JP', colorScheme: 'dark' as const }],
  ])(
    'has nothing that the accessibility checker finds: %s',
    async (_where, options) => {
      await open('', options);
      expect(await axeViolations(page)).toEqual([]);
      await page.fill('#text', 'Hello');
      await page.press('#text', 'Enter');
      await page.waitForSelector('#state[data-phase="speaking"]', SLOW);
      expect(await axeViolations(page)).toEqual([]);
    },
    60_000,
  );
});
