import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort, isChromiumThere, openPage, ROOT, whySkipped } from './page-browser.js';
import { launchSpeaking } from './voice-pages.js';

const SLOW = { timeout: 40_000 };
const ENDED = '.bubble[data-role="assistant"][data-ended="completed"]';

/** `serve` as its users run it, with a recogniser that always understands the same. */
describe.skipIf(!isChromiumThere)(`the voice page on the real server${whySkipped}`, () => {
  let recogniser: Server;
  let program: ChildProcess;
  let home: string;
  let url: string;
  let speaking: Awaited<ReturnType<typeof launchSpeaking>>;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let understood = 0;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'serve-e2e-'));
    recogniser = createServer((request, response) => {
      request.resume().on('end', () => {
        understood++;
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify({ text: 'What is 20 times 3?' }));
      });
    });
    const sttPort = await freePort();
    await new Promise<void>((resolve) => recogniser.listen(sttPort, '127.0.0.1', resolve));
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    program = spawn(
      process.execPath,
      [join(ROOT, 'bin/mmdagent-bridge.js'), 'serve', '--page-port', String(port), '--simulator'],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          XDG_RUNTIME_DIR: home,
          BRIDGE_LINK: `ws-listen://127.0.0.1:${await freePort()}/chat`,
          BRIDGE_TTS_ENGINE: 'embedded',
          BRIDGE_SPEED: '1.5',
          BRIDGE_STT_ENGINE: 'scripted',
          BRIDGE_STT_ENGINES: JSON.stringify({
            scripted: { type: 'openai', baseUrl: `http://127.0.0.1:${sttPort}/v1`, apiKey: 'none' },
          }),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    await untilServed(program, url);
    speaking = await launchSpeaking(9);
    browser = speaking.browser;
  }, 60_000);

  afterAll(async () => {
    await speaking?.close();
    if (program?.exitCode === null) {
      const ended = new Promise((resolve) => program.once('exit', resolve));
      program.kill('SIGTERM');
      await ended;
    }
    await new Promise((resolve) => recogniser?.close(resolve));
    rmSync(home, { recursive: true, force: true });
  }, 60_000);

  afterEach(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  async function open(path: string): Promise<void> {
    const opened = await openPage(browser, url + path);
    ({ page, complaints } = opened);
  }
  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).first().textContent()) ?? '';
  const untilMouth = (): Promise<unknown> =>
    expect
      .poll(async () => Number(await page.locator('svg[data-mouth]').getAttribute('data-mouth')), {
        ...SLOW,
        interval: 20,
      })
      .toBeGreaterThan(0.2);

  it('has a whole spoken turn: heard, understood, answered aloud with a moving mouth, and heard again', async () => {
    await open('voice');
    await page.click('#start');
    await page.waitForSelector('#state[data-phase="speaking"]', SLOW);
    expect(await text('.bubble[data-role="user"] .bubble-text')).toBe('You: What is 20 times 3?');
    await untilMouth();
    await page.waitForSelector(ENDED, SLOW);
    expect(await text(`${ENDED} .bubble-said`)).toContain('60');
    expect(understood).toBeGreaterThan(0);
    await page.click('#stop');
    await page.locator('.bubble[data-role="assistant"] .replay').first().click();
    expect(await text('.bubble[data-role="assistant"] .replay')).toMatch(/0:0[1-9]$/);
  }, 90_000);

  it('is interrupted by who speaks into a long reply', async () => {
    await open('voice');
    await page.fill('#text', 'Tell me a long story.');
    await page.press('#text', 'Enter');
    await page.waitForSelector('#state[data-phase="speaking"]', SLOW);
    await page.click('#start');
    await page.waitForSelector('.bubble[data-role="assistant"][data-ended="interrupted"]', SLOW);
    await page.waitForSelector(`${ENDED}`, SLOW);
    expect(await page.locator('.bubble[data-role="user"]').last().textContent()).toContain('20 times 3');
    await page.click('#stop');
  }, 90_000);

  it('shows its face alone, which answers what is typed', async () => {
    await open('face');
    await page.fill('#text', 'What is 7 times 8?');
    await page.press('#text', 'Enter');
    await untilMouth();
    await expect.poll(() => text('#caption'), SLOW).toContain('56');
  }, 60_000);
});

async function untilServed(program: ChildProcess, url: string): Promise<void> {
  let said = '';
  program.stdout?.on('data', (data) => {
    said += String(data);
  });
  program.stderr?.on('data', (data) => {
    said += String(data);
  });
  while ((await fetch(`${url}healthz`).catch(() => undefined))?.ok !== true) {
    if (program.exitCode !== null) throw new Error(`It ended with ${program.exitCode}: ${said.slice(-800)}`);
    await wait(100);
  }
}
