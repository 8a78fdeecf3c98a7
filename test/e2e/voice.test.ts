import { setTimeout as wait } from 'node:timers/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axeViolations } from '../support/axe.js';
import { EVIL_MARKUP, isChromiumThere, type OpenedPage, openPage, WAIT, whySkipped } from './page-browser.js';
import { startVoicePages, type VoicePages } from './voice-pages.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const SCREENS = [
  ['on a desk', {}],
  ['on a phone', PHONE],
] as const;
const SLOW = { timeout: 30_000 };

describe.skipIf(!isChromiumThere)(`the voice page in a browser${whySkipped}`, () => {
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
    Object.assign(pages.sessions.manner, { replyMs: 2000, face: 'joy', understandsMs: 150 });
  });

  afterEach(async () => {
    await page.context().close();
    expect(opened.complaints).toEqual([]);
  });

  async function open(
    options: BrowserContextOptions = {},
    query = '',
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<void> {
    opened = await openPage(pages.browser, `${pages.url}voice${query}`, options, async (one) => {
      // Remembers the tracks that the page was given.
      await one.addInitScript(`
        window.micTracks = [];
        window.allWanted = [];
        const ask = MediaDevices.prototype.getUserMedia;
        MediaDevices.prototype.getUserMedia = async function (wanted) {
          window.micWanted = wanted;
          window.allWanted.push(Object.keys(wanted).join());
          const stream = await ask.call(this, wanted);
          window.micTracks.push(...stream.getTracks());
          return stream;
        };
      `);
      await prepare?.(one);
    });
    page = opened.page;
  }
  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? '';
  const phaseIs = (phase: string): Promise<unknown> =>
    page.waitForSelector(`#state[data-phase="${phase}"]`, SLOW);
  const level = async (): Promise<number> => Number(await page.locator('#stage').getAttribute('data-level'));
  const tracks = (): Promise<string[]> =>
    page.evaluate('window.micTracks.map((track) => track.readyState)') as Promise<string[]>;
  const session = () => pages.sessions.last;

  it.each(SCREENS)(
    'G1-G11: one press, and it listens, answers, and listens again, %s',
    async (_, screen) => {
      await open(screen);
      expect(await text('#countdown')).toBe('You may speak for up to 30 s at a time.');
      await page.click('#start');
      await phaseIs('hearing');
      expect(await text('#countdown')).toMatch(/^(30|29) s left$/);
      expect(await text('#partial')).toBe('What I');
      await phaseIs('speaking');
      // The reply is heard before it is complete, and its mouth moves with it.
      await expect.poll(level, WAIT).toBeGreaterThan(0.05);
      await expect
        .poll(async () => Number(await page.locator('#stage svg').getAttribute('data-mouth')), {
          ...WAIT,
          interval: 20,
        })
        .toBeGreaterThan(0.2);
      expect(await page.locator('#stage svg').getAttribute('data-face')).toBe('joy');
      await page.waitForSelector('.bubble[data-role="assistant"][data-ended="completed"]', SLOW);
      await phaseIs('resting');
      expect(await text('#state')).toBe('Listening');
      expect(await text('.bubble[data-role="user"] .bubble-text')).toBe('You: What I said');
      expect(await text('.bubble[data-role="assistant"] .bubble-said')).toBe('It is a fine day. ');
      expect(await page.evaluate('window.micWanted.audio.echoCancellation')).toBe(true);
      // By itself, a second turn.
      await page.waitForSelector('.bubble[data-role="user"] >> nth=1', SLOW);
      expect(session().turns).toBe(2);
      expect(
        session()
          .done.filter((done) => done.startsWith('played 1'))
          .at(-1),
      ).toBe('played 1 2000');
    },
    60_000,
  );

  it('G-t1: after a reply it is the microphone that goes on; a camera is asked for at no time', async () => {
    await open();
    await page.uncheck('#barge-in');
    await page.click('#start');
    await page.waitForSelector('.bubble[data-role="assistant"][data-ended="completed"]', SLOW);
    await phaseIs('resting');
    expect(await page.evaluate('window.micTracks.map(({ kind, enabled }) => [kind, enabled])')).toEqual([
      ['audio', true],
    ]);
    const heardBytes = session().heardBytes;
    await expect.poll(() => session().heardBytes, WAIT).toBeGreaterThan(heardBytes);
    await page.click('#stop');
    await page.click('#start');
    await expect.poll(() => tracks(), WAIT).toEqual(['ended', 'live']);
    expect(await page.evaluate('window.allWanted')).toEqual(['audio', 'audio']);
    await page.click('#stop');
  }, 60_000);

  it('G13: another tab has a conversation of its own, and this one goes on with its own', async () => {
    await open();
    await page.fill('#text', 'of the first');
    await page.press('#text', 'Enter');
    await page.waitForSelector('.bubble[data-role="assistant"][data-ended="completed"]', SLOW);
    const first = session();
    const other = await page.context().newPage();
    await other.goto(`${pages.url}voice`);
    await other.fill('#text', 'of the second');
    await other.press('#text', 'Enter');
    await other.waitForSelector('.bubble[data-role="assistant"][data-ended="completed"]', SLOW);
    expect(session()).not.toBe(first);
    expect(await other.locator('.bubble[data-role="user"] .bubble-text').allTextContents()).toEqual([
      'You: of the second',
    ]);
    expect(await page.locator('.bubble[data-role="user"] .bubble-text').allTextContents()).toEqual([
      'You: of the first',
    ]);
    expect(first.turns).toBe(1);
  }, 60_000);

  it('shows markup of users and models as text, also from before a reload', async () => {
    pages.sessions.manner.words = ['See', EVIL_MARKUP];
    try {
      await open();
      await page.fill('#text', EVIL_MARKUP);
      await page.press('#text', 'Enter');
      for (const time of ['as it comes', 'after a reload']) {
        if (time !== 'as it comes') await page.reload();
        const said = page.locator('.bubble[data-role="assistant"][data-ended="completed"] .bubble-said');
        await expect.poll(async () => (await said.textContent())?.trim(), SLOW).toBe(`See ${EVIL_MARKUP}`);
        expect(await text('.bubble[data-role="user"] .bubble-text')).toBe(`You: ${EVIL_MARKUP}`);
        expect(await page.locator('.bubble img, .bubble script, .bubble b').count()).toBe(0);
        expect(await page.evaluate('window.pwned')).toBeUndefined();
      }
    } finally {
      pages.sessions.manner.words = ['It', 'is', 'a', 'fine', 'day.'];
    }
  }, 60_000);

  it('G10: what both said can be heard again, and the microphone is deaf meanwhile', async () => {
    await open();
    await page.click('#start');
    await page.waitForSelector('.bubble[data-role="assistant"] .replay:visible', SLOW);
    const said = page.locator('.bubble[data-role="user"] .replay').first();
    expect(await said.textContent()).toMatch(/^Hear it again: 0:0[1-4]$/);
    const answer = page.locator('.bubble[data-role="assistant"] .replay').first();
    expect(await answer.textContent()).toBe('Hear it again: 0:02');
    await page.click('#stop');
    await said.click();
    expect(await said.getAttribute('data-playing')).toBe('true');
    await answer.click();
    expect(await said.getAttribute('data-playing')).toBe('false');
    expect(await text('#state')).toBe('Playing what was said');
    await expect.poll(() => answer.getAttribute('data-playing'), WAIT).toBe('false');
    const saved = page.waitForEvent('download', WAIT);
    await page.locator('.bubble[data-role="assistant"] .save').first().click();
    expect((await saved).suggestedFilename()).toBe('assistant.wav');
  }, 60_000);

  it.each(SCREENS)(
    'G-t3: who speaks into a reply ends it at once, and is answered, %s',
    async (_, screen) => {
      pages.sessions.manner.replyMs = 20_000;
      await open(screen);
      await page.click('#start');
      await phaseIs('speaking');
      expect(await text('#state')).toBe('Speaking – you may interrupt');
      await page.waitForSelector('.bubble[data-role="assistant"][data-ended="interrupted"]', SLOW);
      await expect.poll(level, WAIT).toBe(0);
      await page.waitForSelector('.bubble[data-role="user"] >> nth=1', SLOW);
      await phaseIs('speaking');
      // What was heard of it can be heard again.
      const first = page.locator('.bubble[data-role="assistant"] .replay').first();
      expect(await first.textContent()).toMatch(/0:0[3-9]$/);
      await page.click('#stop');
    },
    60_000,
  );

  it('G9: without barge-in nothing is listened to while the reply is heard', async () => {
    pages.sessions.manner.replyMs = 9000;
    await open();
    await page.uncheck('#barge-in');
    await page.click('#start');
    await phaseIs('speaking');
    expect(await text('#state')).toBe('Speaking');
    const heardBytes = session().heardBytes;
    await wait(6000);
    expect(session().heardBytes).toBe(heardBytes);
    expect(session().turns).toBe(1);
    expect(await page.evaluate('window.micTracks.some((track) => track.enabled)')).toBe(false);
    await phaseIs('resting');
    await expect.poll(() => session().heardBytes, WAIT).toBeGreaterThan(heardBytes);
  }, 60_000);

  it('G12: stop ends reply, recording and restart; the browser’s sign of recording goes out', async () => {
    pages.sessions.manner.replyMs = 20_000;
    await open();
    await page.click('#start');
    await phaseIs('speaking');
    await page.click('#stop');
    await expect.poll(level, WAIT).toBe(0);
    expect(await tracks()).toEqual(['ended']);
    expect(await text('#state')).toBe('Press the button and speak');
    expect(session().done).toContain('interrupt');
    const turns = session().turns;
    await wait(7000);
    expect(session().turns).toBe(turns);
    expect(await page.locator('#stop').isDisabled()).toBe(true);
  }, 60_000);

  it('G5, G-t2: who says nothing is not answered', async () => {
    await open({}, '', (one) =>
      one.addInitScript(`
        const silent = MediaDevices.prototype.getUserMedia;
        MediaDevices.prototype.getUserMedia = async function (wanted) {
          const stream = await silent.call(this, wanted);
          const context = new AudioContext();
          return context.createMediaStreamDestination().stream;
        };
      `),
    );
    await page.click('#start');
    await expect.poll(() => session().heardBytes, WAIT).toBeGreaterThan(3 * 32_000);
    expect(session().turns).toBe(0);
    expect(session().done).not.toContain('endOfSpeech');
    expect(await text('#state')).toBe('Listening');
  }, 60_000);

  it('G6: after the longest time one may speak it is answered', async () => {
    pages.sessions.manner.understandsMs = 1500;
    await open({}, '?limit=5', (one) =>
      one.addInitScript(`
        const loud = MediaDevices.prototype.getUserMedia;
        MediaDevices.prototype.getUserMedia = async function () {
          const context = new AudioContext();
          const tone = context.createOscillator();
          const out = context.createMediaStreamDestination();
          tone.connect(out);
          tone.start();
          return out.stream;
        };
      `),
    );
    await page.click('#start');
    await phaseIs('hearing');
    expect(await text('#countdown')).toMatch(/^[45] s left$/);
    await phaseIs('understanding');
    expect(await text('#countdown')).toBe('That was 5 s: you are answered now.');
    await phaseIs('speaking');
    expect(session().heardBytes / 32).toBeLessThan(6500);
    await page.click('#stop');
  }, 60_000);

  it.each(SCREENS)(
    'goes on in writing when the microphone is refused, and says what to do, %s',
    async (_, screen) => {
      await open(screen, '', (one) =>
        one.addInitScript(`
        MediaDevices.prototype.getUserMedia = () =>
          Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
      `),
      );
      await page.click('#start');
      await expect.poll(() => text('#mic-error'), WAIT).toContain('The microphone was refused.');
      await page.fill('#text', 'Hello <b>there</b>');
      await page.press('#text', 'Enter');
      await page.waitForSelector('.bubble[data-role="assistant"][data-ended="completed"]', SLOW);
      expect(await text('.bubble[data-role="user"] .bubble-text')).toBe('You: Hello <b>there</b>');
      await page.fill('#text', 'refuse me');
      await page.press('#text', 'Enter');
      await expect.poll(() => text('#talk-error'), WAIT).toContain('This could not be answered now.');
      expect(await page.inputValue('#text')).toBe('refuse me');
    },
    60_000,
  );

  it('says how to come by a microphone where the page has no https', async () => {
    await open({}, '', (one) =>
      one.addInitScript(`Object.defineProperty(window, 'isSecureContext', { value: false });`),
    );
    await page.click('#start');
    await expect.poll(() => text('#mic-error'), WAIT).toContain('mmdagent-bridge cert');
  });

  it.each([
    ['the network', 'on a desk', {}],
    ['the server itself', 'on a desk', {}],
    ['the server itself', 'on a phone', PHONE],
  ] as const)(
    'shows that the server is away, and goes on when %s is back, %s',
    async (what, _, screen) => {
      await open(screen);
      await page.fill('#text', 'Hello');
      await page.press('#text', 'Enter');
      await page.waitForSelector('.bubble[data-role="assistant"][data-ended="completed"]', SLOW);
      await page.click('#start');
      pages.way.cut();
      await expect.poll(() => text('#banner'), SLOW).toContain('The server is away.');
      expect(await text('#state')).toBe('Waiting for the server…');
      expect(await page.locator('#send').isDisabled()).toBe(true);
      if (what === 'the network') pages.way.lead(pages.daemon.server.url);
      else await pages.restart();
      await page.waitForSelector('body[data-link="online"]', SLOW);
      expect(await page.locator('#banner').isVisible()).toBe(false);
      expect(await text('.bubble[data-role="user"] >> nth=0')).toContain('Hello');
      expect(await page.locator('.bubble >> nth=1').locator('.replay').isVisible()).toBe(true);
      const before = session().turns;
      await expect.poll(() => session().turns, SLOW).toBeGreaterThan(before);
      await phaseIs('speaking');
      // Browsers tell of lost sockets themselves.
      opened.complaints = opened.complaints.filter((one) => !/WebSocket|ERR_/.test(one));
    },
    90_000,
  );

  it('keeps the conversation over a reload, and forgets it on demand', async () => {
    await open();
    await page.fill('#text', 'Hello');
    await page.press('#text', 'Enter');
    await page.waitForSelector('.bubble[data-role="assistant"][data-ended="completed"]', SLOW);
    await page.reload();
    await page.waitForSelector('.bubble[data-role="assistant"]', SLOW);
    expect(await text('.bubble[data-role="user"] .bubble-text')).toBe('You: Hello');
    await page.click('#forget');
    await expect.poll(() => page.locator('.bubble').count(), WAIT).toBe(0);
    expect(session().done).toContain('forget');
  }, 60_000);

  it('is worked by the keyboard alone', async () => {
    pages.sessions.manner.replyMs = 20_000;
    await open();
    await page.locator('#start').focus();
    await page.keyboard.press('Space');
    await phaseIs('speaking');
    await page.keyboard.press('Escape');
    await phaseIs('resting');
    expect(await tracks()).toEqual(['ended']);
    await page.keyboard.press('Enter');
    await expect.poll(() => tracks(), WAIT).toEqual(['ended', 'live']);
    await page.keyboard.press('Escape');
  }, 60_000);

  it('speaks Japanese, on a phone, in the dark, without anything beside the screen', async () => {
    await open({ ...PHONE, locale: 'ja-JP', colorScheme: 'dark' });
    expect(await text('#start-text')).toBe('会話を始める');
    await page.click('#start');
    await page.waitForSelector('.bubble[data-role="assistant"][data-ended="completed"]', SLOW);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.click('#lang-en');
    expect(await text('#log-title')).toBe('Conversation');
    expect(await page.locator('.replay').first().textContent()).toMatch(/^Hear it again/);
    await page.click('#stop');
  }, 60_000);

  it.each([
    ['light, on a desk', {}],
    ['dark, on a phone, in Japanese', { ...PHONE, locale: 'ja-JP', colorScheme: 'dark' as const }],
  ])(
    'has nothing that the accessibility checker finds: %s',
    async (_where, options) => {
      await open(options, '', (one) =>
        one.addInitScript(`
        const granted = MediaDevices.prototype.getUserMedia;
        MediaDevices.prototype.getUserMedia = function (wanted) {
          return window.isRefused
            ? Promise.reject(new DOMException('Permission denied', 'NotAllowedError'))
            : granted.call(this, wanted);
        };
      `),
      );
      expect(await axeViolations(page)).toEqual([]);
      await page.click('#start');
      await page.waitForSelector('.bubble[data-role="assistant"] .replay:visible', SLOW);
      expect(await axeViolations(page)).toEqual([]);
      await page.click('#stop');
      await page.evaluate('window.isRefused = true');
      await page.click('#start');
      await page.waitForSelector('#mic-error:not([hidden])', WAIT);
      await page.click('summary');
      await page.fill('#text', 'refuse me');
      await page.press('#text', 'Enter');
      await page.waitForSelector('#talk-error:not([hidden])', WAIT);
      expect(await axeViolations(page)).toEqual([]);
    },
    60_000,
  );
});
