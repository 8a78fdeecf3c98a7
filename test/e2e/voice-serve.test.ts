import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listen, RealtimeServer } from '../support/realtime-server.js';
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
    const served = await startServe(home, {
      BRIDGE_STT_ENGINE: 'scripted',
      BRIDGE_STT_ENGINES: JSON.stringify({
        scripted: { type: 'openai', baseUrl: `http://127.0.0.1:${sttPort}/v1`, apiKey: 'none' },
      }),
    });
    ({ program, url } = served);
    speaking = await launchSpeaking(9);
    browser = speaking.browser;
  }, 60_000);

  afterAll(async () => {
    await speaking?.close();
    await ended(program);
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

/** One model hears, thinks and speaks; what was said is written down by it. */
describe.skipIf(!isChromiumThere)(`the voice page with a speech-to-speech engine${whySkipped}`, () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  }, 60_000);

  it('G7: has a whole spoken turn, with the same words, sound and listening as with any other', async () => {
    const model = new RealtimeServer();
    model.answers = [{ says: [{ soundMs: 1500 }, { text: 'It is noon.' }], userText: 'What time is it?' }];
    const door = await listen(model, 'sk-right-key-123');
    closing.push(door.close);
    const home = mkdtempSync(join(tmpdir(), 'serve-e2e-'));
    closing.push(async () => rmSync(home, { recursive: true, force: true }));
    const { program, url } = await startServe(home, {
      BRIDGE_LLM_ENGINE: 'rt',
      BRIDGE_LLM_ENGINES: JSON.stringify({
        rt: { type: 'openai-realtime', apiKey: 'sk-right-key-123', baseUrl: door.baseUrl },
      }),
    });
    closing.push(() => ended(program));
    const { browser, close } = await launchSpeaking(9);
    closing.push(close);
    const { page, complaints } = await openPage(browser, `${url}voice`);
    await page.click('#start');
    await page.waitForSelector('#state[data-phase="speaking"]', SLOW);
    await page.waitForSelector(ENDED, SLOW);
    expect(await page.locator('.bubble[data-role="user"] .bubble-text').first().textContent()).toBe(
      'You: What time is it?',
    );
    expect(await page.locator(`${ENDED} .bubble-said`).first().textContent()).toContain('It is noon.');
    expect(await page.locator(`${ENDED} .replay`).first().isVisible()).toBe(true);
    await page.waitForSelector('#state[data-phase="resting"]', SLOW);
    expect(await page.locator('#state').textContent()).toBe('Listening');
    expect(complaints).toEqual([]);
  }, 90_000);
});

async function startServe(
  home: string,
  settings: NodeJS.ProcessEnv,
): Promise<{ readonly program: ChildProcess; readonly url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const program = spawn(
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
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  await untilServed(program, url);
  return { program, url };
}

async function ended(program: ChildProcess | undefined): Promise<void> {
  if (program === undefined || program.exitCode !== null) return;
  const exit = new Promise((resolve) => program.once('exit', resolve));
  program.kill('SIGTERM');
  await exit;
}

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
