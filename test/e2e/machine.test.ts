import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMachine } from '../../src/app/index.js';
import { resolveConfig } from '../../src/config/index.js';
import { SystemClock } from '../../src/runtime/index.js';
import type { MachinePort } from '../../src/server/index.js';
import { type PageRig, startPageRig } from '../integration/server/page-rig.js';
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

const FAKE_MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/**
 * What the page plays comes back as its microphone, `ms` later: a loopback inside the browser. Between two audio contexts
 * lies a delay of the browser's own.
 */
function loopback(ms: number): string {
  return `
    const air = new AudioContext();
    const cable = air.createMediaStreamDestination();
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...rest) {
      if (to instanceof AudioDestinationNode && this instanceof GainNode && this.context !== air) {
        const out = this.context.createMediaStreamDestination();
        connect.call(this, out);
        const late = air.createDelay(1);
        late.delayTime.value = ${ms / 1000};
        connect.call(connect.call(air.createMediaStreamSource(out.stream), late), cable);
      }
      return connect.call(this, to, ...rest);
    };
    MediaDevices.prototype.getUserMedia = async () => {
      await air.resume();
      return cable.stream.clone();
    };`;
}

describe.skipIf(!isChromiumThere)(`the machine on the page${whySkipped}`, () => {
  let built: BuiltPage;
  let browser: Browser;
  let rig: PageRig;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    built = buildPage();
    const clock = new SystemClock();
    // With a sound server of its own, where the test is run with one.
    const { PATH, XDG_RUNTIME_DIR, PULSE_SERVER, HOME } = process.env;
    const env = { PATH, XDG_RUNTIME_DIR, PULSE_SERVER, HOME };
    const resolved = await resolveConfig({ flags: { link: ['simulator:'] }, env: {} });
    // The real doctor and the real devices of whatever machine this is; made once there is a client.
    let machine: MachinePort | undefined;
    const real = (): MachinePort => {
      machine ??= createMachine({ resolved, client: rig.client, clock, version: '0.1.0', env });
      return machine;
    };
    rig = await startPageRig({
      staticDir: built.folder,
      speaker: QUIET_SPEAKER,
      machine: {
        listDevices: () => real().listDevices(),
        examine: (options) => real().examine(options),
        report: (options) => real().report(options),
      },
    });
    browser = await launch(FAKE_MICROPHONE);
  });

  afterAll(async () => {
    await browser.close();
    await rig.close();
    built.remove();
  });

  afterEach(async () => {
    await page.context().close();
    expect(opened.complaints).toEqual([]);
  });

  async function open(
    options: BrowserContextOptions = {},
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<void> {
    opened = await openPage(browser, rig.server.url, options, prepare);
    page = opened.page;
  }
  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? '';

  it('tells what it finds, in both languages without looking again', async () => {
    await open();
    await page.click('#look-run');
    await expect.poll(() => text('#look-run'), WAIT).toBe('Look again');
    expect(await text('#findings')).toContain(`Node.js ${process.versions.node}`);
    // Ready, or still loading.
    expect(await text('#findings')).toContain('The avatar of lane simulator is ');
    expect(await text('#look-summary')).toMatch(/^(Errors: \d+, warnings: \d+\.|Nothing is wrong\.)$/);
    const count = await page.locator('.finding').count();
    expect(count).toBeGreaterThan(6);
    expect(await page.locator('.finding[data-level="ok"]').count()).toBeGreaterThan(1);
    if (areScreensTaken)
      await page.locator('#machine').screenshot({ path: join(SCREENS, 'page-machine.png') });
    await page.click('#lang-ja');
    expect(await page.locator('.finding').count()).toBe(count);
    expect(await text('#findings')).toContain('レーン simulator のアバターは');
    expect(await page.locator('.findings-area h3').first().textContent()).toBe('プログラム');
  });

  it('gives a report to download', async () => {
    await open({ acceptDownloads: true });
    await page.click('#look-run');
    await page.waitForSelector('#look-report:not([hidden])', WAIT);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#look-report')]);
    expect(download.suggestedFilename()).toBe('mmdagent-bridge-report.json');
    const stream = await download.createReadStream();
    let json = '';
    for await (const part of stream) json += part;
    expect(JSON.parse(json)).toMatchObject({
      report: 'mmdagent-bridge doctor',
      versions: { bridge: '0.1.0' },
    });
  });

  it('lists the devices of the machine, or why there are none', async () => {
    await open();
    await page.click('#machine-devices');
    await expect.poll(() => page.locator('.devices-kind').count(), WAIT).toBe(2);
    expect(await page.locator('.devices-kind h3').allTextContents()).toEqual(['Microphones', 'Loudspeakers']);
    expect(await text('#devices')).toMatch(/parec|arecord|rec|ffmpeg/);
  });

  it('says so where nothing is told', async () => {
    await open();
    await page.route('**/api/doctor*', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/json',
        body: '{"error":{"code":"BRIDGE_ERR_CONTROL_AUTH","message":"elsewhere"}}',
      }),
    );
    await page.click('#look-run');
    await expect.poll(() => text('#look-error'), WAIT).toContain('only on the machine where the bridge runs');
    expect(await text('#look-run')).toBe('Look again');
    opened.complaints = opened.complaints.filter((one) => !one.includes('403'));
  });

  it('is reached by the keyboard alone', async () => {
    await open();
    await page.locator('#machine-look').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#machine-calibrate').getAttribute('aria-selected')).toBe('true');
    expect(await page.locator('#pane-calibrate').isVisible()).toBe(true);
    await page.keyboard.press('Home');
    expect(await page.locator('#pane-look').isVisible()).toBe(true);
    expect(await page.locator('[role="tab"][tabindex="-1"]').count()).toBe(11);
  });

  it('calibrates by eye and ear: light and mouth go with the click, later by what the slider says', async () => {
    await open({}, (one) =>
      one.addInitScript(`
        const start = AudioBufferSourceNode.prototype.start;
        AudioBufferSourceNode.prototype.start = function (when, offset) {
          window.clicksFrom = { context: this.context, when };
          return start.call(this, when, offset);
        };`),
    );
    await page.click('#way-lips');
    await page.click('#lips-calibrate');
    expect(await text('#calibrate-about')).toContain('later by 0 ms');
    await page.keyboard.press('Enter');
    // When in the second, counted from the click that is heard, the light goes on and the mouth opens.
    const seen = (): Promise<{ light: number; mouth: number }> =>
      page.evaluate(`new Promise((resolve) => {
        const light = document.getElementById('ear-light');
        const face = document.getElementById('face');
        const found = {};
        let was = { light: true, mouth: true };
        const phase = () => {
          const { context, when } = window.clicksFrom;
          const { contextTime, performanceTime } = context.getOutputTimestamp();
          const heardS = contextTime + (performance.now() - performanceTime) / 1000;
          return 1000 * ((((heardS - when - 0.5) % 1) + 1) % 1);
        };
        const look = () => {
          const now = { light: Number(light.style.opacity) > 0.3, mouth: Number(face.dataset.mouth) > 0.25 };
          for (const key of ['light', 'mouth']) if (now[key] && !was[key]) found[key] ??= phase();
          was = now;
          if ('light' in found && 'mouth' in found) resolve(found);
          else requestAnimationFrame(look);
        };
        look();
      })`) as Promise<{ light: number; mouth: number }>;
    const around = (ms: number): number => (ms > 700 ? ms - 1000 : ms);
    await wait(1500);
    const first = await seen();
    expect(Math.abs(around(first.light))).toBeLessThan(60);
    expect(Math.abs(around(first.mouth) - 60)).toBeLessThan(90);
    await page.locator('#ear-offset').focus();
    for (let n = 0; n < 40; n++) await page.keyboard.press('ArrowRight');
    expect(await text('#ear-offset-text')).toBe('200 ms');
    await wait(2200);
    const second = await seen();
    expect(Math.abs(second.light - 200)).toBeLessThan(60);
    expect(Math.abs(second.mouth - 260)).toBeLessThan(90);
    await page.click('#ear-start');
    expect(await text('#ear-start')).toBe('Start the clicks');
    await page.reload();
    await page.waitForSelector('body[data-link="online"]', WAIT);
    await page.click('#way-lips');
    expect(await text('#lips-offset-text')).toBe('200 ms');
  });

  /** Where the machine is busy, a measurement that hears too little says so, and may be asked for again. */
  async function measuredByLoop(): Promise<void> {
    for (let tries = 3; tries > 0; tries--) {
      await page.click('#loop-start');
      const told = async (): Promise<string> => `${await text('#loop-result')}${await text('#loop-error')}`;
      await expect.poll(told, { timeout: 40_000 }).not.toBe('');
      if (/ms later than the browser says/.test(await text('#loop-result'))) return;
    }
    throw new Error(`Three times in vain: ${await text('#loop-error')}`);
  }

  it('measures by a loopback what the loudspeaker is late, to a frame of MMDAgent-EX', async () => {
    const measured: number[] = [];
    for (const lateMs of [60, 210]) {
      await open({}, (one) => one.addInitScript(loopback(lateMs)));
      await page.click('#machine-calibrate');
      await measuredByLoop();
      const found = /is (-?\d+) ms later .*± (\d+) ms; (\d+) of 10/.exec(await text('#loop-result'));
      measured.push(Number(found?.[1]));
      expect(Number(found?.[2])).toBeLessThanOrEqual(6);
      expect(Number(found?.[3])).toBeGreaterThanOrEqual(5);
      if (lateMs === 60) await page.context().close();
    }
    // The browser's own way between two contexts differs by some blocks of 10 ms from one page to the next.
    expect(Math.abs((measured[1] ?? 0) - (measured[0] ?? 0) - 150), measured.join(' ')).toBeLessThan(34);
    await page.click('#loop-keep');
    expect(await text('#loop-keep')).toBe('In use');
    expect(await text('#calibrate-about')).toContain(`later by ${measured[1]} ms`);
  }, 150_000);

  it('says what to do when nothing was heard', async () => {
    await open();
    await page.click('#machine-calibrate');
    await page.click('#loop-start');
    await expect.poll(() => text('#loop-error'), { timeout: 20_000 }).toContain('The sounds were not heard.');
    expect(await page.locator('#loop-keep').isVisible()).toBe(false);
    await page.click('#lang-ja');
    expect(await text('#loop-error')).toContain('音を聞き取れませんでした');
  });
});
