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
import { startProxy } from './talk-proxy.js';

const SLOW = { timeout: 40_000 };
/** Chromium's own camera and screen, allowed without asking. */
const FAKE_EYES = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
/** Phones, tablets, laptops; the lowest is a browser with much around its page. */
const SIZES = [
  [320, 640],
  [390, 844],
  [768, 1010],
  [1024, 768],
  [1240, 600],
  [1240, 1010],
  [1440, 900],
] as const;
/** Speaks faster: nobody listens. */
const started = (): Promise<Program> =>
  startProgram([], {
    BRIDGE_SPEED: '1.5',
    BRIDGE_TOOLS: JSON.stringify({
      guards: [{ words: ['swordfish'], on: 'request', action: 'replace', text: '***' }],
    }),
  });
const LAST = '.bubble[data-role="assistant"] >> nth=-1';
const ENDED = '.bubble[data-role="assistant"][data-ended="completed"]';

describe.skipIf(!isChromiumThere)(`a conversation on the page${whySkipped}`, () => {
  let program: Program;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    [program, browser] = await Promise.all([started(), launch(FAKE_EYES)]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await program?.stop();
  }, 60_000);

  afterEach(async () => {
    // What is still said would be waited for by the next.
    await page.evaluate("fetch('api/talk/stop', { method: 'POST' })").catch(() => {});
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  async function open(options: BrowserContextOptions = {}, url = program.url): Promise<void> {
    const opened = await openPage(browser, url, options);
    page = opened.page;
    complaints = opened.complaints;
    await page.click('#way-talk');
  }
  async function reload(tab = page): Promise<void> {
    await tab.reload();
    await tab.waitForSelector('body[data-link="online"]', WAIT);
    await tab.click('#way-talk');
  }
  async function say(text: string, tab = page): Promise<void> {
    await tab.fill('#talk-text', text);
    await tab.press('#talk-text', 'Enter');
  }
  const text = async (selector: string, tab = page): Promise<string> =>
    (await tab.locator(selector).textContent()) ?? '';
  const endIs = (outcome: string, tab = page): Promise<unknown> =>
    tab.waitForSelector(`.bubble[data-role="assistant"][data-ended="${outcome}"] >> nth=-1`, SLOW);
  const untilHeard = (chars: number, tab = page): Promise<unknown> =>
    expect.poll(async () => (await text(`${LAST} >> .bubble-said`, tab)).length, SLOW).toBeGreaterThan(chars);
  /** All rows as they are read: who, how it ended, what was said. */
  const rows = (tab: Page): Promise<string[]> =>
    tab.locator('#talk-log > :not(#talk-empty)').allTextContents();

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
    // Dots, until there are words.
    await page.waitForSelector('.bubble[data-role="assistant"][data-empty="true"]', { state: 'attached' });
    expect(await text('.bubble[data-role="user"] .bubble-said')).toBe('Hello there');
    await untilHeard(3);
    expect(await text(`${LAST} >> .bubble-coming`)).not.toBe('');
    expect(await text('#talk-state')).toBe('Speaking');
    await expect.poll(() => page.getAttribute('#talk-face', 'data-face'), WAIT).toBe('joy');
    expect(await text('#talk-face')).toBe('😊');
    await expect
      .poll(async () => Number(await page.getAttribute('#stage', 'data-level')), { ...WAIT, interval: 15 })
      .toBeGreaterThan(0.05);
    await endIs('completed');
    expect(await text(`${LAST} >> .bubble-coming`)).toBe('');
    await expect.poll(() => text('#talk-state'), WAIT).toBe('Ready');
    expect(await text('.talk-note')).toContain('No language model is set up');
    expect(await text('#talk-log')).not.toMatch(/\[face|\[animation/);
    const metrics = await (await fetch(`${program.url}metrics`)).text();
    expect(metrics).toContain('bridge_turns_total{outcome="completed",by="typed"} 1');
    expect(metrics).toContain('bridge_turn_stage_seconds_count{stage="firstToken"} 1');
    expect(metrics).toMatch(/bridge_reply_characters_total [1-9]/);
  }, 60_000);

  it('is the same in every tab, whoever asks, stops and begins anew', async () => {
    await open();
    const other = await page.context().newPage();
    await other.goto(program.url);
    await other.waitForSelector('body[data-link="online"]', WAIT);
    await other.click('#way-talk');
    await say('Tell me a story');
    await untilHeard(8, other);
    expect(await text('.bubble[data-role="user"] .bubble-said', other)).toBe('Tell me a story');
    expect(await text(`${LAST} >> .bubble-coming`, other)).not.toBe('');
    expect(await text('#talk-state', other)).toBe('Speaking');
    await other.click('#talk-stop');
    await endIs('interrupted');
    await endIs('interrupted', other);
    await expect.poll(async () => (await rows(other)).join()).toBe((await rows(page)).join());
    await say('What is 20 times 3?', other);
    await expect.poll(() => text(`${LAST} >> .bubble-text`), SLOW).toContain('60');
    // A program with the same cookie is a tab like others.
    await page.evaluate(
      "void fetch('api/talk', { method: 'POST', body: JSON.stringify({ text: 'Say: from a program' }) })",
    );
    for (const tab of [page, other])
      await expect.poll(() => text(`${LAST} >> .bubble-text`, tab), SLOW).toContain('from a program');
    expect((await rows(page)).filter((row) => row.startsWith('You: Say: from a program'))).toHaveLength(1);
    await other.click('#talk-new');
    for (const tab of [page, other]) await expect.poll(() => tab.locator('.bubble').count(), WAIT).toBe(0);
    expect(await page.locator('#talk-empty').isVisible()).toBe(true);
  }, 60_000);

  it('goes on when the page is loaded anew in its midst, is there again, and gone when a new one begins', async () => {
    await open();
    await say('Tell me a story');
    await untilHeard(5);
    await reload();
    await untilHeard(5);
    // Also what is still to come.
    expect(await text(`${LAST} >> .bubble-coming`)).not.toBe('');
    const before = (await text(`${LAST} >> .bubble-said`)).length;
    await untilHeard(before + 5);
    await page.click('#talk-stop');
    await expect.poll(() => text(`${LAST} >> .bubble-note`), WAIT).toBe('Interrupted here');
    await expect.poll(() => page.locator('#talk-stop').isDisabled(), WAIT).toBe(true);
    const said = await text(`${LAST} >> .bubble-said`);
    await reload();
    await expect.poll(() => text(`${LAST} >> .bubble-said`), WAIT).toBe(said);
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.click('#talk-new');
    await expect.poll(() => page.locator('.bubble').count(), WAIT).toBe(0);
    const told = new Promise<void>((resolve) =>
      page.on('websocket', (socket) =>
        socket.on('framereceived', ({ payload }) => {
          if (String(payload).includes('"event":"state"')) resolve();
        }),
      ),
    );
    await reload();
    await told;
    expect(await page.locator('.bubble').count()).toBe(0);
  }, 60_000);

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
    expect(await text('.talk-note')).toContain('言語モデルが未設定');
  });

  it('goes on with the next question, which interrupts what is being said', async () => {
    await open();
    await say('Tell me a story');
    await untilHeard(5);
    await say('What is 20 times 3?');
    await expect
      .poll(() => page.locator('.bubble[data-role="assistant"]').first().getAttribute('data-ended'), SLOW)
      .toBe('interrupted');
    await expect.poll(() => text(`${LAST} >> .bubble-text`), SLOW).toContain('60');
    if (!areScreensTaken) return;
    await endIs('completed');
    await say('Tell me a story');
    await untilHeard(60);
    await page.screenshot({ path: join(SCREENS, 'talk.png') });
  }, 60_000);

  // Pictures show the usual port, which two programs cannot have.
  it.skipIf(areScreensTaken)(
    'finds its turn again when the way to the bridge was cut, and tells when the bridge was started anew',
    async () => {
      const proxy = await startProxy(program.url);
      const next = started();
      try {
        await open({}, proxy.url);
        await say('Tell me a story');
        await untilHeard(5);
        proxy.cut();
        await page.waitForSelector('body[data-link="lost"]', WAIT);
        await endIs('failed');
        expect(await text('#talk-error')).toContain('The bridge does not answer');
        expect(await text('#talk-state')).toBe('Ready');
        proxy.lead(program.url);
        await expect.poll(() => page.locator(LAST).getAttribute('data-ended'), SLOW).toBe(null);
        const before = (await text(`${LAST} >> .bubble-said`)).length;
        await untilHeard(before + 3);
        expect(await page.locator('.bubble').count()).toBe(2);
        expect(await page.locator('#talk-error').isHidden()).toBe(true);
        proxy.cut();
        await page.waitForSelector('body[data-link="lost"]', WAIT);
        proxy.lead((await next).url);
        await expect
          .poll(() => page.locator('.talk-note').allTextContents(), SLOW)
          .toContain(
            'The bridge has ended this conversation: the avatar does not remember what stands above.',
          );
        expect(await page.locator(LAST).getAttribute('data-ended')).toBe('failed');
        await page.waitForSelector('body[data-link="online"]', WAIT);
        await say('What is 20 times 3?');
        await expect.poll(() => text(`${LAST} >> .bubble-text`), SLOW).toContain('60');
        expect((await rows(page)).filter((row) => row.includes('20 times 3'))).toHaveLength(1);
        expect(await page.locator('.bubble').count()).toBe(4);
        complaints = complaints.filter((one) => !/WebSocket|ERR_/.test(one));
      } finally {
        // Its story would be waited for by the next test.
        proxy.lead(program.url);
        await page.evaluate("fetch('api/talk/stop', { method: 'POST' })").catch(() => {});
        await proxy.close();
        await (await next).stop();
      }
    },
    90_000,
  );

  it('shows what was really asked where a guard put it in other words, once', async () => {
    await open();
    await say('My word is swordfish');
    await page.waitForSelector('.talk-note >> text=The avatar was asked: My word is ***', WAIT);
    expect(await text('.bubble[data-role="user"] .bubble-said')).toBe('My word is swordfish');
    await endIs('completed');
    await say('Thank you');
    // The second of them: the first has ended already.
    await page.waitForSelector(`${ENDED} >> nth=1`, SLOW);
    expect((await rows(page)).filter((row) => row.includes('was asked'))).toHaveLength(1);
  }, 60_000);

  it('tells how far a tool is that goes on behind its turn, in one row', async () => {
    const opened = await openPage(browser, program.url);
    page = opened.page;
    complaints = opened.complaints;
    let tell: (event: object) => void = () => {};
    await page.routeWebSocket(/api\/talk\/live/, (way) => {
      way.connectToServer();
      tell = (event) => way.send(JSON.stringify(event));
    });
    await page.click('#way-talk');
    await say('Hello there');
    await endIs('completed');
    for (const progress of ['10 %', '<b>60</b> %'])
      tell({ event: 'toolProgress', call: '1:1', name: 'search', text: progress });
    await page.waitForSelector('.talk-note >> text=The tool search goes on: <b>60</b> %', WAIT);
    tell({ event: 'toolProgress', call: '1:2', name: 'search', text: 'a third' });
    await page.waitForSelector('.talk-note >> text=a third', WAIT);
    expect((await rows(page)).filter((row) => row.includes('goes on'))).toEqual([
      'The tool search goes on: <b>60</b> %',
      'The tool search goes on: a third',
    ]);
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

  it('takes a picture of the camera along, which other tabs are told of', async () => {
    await open();
    await page.click('#talk-camera');
    await page.waitForSelector('#talk-picture canvas', SLOW);
    expect(await page.locator('#talk-send').isEnabled()).toBe(true);
    await page.click('#talk-send');
    expect(await page.locator('.bubble[data-role="user"] canvas').count()).toBe(1);
    expect(await page.locator('#talk-picture').isHidden()).toBe(true);
    await expect.poll(() => text(`${LAST} >> .bubble-text`), SLOW).toContain('I did get your picture');
    await reload();
    const elsewhere = page.getByRole('log').getByRole('img', { name: 'Picture that you sent' });
    await expect.poll(() => elsewhere.count(), WAIT).toBe(1);
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
    await expect.poll(() => text(`${LAST} >> .bubble-text`), SLOW).toContain('I did get your picture');
    await say('What do you see?');
    await expect.poll(() => page.locator('.bubble[data-role="assistant"]').count(), SLOW).toBe(2);
    await expect.poll(() => text(`${LAST} >> .bubble-text`), SLOW).toContain('I did get your picture');
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

  it.each(['en-US', 'ja-JP'])(
    'keeps field and buttons in sight, and cuts no name, at any size (%s)',
    async (locale) => {
      const opened = await openPage(browser, program.url, { locale }, (tab) =>
        tab.routeWebSocket(/api\/talk\/live/, (socket) => {
          for (const event of longTalk()) socket.send(JSON.stringify(event));
        }),
      );
      ({ page, complaints } = opened);
      await page.click('#way-talk');
      await page.waitForSelector('#talk-credit:not([hidden])', WAIT);
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        await page.evaluate('scrollTo(0, 0)');
        const size = `${width} x ${height}`;
        const [wide, view] = await page
          .locator('html')
          .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth] as const);
        expect(wide, size).toBeLessThanOrEqual(view);
        const cut = await page
          .locator(
            '#ways button, #ways button span, .talk-head button, .talk-head span, .talk-buttons button',
          )
          .evaluateAll((names) =>
            names
              .filter((name) => name.scrollWidth > name.clientWidth + 1)
              .map(({ textContent }) => textContent),
          );
        expect(cut, size).toEqual([]);
        for (const id of ['way-lips', 'talk-new', 'talk-text', 'talk-send', 'talk-stop', 'talk-screen']) {
          const {
            x = -1,
            y = -1,
            width: wideIs = 0,
            height: highIs = 0,
          } = (await page.locator(`#${id}`).boundingBox()) ?? {};
          expect(Math.min(x, y), `${id} at ${size}`).toBeGreaterThanOrEqual(0);
          expect(x + wideIs, `${id} at ${size}`).toBeLessThanOrEqual(width);
          expect(y + highIs, `${id} at ${size}`).toBeLessThanOrEqual(height);
        }
        // The newest words, too.
        await expect
          .poll(() =>
            page
              .locator('#talk-log')
              .evaluate(
                ({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - scrollTop - clientHeight,
              ),
          )
          .toBeLessThan(2);
      }
    },
  );

  it.each(['en-US', 'ja-JP'])('fits a phone, and works by the keyboard (%s)', async (locale) => {
    await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, locale });
    const isJapanese = locale.startsWith('ja');
    await say(isJapanese ? 'こんにちは' : 'Hello');
    await untilHeard(2);
    if (areScreensTaken && isJapanese) {
      await page.evaluate('scrollTo(0, 0)');
      await page.screenshot({ path: join(SCREENS, 'talk-phone.png') });
    }
    await page.locator('#talk-text').focus();
    await page.keyboard.type(isJapanese ? '時刻' : 'time');
    await page.keyboard.press('Tab');
    expect(await page.locator('#talk-send:focus').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await page.locator('#talk-stop:focus').count()).toBe(1);
    // Its name is not shown there.
    const stop = page.locator('#pane-talk').getByRole('button', { name: isJapanese ? '停止' : 'Stop' });
    expect(await stop.getAttribute('id')).toBe('talk-stop');
    await page.keyboard.press('Enter');
    expect(await page.locator('#talk-text:focus').count()).toBe(1);
    await page.waitForSelector('.bubble[data-role="assistant"][data-ended]', SLOW);
  });
});

/** Many turns with long words and names, as the server tells whoever comes in the midst of it. */
function longTalk(): readonly object[] {
  const long =
    'Bartholomew wrote https://example.org/a/very/long/address/without/any/break/at/all into it. '.repeat(4);
  const said = Array.from({ length: 30 }, (_, at) => [
    { turn: at + 1, role: 'user', text: at % 5 === 0 ? long : 'How are you?', outcome: 'completed' },
    { turn: at + 1, role: 'assistant', text: at % 3 === 0 ? long : 'Fine.', outcome: 'completed' },
  ]).flat();
  const credits = ['VOICEVOX:ずんだもん', 'A Voice with a Long Name (Creative Commons Attribution 4.0)'];
  const open = { turn: 31, role: 'assistant', text: 'Bartholomew', reply: long, outcome: 'open' };
  return [
    { event: 'watching', isNew: false },
    {
      event: 'state',
      talk: 't',
      phase: 'speaking',
      model: 'a-model-with-a-long-name',
      credits,
      said: [...said, open],
    },
  ];
}
