import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  areScreensTaken,
  isChromiumThere,
  launch,
  openPage,
  SCREENS,
  WAIT,
  whySkipped,
} from './page-browser.js';
import { startProgram } from './program.js';

const SLOW = { timeout: 40_000 };

describe.skipIf(!isChromiumThere)(`a text typed on the page${whySkipped}`, () => {
  let program: Awaited<ReturnType<typeof startProgram>>;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    program = await startProgram();
    browser = await launch();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await program?.stop();
  }, 60_000);

  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    const opened = await openPage(browser, program.url, options);
    page = opened.page;
    complaints = opened.complaints;
  }

  /** Shapes that the face showed and the loudest that left for the loudspeaker, until the state is another. */
  /** What this needs of the browser's class. */
  type ObserverClass = new (
    changed: () => void,
  ) => { observe(node: unknown, what: Record<string, unknown>): void; disconnect(): void };
  const watch = (): Promise<{ readonly widest: number; readonly closings: number; readonly peak: number }> =>
    page.locator('#face').evaluate(async (face) => {
      const root = face.ownerDocument;
      const dataOf = (id: string) =>
        (root.getElementById(id) as unknown as { dataset: Record<string, string> }).dataset;
      let [widest, closings, peak, wasOpen] = [0, 0, 0, false];
      // Every value that the page sets, however seldom a busy machine lets this look.
      const { MutationObserver: Observer } = globalThis as unknown as { MutationObserver: ObserverClass };
      const observer = new Observer(() => {
        const mouth = Number(dataOf('face')['mouth']);
        widest = Math.max(widest, mouth);
        if (wasOpen && mouth < 0.1) closings++;
        wasOpen = mouth > 0.2 || (wasOpen && mouth >= 0.1);
      });
      observer.observe(face, { attributes: true, attributeFilter: ['data-mouth'] });
      while (dataOf('say-state')['status'] === 'speaking') {
        peak = Math.max(peak, Number(dataOf('stage')['level']));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      observer.disconnect();
      return { widest, closings, peak };
    });

  it('is what the page asks for first', async () => {
    await open();
    expect(await page.locator('#say-text').isVisible()).toBe(true);
    expect(await page.locator('#pane-file').isVisible()).toBe(false);
    expect(await page.locator('#ways [aria-selected="true"]').textContent()).toBe('Text');
  });

  it.each([
    ['en', 'Hello there. My name is Gene. I speak, and my mouth follows.', 'Hello there.'],
    ['ja', 'こんにちは。今日は良い天気ですね。口も動きます。', 'こんにちは。'],
  ])('is heard, and the face moves its mouth with it (%s)', async (_, said, first) => {
    await open();
    await page.fill('#say-text', said);
    await page.press('#say-text', 'Enter');
    await page.waitForSelector('#say-state[data-status="speaking"]', SLOW);
    expect(await page.textContent('#say-state')).toBe(first);
    if (areScreensTaken && first.startsWith('H')) await page.screenshot({ path: join(SCREENS, 'say.png') });
    const { widest, closings, peak } = await watch();
    expect(peak).toBeGreaterThan(0.05);
    expect(widest).toBeGreaterThan(0.3);
    // Between the sentences and inside words: a mouth that is only open follows nothing. A busy machine draws few pictures of it.
    expect(closings).toBeGreaterThanOrEqual(1);
    await page.waitForSelector('#say-state[data-status="ended"]', WAIT);
    expect(await page.textContent('#say-state')).toMatch(/^Finished · 0:0[1-9]$/);
    expect(await page.locator('#say-error').isHidden()).toBe(true);
  });

  it('offers voices, and speaks with the one that is chosen', async () => {
    await open();
    await expect.poll(() => page.locator('#say-voice option').count(), SLOW).toBeGreaterThan(3);
    expect(await page.textContent('#say-voice option')).toContain('By itself');
    const value = await page.locator('#say-voice optgroup option').nth(1).getAttribute('value');
    await page.selectOption('#say-voice', value ?? '');
    await page.fill('#say-text', 'One.');
    await page.click('#say');
    await page.waitForSelector('#say-state[data-status="ended"]', SLOW);
    await page.reload();
    await page.waitForSelector('body[data-link="online"]', WAIT);
    await expect.poll(() => page.inputValue('#say-voice'), SLOW).toBe(value);
    await page.selectOption('#say-voice', '');
  });

  it('is silent at once when stopped, in the midst of it', async () => {
    await open();
    await page.fill(
      '#say-text',
      'This is a long sentence that goes on and on and on until somebody stops it.',
    );
    await page.press('#say-text', 'Enter');
    await page.waitForSelector('#say-state[data-status="speaking"]', SLOW);
    await page.waitForTimeout(700);
    await page.click('#say-stop');
    await page.waitForSelector('#say-state[data-status="ended"]', WAIT);
    expect(await page.textContent('#say-state')).toContain('Stopped at');
    await expect.poll(() => page.getAttribute('#face', 'data-mouth'), WAIT).toBe('0.00');
  });

  it('says in plain words what is wrong, in the language of the page', async () => {
    await open();
    await page.fill('#say-text', '🙂');
    await page.press('#say-text', 'Enter');
    await page.waitForSelector('#say-error:not([hidden])', SLOW);
    expect(await page.textContent('#say-error')).toMatch(
      /nothing in this text that can be spoken.*BRIDGE_ERR_SPEECH_TEXT/,
    );
    await page.click('#lang-ja');
    expect(await page.textContent('#say-error')).toContain('話せる内容がない');
    expect(await page.textContent('#say')).toBe('話す');
    complaints = complaints.filter((one) => !one.includes('400 (Bad Request)'));
  });

  it('keeps Enter of an input method to itself, and Shift + Enter for a new line', async () => {
    await open();
    await page.fill('#say-text', 'a');
    await page.locator('#say-text').evaluate((field) => {
      const Key = (globalThis as unknown as { KeyboardEvent: new (type: string, init: object) => never })
        .KeyboardEvent;
      (field as unknown as { dispatchEvent(event: unknown): void }).dispatchEvent(
        new Key('keydown', { key: 'Enter', isComposing: true, bubbles: true }),
      );
    });
    await page.press('#say-text', 'Shift+Enter');
    expect(await page.inputValue('#say-text')).toBe('a\n');
    expect(await page.getAttribute('#say-state', 'data-status')).toBe('idle');
  });

  it.each(['en-US', 'ja-JP'])('fits a phone, and works by the keyboard (%s)', async (locale) => {
    await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, locale });
    const [wide, view] = await page
      .locator('html')
      .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth] as const);
    expect(wide).toBeLessThanOrEqual(view);
    const cut = await page
      .locator('#ways button span:not([hidden])')
      .evaluateAll((names) => names.filter((name) => name.scrollWidth > name.clientWidth + 1).length);
    expect(cut).toBe(0);
    await page.locator('#way-text').focus();
    await page.keyboard.press('Tab');
    expect(await page.locator('#say-text:focus').count()).toBe(1);
  });
});
