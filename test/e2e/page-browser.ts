import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { SpeakerPort } from '../../src/server/index.js';

export { freePort } from '../support/free-port.js';

export const ROOT = join(import.meta.dirname, '../..');
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const SCREENS = join(ROOT, 'fixtures/screens');
/** Takes the pictures in fixtures/screens anew: `UPDATE_SCREENS=1 npx vitest run test/e2e`. */
export const areScreensTaken = process.env['UPDATE_SCREENS'] === '1';
export const isChromiumThere = existsSync(CHROMIUM);
/** For the title of a suite that is left out. */
export const whySkipped = isChromiumThere ? '' : ` (skipped: no Chromium at ${CHROMIUM}; set CHROMIUM)`;
/** What a page must show as text. */
export const EVIL_MARKUP = '<img src=x onerror="window.pwned=1"><script>window.pwned=2</script><b>bold</b>';
export const WAIT = { timeout: 15_000 };

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** For pages on which nobody types: a voice that is there, and says nothing. */
export const QUIET_SPEAKER: SpeakerPort = {
  engines: async () => [{ name: 'embedded', isReady: true, isChosen: true, advice: undefined, voices: [] }],
  say: async () => ({ reason: 'completed', heardMs: 0 }),
};

/** The page as it is shipped, built into a folder of its own. */
export interface BuiltPage {
  readonly folder: string;
  remove(): void;
}

export function buildPage(): BuiltPage {
  const folder = mkdtempSync(join(tmpdir(), 'page-e2e-'));
  execFileSync(process.execPath, ['build.config.js', '--web', folder], { cwd: ROOT, stdio: 'ignore' });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function launch(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...ARGUMENTS, ...more] });
}

export interface OpenedPage {
  readonly page: Page;
  /** What the browser complained about in its console, and errors that nobody caught. */
  complaints: string[];
}

/** The page in a browser, connected. `prepare` runs before anything of the page. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1240, height: 1010 },
    ...options,
  });
  const page = await context.newPage();
  const opened: OpenedPage = { page, complaints: [] };
  page.on('pageerror', (error) => opened.complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') opened.complaints.push(message.text());
  });
  await prepare(page);
  await page.goto(url);
  await page.waitForSelector('body[data-link="online"]', WAIT);
  return opened;
}
