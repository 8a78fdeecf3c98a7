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
import { type Program, startProgram } from './program.js';

const SLOW = { timeout: 40_000 };
/** Chromium's own camera and screen, allowed without asking. */
const FAKE_EYES = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const LAST = '.bubble[data-role="assistant"] >> nth=-1';

describe.skipIf(!isChromiumThere)(`a conversation on the page${whySkipped}`, () => {
  let program: Program;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    program = await startProgram();
    browser = await launch(FAKE_EYES);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await program?.stop();
  }, 60_000);

  afterEach(async () => {
    // What is still being said must not be heard in the next test.
    const stop = page.locator('#talk-stop');
    if (await stop.isEnabled()) await stop.click({ timeout: 500 }).catch(() => {});
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    const opened = await openPage(browser, program.url, options);
    page = opened.page;
    complaints = opened.complaints;
    await page.click('#way-talk');
  }
  async function say(text: string): Promise<void> {
    await page.fill('#talk-text', text);
    await page.press('#talk-text', 'Enter');
  }
  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? '';
  const endIs = (outcome: string): Promise<unknown> =>
    page.waitForSelector(`.bubble[data-role="assistant"][data-ended="${outcome}"] >> nth=-1`, SLOW);
  const untilHeard = (chars: number): Promise<unknown> =>
    expect.poll(async () => (await text(`${LAST} >> .bubble-said`)).length, SLOW).toBeGreaterThan(chars);

  it('stands behind the pane for texts, and loads nothing by being looked at', async () => {
    await open();
    expect(await text('#ways [aria-selected="true"]')).toBe('Talk');
    expect(await page.locator('#talk-empty').isVisible()).toBe(true);
    expect(await page.locator('#talk-stop').isDisabled()).toBe(true);
    expect(await page.locator('#talk-new').isDisabled()).toBe(true);
    expect(await (await fetch(`${program.url}metrics`)).text()).not.toContain('bridge_turns_total{');
  });

  it('is answered aloud, and shown as it is heard, with the face that goes with it', async () => {
    await open();
    await say('Hello there');
    expect(await text('.bubble[data-role="user"] .bubble-said')).toBe('Hello there');
    await untilHeard(3);
    expect(await text(`${LAST} >> .bubble-coming`)).not.toBe('');
    expect(await text('#talk-state')).toBe('Speaking');
    await expect.poll(() => page.getAttribute('#talk-face', 'data-face'), WAIT).toBe('joy');
    expect(await text('#talk-face')).toBe('😊');
    const loudest = page.locator('#stage').evaluate(async (stage) => {
      let peak = 0;
      for (const endAt = Date.now() + 1500; Date.now() < endAt; ) {
        peak = Math.max(
          peak,
          Number((stage as unknown as { dataset: Record<string, string> }).dataset['level']),
        );
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      return peak;
    });
    expect(await loudest).toBeGreaterThan(0.05);
    await endIs('completed');
    expect(await text(`${LAST} >> .bubble-coming`)).toBe('');
    expect(await text('#talk-state')).toBe('Ready');
    expect(await text('.talk-note')).toContain('No language model is set up');
    expect(await text('#talk-log')).not.toMatch(/\[face|\[animation/);
    const metrics = await (await fetch(`${program.url}metrics`)).text();
    expect(metrics).toContain('bridge_turns_total{outcome="completed",by="typed"} 1');
    expect(metrics).toContain('bridge_turn_stage_seconds_count{stage="firstToken"} 1');
    expect(metrics).toMatch(/bridge_reply_characters_total [1-9]/);
  });

  it('is there again after the page was loaded anew, and gone when a new one begins', async () => {
    await open();
    await say('What is 3 plus 4?');
    await endIs('completed');
    const said = await text(`${LAST} >> .bubble-said`);
    expect(said).toContain('7');
    await page.reload();
    await page.waitForSelector('body[data-link="online"]', WAIT);
    await page.click('#way-talk');
    await expect.poll(() => text(`${LAST} >> .bubble-said`), WAIT).toBe(said);
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.click('#talk-new');
    await expect.poll(() => page.locator('.bubble').count(), WAIT).toBe(0);
    await page.reload();
    await page.waitForSelector('body[data-link="online"]', WAIT);
    await page.click('#way-talk');
    await page.waitForTimeout(300);
    expect(await page.locator('.bubble').count()).toBe(0);
  });

  it('is stopped in the midst of a story, and shows how far it was heard', async () => {
    await open();
    await say('Tell me a story');
    await untilHeard(12);
    await page.click('#talk-stop');
    await endIs('interrupted');
    expect(await text(`${LAST} >> .bubble-note`)).toBe('Interrupted here');
    const [said, coming] = [await text(`${LAST} >> .bubble-said`), await text(`${LAST} >> .bubble-coming`)];
    expect(said.length).toBeGreaterThan(12);
    expect(coming).not.toBe('');
    await expect.poll(() => page.getAttribute('#face', 'data-mouth'), WAIT).toBe('0.00');
    await page.click('#lang-ja');
    expect(await text(`${LAST} >> .bubble-note`)).toBe('ここで中断されました');
  });

  it('goes on with the next question, which interrupts what is being said', async () => {
    await open();
    await say('Tell me a story');
    await untilHeard(5);
    await say('What is 20 times 3?');
    await expect
      .poll(() => page.locator('.bubble[data-role="assistant"]').first().getAttribute('data-ended'), SLOW)
      .toBe('interrupted');
    await endIs('completed');
    expect(await text(`${LAST} >> .bubble-said`)).toContain('60');
    if (!areScreensTaken) return;
    await say('Tell me a story');
    await untilHeard(60);
    await page.screenshot({ path: join(SCREENS, 'talk.png') });
  });

  it('goes on when the page is left in the midst of it', async () => {
    await open();
    await say('Tell me a story');
    await untilHeard(5);
    await page.reload();
    await page.waitForSelector('body[data-link="online"]', WAIT);
    await page.click('#way-talk');
    await expect.poll(async () => (await text(`${LAST} >> .bubble-said`)).length, SLOW).toBeGreaterThan(90);
    await page.click('#talk-stop');
    await expect.poll(() => text(`${LAST} >> .bubble-note`), WAIT).toBe('Interrupted here');
    await expect.poll(() => page.locator('#talk-stop').isDisabled(), WAIT).toBe(true);
  }, 60_000);

  it('shows what is said as text, whatever it looks like', async () => {
    await open();
    const hostile = '<img src="/nothing" onerror="window.wasHit = 1"><b>bold</b>';
    await say(`Say: ${hostile}`);
    await untilHeard(10);
    expect(await text('.bubble[data-role="user"] .bubble-said')).toContain(hostile);
    expect(await page.locator('#talk-log img, #talk-log b, #talk-log script').count()).toBe(0);
    expect(await page.evaluate('window.wasHit')).toBeUndefined();
  });

  it('takes a picture of the camera along', async () => {
    await open();
    await page.click('#talk-camera');
    await page.waitForSelector('#talk-picture canvas', SLOW);
    expect(await page.locator('#talk-send').isEnabled()).toBe(true);
    await page.click('#talk-send');
    expect(await page.locator('.bubble[data-role="user"] canvas').count()).toBe(1);
    expect(await page.locator('#talk-picture').isHidden()).toBe(true);
    await expect.poll(() => text(`${LAST} >> .bubble-text`), SLOW).toContain('I did get your picture');
  });

  it('lets a picture be removed again, and takes one of the screen', async () => {
    await open();
    await page.click('#talk-screen');
    await page.waitForSelector('#talk-picture canvas', SLOW);
    const [width, height] = await page.locator('#talk-picture canvas').evaluate((canvas) => {
      const { width: wide, height: high } = canvas as unknown as { width: number; height: number };
      return [wide, high] as const;
    });
    expect(Math.max(width, height)).toBeLessThanOrEqual(200);
    await page.click('#talk-picture-remove');
    expect(await page.locator('#talk-picture').isHidden()).toBe(true);
    expect(await page.locator('#talk-send').isDisabled()).toBe(true);
  });

  it('lets the avatar look when the user agrees, who is asked once', async () => {
    await open({ colorScheme: 'dark' });
    await say('What do you see?');
    await page.waitForSelector('#talk-consent:not([hidden])', SLOW);
    expect(await text('#talk-consent-text')).toContain('your camera');
    if (areScreensTaken) await page.locator('#player').screenshot({ path: join(SCREENS, 'talk-dark.png') });
    await page.click('#talk-consent-yes');
    await expect.poll(() => text(`${LAST} >> .bubble-said`), SLOW).toContain('I did get your picture');
    await say('What do you see?');
    await expect.poll(() => page.locator('.bubble[data-role="assistant"]').count(), SLOW).toBe(2);
    await expect.poll(() => text(`${LAST} >> .bubble-said`), SLOW).toContain('I did get your picture');
    expect(await page.locator('#talk-consent').isHidden()).toBe(true);
  }, 60_000);

  it('goes on without a picture when the user refuses', async () => {
    await open();
    await say('What do you see?');
    await page.waitForSelector('#talk-consent:not([hidden])', SLOW);
    await page.click('#talk-consent-no');
    expect(await page.locator('#talk-consent').isHidden()).toBe(true);
    // Behind "Let me have a look."
    await untilHeard(30);
    expect(await text(LAST)).not.toContain('I did get your picture');
  }, 60_000);

  it('says in plain words what is wrong, in the language of the page', async () => {
    await open();
    await page.route('**/api/talk', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/json',
        body: '{"error":{"code":"BRIDGE_ERR_LLM_KEY","message":"401 from openai"}}',
      }),
    );
    await say('Hello');
    await page.waitForSelector('#talk-error:not([hidden])', WAIT);
    expect(await text('#talk-error')).toMatch(/key of the language model.*BRIDGE_ERR_LLM_KEY: 401/);
    expect(await page.locator(LAST).getAttribute('data-ended')).toBe('failed');
    await page.click('#lang-ja');
    expect(await text('#talk-error')).toContain('言語モデルのキー');
    complaints = complaints.filter((one) => !one.includes('503'));
    await page.unroute('**/api/talk');
  });

  it.each(['en-US', 'ja-JP'])('fits a phone, and works by the keyboard (%s)', async (locale) => {
    await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, locale });
    const isJapanese = locale.startsWith('ja');
    await say(isJapanese ? 'こんにちは' : 'Hello');
    await untilHeard(2);
    const [wide, view] = await page
      .locator('html')
      .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth] as const);
    expect(wide).toBeLessThanOrEqual(view);
    const cut = await page
      .locator('#ways button span:not([hidden]), .talk-head span, .talk-buttons span')
      .evaluateAll((names) => names.filter((name) => name.scrollWidth > name.clientWidth + 1).length);
    expect(cut).toBe(0);
    if (areScreensTaken) {
      await page.locator('#ways').evaluate((ways) => ways.scrollIntoView());
      if (isJapanese) await page.screenshot({ path: join(SCREENS, 'talk-phone.png') });
    }
    await page.locator('#talk-text').focus();
    await page.keyboard.type(isJapanese ? '時刻' : 'time');
    await page.keyboard.press('Tab');
    expect(await page.locator('#talk-send:focus').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await page.locator('#talk-stop:focus').count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.bubble[data-role="assistant"][data-ended]', SLOW);
  });
});
