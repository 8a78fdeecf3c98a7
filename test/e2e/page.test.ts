import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SILENT_LOGGER } from '../../src/runtime/index.js';
import { runSimulator } from '../../src/simulator/index.js';
import { type PageRig, SAMPLE, startPageRig } from '../integration/server/page-rig.js';
import {
  areScreensTaken,
  type BuiltPage,
  buildPage,
  freePort,
  isChromiumThere,
  launch,
  openPage,
  QUIET_SPEAKER,
  SCREENS,
  WAIT,
  whySkipped,
} from './page-browser.js';

describe.skipIf(!isChromiumThere)(`the page in a browser${whySkipped}`, () => {
  let built: BuiltPage;
  let browser: Browser;
  let rig: PageRig;
  let page: Page;
  let linkPort: number;
  let complaints: string[];

  beforeAll(async () => {
    built = buildPage();
    linkPort = areScreensTaken ? 9001 : await freePort();
    rig = await startPageRig(
      { staticDir: built.folder, speaker: QUIET_SPEAKER },
      { links: ['simulator:', `ws-listen://127.0.0.1:${linkPort}/chat`] },
    );
    browser = await launch();
  });

  afterAll(async () => {
    await browser.close();
    await rig.close();
    built.remove();
  });

  afterEach(async () => {
    for (const lane of rig.daemon.registry.lanes) lane.interrupt();
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    const opened = await openPage(browser, rig.server.url, options);
    page = opened.page;
    complaints = opened.complaints;
    await page.click('#way-file');
  }

  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? '';
  const untilMouth = (open: boolean): Promise<unknown> =>
    page.locator('#face').evaluate(
      (face, isOpen) =>
        new Promise<void>((resolve) => {
          const look = (): void => {
            const openness = Number(
              (face as unknown as { dataset: Record<string, string> }).dataset['mouth'],
            );
            if (isOpen ? openness > 0.4 : openness < 0.05) resolve();
            else setTimeout(look, 10);
          };
          look();
        }),
      open,
    );
  /** Loudest that left for the loudspeaker within `ms`. */
  const loudest = (ms: number): Promise<number> =>
    page.locator('#stage').evaluate(async (stage, forMs) => {
      let peak = 0;
      for (const endAt = Date.now() + forMs; Date.now() < endAt; ) {
        peak = Math.max(
          peak,
          Number((stage as unknown as { dataset: Record<string, string> }).dataset['level']),
        );
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      return peak;
    }, ms);

  async function drop(name: string, bytes: Uint8Array): Promise<void> {
    const transfer = await page.evaluateHandle(
      ({ fileName, base64 }) => {
        const binary = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        const scope = globalThis as unknown as {
          DataTransfer: new () => { items: { add(file: unknown): void } };
          File: new (parts: Uint8Array[], name: string) => unknown;
        };
        const data = new scope.DataTransfer();
        data.items.add(new scope.File([binary], fileName));
        return data;
      },
      { fileName: name, base64: Buffer.from(bytes).toString('base64') },
    );
    await page.dispatchEvent('#drop', 'dragover', { dataTransfer: transfer });
    await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer });
  }

  it('makes sound by the first click: heard, with a moving mouth, to the end', async () => {
    await open();
    expect(await text('#target')).toBe(
      'Sound is heard on this page,\nspoken by the built-in avatar.'.replace('\n', ' '),
    );
    for (const message of ['STAGE|stage.png', 'MOTION_ADD|0|wave|wave.vmd', 'CAMERA|front.vmd']) {
      await page.fill('#send-text', message);
      await page.press('#send-text', 'Enter');
    }
    await page.waitForSelector('.row[data-way="received"][data-echo="false"]', WAIT);
    await page.click('#play-sample');
    await untilMouth(true);
    expect(await loudest(500)).toBeGreaterThan(0.05);
    await page.waitForSelector('.lane[data-lane="simulator"] .lane-state[data-speaking="true"]', WAIT);
    await page.waitForSelector('#timeline[data-status="speaking"]', WAIT);
    const level = async (): Promise<number> =>
      Number(await page.getAttribute('.lane[data-lane="simulator"] .lane-meter', 'aria-valuenow'));
    await expect.poll(level, WAIT).toBeGreaterThan(-40);
    if (areScreensTaken) {
      await page.waitForTimeout(1500);
      await untilMouth(true);
      await page.screenshot({ path: join(SCREENS, 'page.png'), fullPage: true });
    }
    await page.waitForSelector('#timeline[data-status="ended"]', WAIT);
    expect(await text('#play-time')).toBe('Finished · 0:05');
    await untilMouth(false);
    await page.waitForTimeout(300);
    expect(await loudest(200)).toBe(0);
    await expect.poll(level, WAIT).toBe(-60);
  });

  it('plays a file that is dropped on it, and stops it', async () => {
    await open();
    await drop('hello <b>.wav', readFileSync(SAMPLE));
    await page.waitForSelector('#timeline[data-status="speaking"]', WAIT);
    expect(await text('#play-name')).toBe('hello <b>.wav');
    await untilMouth(true);
    await page.click('#stop');
    await expect.poll(() => text('#play-time'), WAIT).toContain('Stopped at');
    expect(await page.locator('#stop').isDisabled()).toBe(true);
    await untilMouth(false);
  });

  it('plays a file that is chosen, by the keyboard alone', async () => {
    await open();
    await page.locator('#play-sample').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#timeline[data-status="speaking"]', WAIT);
    await page.setInputFiles('#file', SAMPLE.replace('speech-sample.wav', 'speech.mp3'));
    await expect.poll(() => text('#play-name'), WAIT).toBe('speech.mp3');
    await page.waitForSelector('#timeline[data-status="ended"]', WAIT);
    expect(await text('#play-time')).toContain('Finished');
  });

  it('is silent when muted, and loud again', async () => {
    await open();
    await page.click('#mute');
    await page.click('#play-sample');
    await untilMouth(true);
    expect(await loudest(300)).toBeLessThan(0.001);
    await page.click('#mute');
    expect(await loudest(800)).toBeGreaterThan(0.05);
  });

  it('says in plain words what is wrong with a file, with the code', async () => {
    await open();
    await drop('not-sound.wav', new Uint8Array(4000).fill(65));
    await page.waitForSelector('#play-error:not([hidden])', WAIT);
    expect(await text('#play-error')).toMatch(
      /not a sound file that can be played\.BRIDGE_ERR_AUDIO_FORMAT: /,
    );
    complaints = complaints.filter((one) => !one.includes('400 (Bad Request)'));
  });

  it('shows messages both ways, filters, pauses, and tells why one was not sent', async () => {
    await open();
    await page.fill('#send-text', 'MOTION_ADD|0|bow|bow.vmd');
    await page.click('#send button');
    await page.waitForSelector('.row[data-way="received"][data-echo="false"]', WAIT);
    // The clock of MMDAgent-EX speaks up every minute.
    const shown = async (): Promise<string[]> =>
      (await page.locator('.row:visible .words').allTextContents()).filter(
        (one) => !one.startsWith('CURRENT_TIME'),
      );
    expect(await shown()).toEqual(['MOTION_ADD|0|bow|bow.vmd', 'MOTION_EVENT_ADD|0|bow']);
    await page.fill('#log-filter', 'event');
    expect(await shown()).toEqual(['MOTION_EVENT_ADD|0|bow']);
    await page.fill('#log-filter', '');
    await page.click('#log-pause');
    await page.fill('#send-text', 'STAGE|<img src=x onerror=alert(1)>');
    await page.press('#send-text', 'Enter');
    await expect.poll(() => text('#log-pause'), WAIT).toMatch(/^Resume \([23]\)$/);
    await page.click('#log-pause');
    await expect.poll(() => page.locator('.row').count(), WAIT).toBeGreaterThanOrEqual(5);
    expect((await shown()).at(-1)).toBe('STAGE|<img src=x onerror=alert(1)>');
    expect(await page.locator('#log img').count()).toBe(0);
    await page.fill('#send-text', 'bad type|x');
    await page.press('#send-text', 'Enter');
    await page.waitForSelector('#send-result:not([hidden])', WAIT);
    expect(await text('#send-result')).toMatch(/BRIDGE_ERR_MESSAGE_TYPE: /);
    expect(await page.inputValue('#send-text')).toBe('bad type|x');
  });

  it('keeps 500 rows at most', async () => {
    await open();
    for (let n = 0; n < 260; n += 65) {
      // Each makes two rows: itself and its echo.
      const sends = Array.from({ length: 65 }, (_, at) =>
        rig.client.request('send', { lane: 'simulator', message: `NOTE|${n + at}` }),
      );
      await Promise.all(sends);
    }
    await expect.poll(() => text('#log'), WAIT).toContain('NOTE|259');
    await expect.poll(() => page.locator('.row').count(), WAIT).toBe(500);
  });

  it('speaks Japanese to a Japanese browser and by its switch, and remembers', async () => {
    await open({ locale: 'ja-JP' });
    expect(await text('#play-sample')).toBe('サンプルを再生');
    await page.click('#lang-en');
    expect(await text('#play-sample')).toBe('Play the sample');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.click('#lang-ja');
    expect(await text('#target')).toContain('このページ');
    await page.click('#lang-en');
    await page.reload();
    await page.waitForSelector('body[data-link="online"]', WAIT);
    expect(await text('#lanes-title')).toBe('Who speaks');
  });

  it('fits a phone', async () => {
    await open({
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
      deviceScaleFactor: 2,
    });
    await page.tap('#play-sample');
    await untilMouth(true);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    if (areScreensTaken) {
      await page.waitForSelector('#timeline[data-status="speaking"]', WAIT);
      await page.waitForTimeout(1500);
      await untilMouth(true);
      await page.screenshot({ path: join(SCREENS, 'page-phone.png') });
    }
    await page.context().close();
    await open({ viewport: { width: 320, height: 568 }, locale: 'ja-JP' });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  });

  it('moves nothing but the mouth for those who want little motion', async () => {
    await open({ reducedMotion: 'reduce', colorScheme: 'dark' });
    await page.click('#play-sample');
    await untilMouth(true);
    expect(await page.locator('#head').getAttribute('transform')).toBeNull();
  });

  it('comes back by itself after the daemon or the server went away', async () => {
    await open();
    const opened = rig.channels.length;
    for (const channel of rig.channels.slice(1)) channel.close();
    await expect.poll(() => rig.channels.length, WAIT).toBe(opened + 1);
    await page.waitForSelector('body[data-link="online"]', WAIT);
    const restarted = rig.restart(3000);
    await page.waitForSelector('body[data-link="lost"]', WAIT);
    expect(await text('#link-state')).toBe('Bridge is away, trying again…');
    expect(await page.locator('#play-sample').isDisabled()).toBe(true);
    await restarted;
    await page.waitForSelector('body[data-link="online"]', WAIT);
    await page.click('#play-sample');
    await untilMouth(true);
    expect(await loudest(500)).toBeGreaterThan(0.05);
    complaints = complaints.filter((one) => !one.includes('WebSocket') && !one.includes('ERR_CONNECTION'));
  });

  it('says that sound goes to a real MMDAgent-EX as soon as one connects', async () => {
    await open();
    expect(await text('#mdf')).toContain(`Plugin_Remote_Websocket_Port=${linkPort}`);
    expect(await text('#awaiting')).toContain('Waiting for it to connect');
    const ending = new AbortController();
    const peer = runSimulator(
      { end: { kind: 'dial-ws', host: '127.0.0.1', port: linkPort, path: '/chat' }, loadMs: 10 },
      { signal: ending.signal, onEvent: () => {}, logger: SILENT_LOGGER },
    );
    await page.waitForSelector('#target[data-kind="real"][data-fresh="true"]', WAIT);
    const name = `ws-${linkPort}-chat`;
    expect(await text('#target')).toBe(`MMDAgent-EX is connected: sound now goes to ${name}.`);
    await page.waitForSelector('#awaiting[data-tone="good"]', WAIT);
    await page.click('#play-sample');
    await expect.poll(() => text('#elsewhere'), WAIT).toMatch(/^Speaking in MMDAgent-EX · 0:0[1-9]/);
    expect(await page.locator('#stage').getAttribute('data-where')).toBe('elsewhere');
    expect(await loudest(300)).toBe(0);
    if (areScreensTaken)
      await page.screenshot({ path: join(tmpdir(), 'page-elsewhere.png'), fullPage: true });
    await page.click('#stop');
    await page.waitForSelector('#timeline[data-status="ended"]', WAIT);
    await page.check('.lane[data-lane="simulator"] input');
    await page.click('#play-sample');
    await untilMouth(true);
    ending.abort();
    await peer;
    await page.check('.lane[data-lane=""] input');
    await page.waitForSelector('#target[data-kind="simulator"]', WAIT);
  });
});
