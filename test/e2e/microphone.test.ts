import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type PageRig, SAMPLE, startPageRig } from '../integration/server/page-rig.js';
import {
  areScreensTaken,
  type BuiltPage,
  buildPage,
  isChromiumThere,
  launch,
  type OpenedPage,
  openPage,
  QUIET_SPEAKER,
  SCREENS,
  WAIT,
  whySkipped,
} from './page-browser.js';
import { bestCorrelation, rmsDb, TappedSound, wavSamples } from './tapped-sound.js';

/** Chromium's own: a file again and again as the microphone, and no question to the user. */
const FAKE_MICROPHONE = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-audio-capture=${SAMPLE}`,
];
const SPEECH = wavSamples(SAMPLE);
/** 1.2 s of it with speech all through. */
const PART = SPEECH.subarray(16_000, 35_200);

describe.skipIf(!isChromiumThere)(`the microphone on the page${whySkipped}`, () => {
  let built: BuiltPage;
  let browser: Browser;
  let rig: PageRig;
  let opened: OpenedPage;
  let page: Page;
  let heard: TappedSound;

  beforeAll(async () => {
    built = buildPage();
    const links = areScreensTaken ? ['simulator:', 'ws-listen://127.0.0.1:9001/chat'] : ['simulator:'];
    rig = await startPageRig({ staticDir: built.folder, speaker: QUIET_SPEAKER }, { links });
    heard = await TappedSound.of(rig.client, 'simulator');
    browser = await launch(FAKE_MICROPHONE);
  });

  afterAll(async () => {
    await browser.close();
    await rig.close();
    built.remove();
  });

  afterEach(async () => {
    await page.context().close();
    for (const lane of rig.daemon.registry.lanes) lane.interrupt();
    expect(opened.complaints).toEqual([]);
  });

  async function open(
    options: BrowserContextOptions = {},
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<void> {
    opened = await openPage(browser, rig.server.url, options, prepare);
    page = opened.page;
    await page.click('#way-mic');
  }
  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? '';
  const stateIs = (pattern: RegExp): Promise<unknown> =>
    expect.poll(() => text('#mic-state'), WAIT).toMatch(pattern);
  const tracks = (): Promise<string[]> =>
    page.evaluate('window.micTracks.map((track) => track.readyState)') as Promise<string[]>;
  /** Remembers the tracks that the page was given. */
  const watchTracks = (one: Page): Promise<unknown> =>
    one.addInitScript(`
      window.micTracks = [];
      const ask = MediaDevices.prototype.getUserMedia;
      MediaDevices.prototype.getUserMedia = async function (wanted) {
        window.micWanted = wanted;
        const stream = await ask.call(this, wanted);
        window.micTracks.push(...stream.getTracks());
        return stream;
      };`);
  const speak = async (): Promise<void> => {
    await page.click('#mic-start');
    await stateIs(/^simulator says what you say$/);
  };

  it('speaks through the avatar: what it plays is what was said, and its mouth moves', async () => {
    await open();
    expect(await text('#mic-state')).toBe('Off');
    await speak();
    heard.clear();
    await expect
      .poll(() => page.locator('#face').evaluate((face) => Number(face.getAttribute('data-mouth'))), WAIT)
      .toBeGreaterThan(0.3);
    await expect.poll(() => heard.seconds, WAIT).toBeGreaterThan(8.5);
    if (areScreensTaken) {
      await stateIs(/^simulator says what you say$/);
      await page.screenshot({ path: join(SCREENS, 'page-microphone.png') });
    }
    expect(bestCorrelation(heard.samples, PART)).toBeGreaterThan(0.95);
    const lag = /^(\d+) ms behind you$/.exec(await text('#mic-lag'));
    expect(Number(lag?.[1])).toBeGreaterThan(60);
    expect(Number(lag?.[1])).toBeLessThan(500);
  });

  it('speaks as well where the browser takes a microphone at its own rate only, as Firefox does', async () => {
    await open({}, (one) =>
      one.addInitScript(`
        const create = AudioContext.prototype.createMediaStreamSource;
        AudioContext.prototype.createMediaStreamSource = function (stream) {
          if (this.sampleRate === 16000) throw new DOMException('different sample-rates', 'NotSupportedError');
          window.ownRate = this.sampleRate;
          return create.call(this, stream);
        };`),
    );
    await speak();
    expect(await page.evaluate('window.ownRate')).toBeGreaterThanOrEqual(44_100);
    heard.clear();
    await expect.poll(() => heard.seconds, WAIT).toBeGreaterThan(8.5);
    expect(bestCorrelation(heard.samples, PART)).toBeGreaterThan(0.95);
  });

  it('shows level and gate while it is on, and takes the sound of this page back meanwhile', async () => {
    await open();
    await speak();
    const gate = (): Promise<string | null> => page.locator('#mic-meter').getAttribute('data-gate');
    await expect.poll(gate, WAIT).toBe('open');
    const level = async (): Promise<number> =>
      Number(await page.locator('#mic-meter').getAttribute('aria-valuenow'));
    await expect.poll(level, WAIT).toBeGreaterThan(-40);
    expect(await level()).toBeLessThanOrEqual(0);
    await page.waitForTimeout(600);
    expect(await page.locator('#stage').getAttribute('data-level')).toBe('0.000');
    await page.check('#mic-hear');
    await expect
      .poll(async () => Number(await page.locator('#stage').getAttribute('data-level')), WAIT)
      .toBeGreaterThan(0.02);
  });

  it('is silent when muted, and heard again', async () => {
    await open();
    await speak();
    await expect.poll(() => rmsDb(heard.samples.slice(-4800)), WAIT).toBeGreaterThan(-50);
    await page.click('#mic-mute');
    await stateIs(/^Muted$/);
    // What the avatar holds already is still heard.
    await wait(600);
    heard.clear();
    await wait(1500);
    expect(rmsDb(heard.samples)).toBeLessThan(-100);
    expect(await page.locator('#mic-mute').getAttribute('aria-pressed')).toBe('true');
    await page.click('#mic-mute');
    await expect.poll(() => rmsDb(heard.samples.slice(-4800)), WAIT).toBeGreaterThan(-50);
  });

  it('is heard only while the button or the space bar is held, with push-to-talk', async () => {
    await open();
    await page.locator('#mic-more').evaluate((more) => more.setAttribute('open', ''));
    await page.selectOption('#mic-rule', 'push-to-talk');
    await page.click('#mic-start');
    await stateIs(/^Hold the button or the space bar to talk$/);
    await wait(500);
    heard.clear();
    await wait(1200);
    expect(rmsDb(heard.samples)).toBeLessThan(-100);
    await page.locator('#way-mic').evaluate((tab: { blur(): void }) => tab.blur());
    await page.locator('#mic-start').evaluate((button: { blur(): void }) => button.blur());
    await page.keyboard.down('Space');
    await stateIs(/^simulator says what you say$/);
    await expect.poll(() => rmsDb(heard.samples.slice(-4800)), WAIT).toBeGreaterThan(-50);
    await page.keyboard.up('Space');
    await stateIs(/^Hold the button/);
    const talk = await page.locator('#mic-talk').boundingBox();
    await page.mouse.move((talk?.x ?? 0) + 20, (talk?.y ?? 0) + 20);
    await page.mouse.down();
    await stateIs(/^simulator says what you say$/);
    await page.mouse.move(5, 5);
    await page.mouse.up();
    await stateIs(/^Hold the button/);
  });

  it('lets go of the microphone when it is stopped', async () => {
    await open({}, watchTracks);
    await speak();
    expect(await tracks()).toEqual(['live']);
    await page.click('#mic-start');
    await stateIs(/^Off$/);
    expect(await tracks()).toEqual(['ended']);
    await expect.poll(() => rig.daemon.registry.lanes.every((lane) => !lane.isSpeaking), WAIT).toBe(true);
    expect(await page.locator('#mic-live').isVisible()).toBe(false);
  });

  it('asks for the sound as it is, unless the user wants it processed, and remembers', async () => {
    await open({}, watchTracks);
    await speak();
    const wanted = (): Promise<unknown> => page.evaluate('window.micWanted.audio');
    expect(await wanted()).toMatchObject({
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
    });
    await page.locator('#mic-more').evaluate((more) => more.setAttribute('open', ''));
    await page.check('#mic-noise');
    await expect.poll(wanted, WAIT).toMatchObject({ echoCancellation: false, noiseSuppression: true });
    await expect.poll(tracks, WAIT).toEqual(['ended', 'live']);
    const names = await page.locator('#mic-device option').allTextContents();
    expect(names.length).toBeGreaterThan(2);
    await page.selectOption('#mic-device', { index: 2 });
    await expect.poll(wanted, WAIT).toHaveProperty('deviceId.exact');
    const chosen = await page.inputValue('#mic-device');
    await page.reload();
    await page.waitForSelector('body[data-link="online"]', WAIT);
    await page.click('#way-mic');
    expect(await page.isChecked('#mic-noise')).toBe(true);
    await expect.poll(() => page.inputValue('#mic-device'), WAIT).toBe(chosen);
    await page.evaluate(
      `localStorage.setItem('mmdagent-bridge.microphone', JSON.stringify({ deviceId: 'not there any more' }))`,
    );
    await page.reload();
    await page.waitForSelector('body[data-link="online"]', WAIT);
    await page.click('#way-mic');
    await speak();
  });

  it('goes on by itself when the microphone was unplugged and is back', async () => {
    await open({}, watchTracks);
    await speak();
    await page.evaluate('window.micTracks[0].dispatchEvent(new Event("ended"))');
    await page.waitForSelector('#mic-error:not([hidden])', WAIT);
    expect(await text('#mic-error')).toContain('The microphone went away. It goes on when it is back.');
    await stateIs(/^simulator says what you say$/);
    expect(await tracks()).toEqual(['ended', 'live']);
    expect(await page.locator('#mic-error').isVisible()).toBe(false);
    heard.clear();
    await expect.poll(() => rmsDb(heard.samples.slice(-4800)), WAIT).toBeGreaterThan(-50);
  });

  it('goes on by itself when the bridge was away', async () => {
    await open();
    await speak();
    const restarted = rig.restart(1500);
    await stateIs(/^The bridge is away/);
    await restarted;
    await stateIs(/^simulator says what you say$/);
    heard.clear();
    await expect.poll(() => rmsDb(heard.samples.slice(-4800)), WAIT).toBeGreaterThan(-50);
    opened.complaints = opened.complaints.filter(
      (one) => !one.includes('WebSocket') && !one.includes('ERR_CONNECTION'),
    );
  });

  it('stops, and says so, when somebody presses stop', async () => {
    await open({}, watchTracks);
    await speak();
    await rig.client.request('interrupt', { lane: 'simulator' });
    await stateIs(/^Stopped: someone else speaks, or stop was pressed$/);
    expect(await tracks()).toEqual(['ended']);
  });

  it('says in plain words, in both languages, that the browser does not allow it', async () => {
    const strict = await launch(['--use-fake-device-for-media-stream', '--deny-permission-prompts']);
    try {
      opened = await openPage(strict, rig.server.url);
      page = opened.page;
      await page.click('#way-mic');
      await page.click('#mic-start');
      await page.waitForSelector('#mic-error:not([hidden])', WAIT);
      expect(await text('#mic-error')).toMatch(
        /^The browser does not allow the microphone\..*NotAllowedError: /,
      );
      await page.click('#lang-ja');
      expect(await text('#mic-error')).toContain('ブラウザでマイクが許可されていません');
      expect(await text('#mic-start')).toBe('マイクを開始');
    } finally {
      await strict.close();
    }
  });

  it('says that a page from another machine needs TLS', async () => {
    const wide = await startPageRig({ staticDir: built.folder, speaker: QUIET_SPEAKER, host: '0.0.0.0' });
    try {
      opened = await openPage(browser, wide.server.url.replace('localhost', '0.0.0.0'));
      page = opened.page;
      await page.click('#way-mic');
      await page.click('#mic-start');
      await page.waitForSelector('#mic-error:not([hidden])', WAIT);
      expect(await text('#mic-error')).toContain(
        'Browsers give the microphone only to pages of this machine',
      );
      opened.complaints = opened.complaints.filter((one) => !one.includes('Cross-Origin-Opener-Policy'));
    } finally {
      await page.context().close();
      await wide.close();
    }
  });
});
