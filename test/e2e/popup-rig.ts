import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { SystemClock } from '../../src/runtime/index.js';
import { securityHeaders } from '../../src/server/request-guard.js';
import {
  type PopupServer,
  type PopupServerOptions,
  startPopupServer,
} from '../support/popup/popup-server.js';
import { type Script, ScriptedSessions } from '../support/popup/scripted-sessions.js';

/** A tone of the browser's own for a microphone. */
export const FAKE_MIC = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
/** No microphone is allowed: what is asked for is refused. */
export const REFUSED_MIC = ['--use-fake-device-for-media-stream', '--deny-permission-prompts'];

export interface PopupRig {
  readonly server: PopupServer;
  readonly sessions: ScriptedSessions;
  /** Bytes of what recognisers were given. */
  readonly heard: Uint8Array[];
  /** How the next questions are answered. */
  reply: (text: string) => Script;
  stop(): Promise<void>;
  /** At the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const ECHO = (text: string): Script => ({
  pieces: [
    { text: 'You said: ', face: 'joy', soundMs: 300 },
    { text: `${text}.`, soundMs: 400 },
  ],
});

export async function startRig(folder: string, more: Partial<PopupServerOptions> = {}): Promise<PopupRig> {
  const clock = new SystemClock();
  const heard: Uint8Array[] = [];
  const rig = { reply: ECHO };
  const sessions = new ScriptedSessions({
    clock,
    reply: ({ text }) => rig.reply(text),
    transcribe: (pcm) => {
      heard.push(pcm);
      return 'what you spoke';
    },
  });
  const options: PopupServerOptions = {
    sessions,
    clock,
    folder,
    settings: { welcome: 'Hello. How can I help you today?' },
    ...more,
  };
  let server = await startPopupServer({ ...options, headers: securityHeaders(undefined) });
  const port = Number(new URL(server.origin).port);
  const headers = securityHeaders(new URL(server.origin).host);
  await server.close();
  const start = async (): Promise<void> => {
    server = await startPopupServer({ ...options, headers, port });
  };
  await start();
  return {
    get server() {
      return server;
    },
    sessions,
    heard,
    get reply() {
      return rig.reply;
    },
    set reply(reply) {
      rig.reply = reply;
    },
    stop: () => server.close(),
    restart: start,
    close: () => server.close(),
  };
}

/** A page of another site, with one tag and a style that would break any widget. */
export function hostPage(tag: string, style: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'popup-host-'));
  writeFileSync(
    join(folder, 'host.html'),
    `<!doctype html><html lang="en"><head><title>A shop</title><link rel="icon" href="data:,"><style>${style}</style></head><body><main><h1>A shop</h1><p>Words.</p></main>${tag}</body></html>`,
  );
  return folder;
}

/** The widget on a page, as its user finds it. */
export class Widget {
  readonly page: Page;
  complaints: string[] = [];
  readonly #root: Locator;

  constructor(page: Page) {
    this.page = page;
    this.#root = page.locator('mmdagent-popup');
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Widget> {
    const context = await browser.newContext({
      locale: 'en-US',
      viewport: { width: 1100, height: 760 },
      ...options,
    });
    const widget = new Widget(await context.newPage());
    await widget.page.goto(url);
    await widget.find('.launcher').waitFor({ state: 'attached' });
    return widget;
  }

  find(selector: string): Locator {
    return this.#root.locator(selector);
  }

  button(name: string | RegExp): Locator {
    return this.#root.getByRole('button', { name });
  }

  async openPanel(): Promise<void> {
    if (await this.find('.launcher').isVisible()) await this.find('.launcher').click();
    await this.find('.panel').waitFor();
  }

  async say(text: string): Promise<void> {
    await this.find('.field').fill(text);
    await this.find('.field').press('Enter');
  }

  /** All rows: who, what, and the note below. */
  async rows(): Promise<string[]> {
    return (await this.find('.row').allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim());
  }

  isIdle(): Promise<boolean> {
    return this.page.evaluate(
      "document.querySelector('mmdagent-popup').dataset.busy === 'false'",
    ) as Promise<boolean>;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
